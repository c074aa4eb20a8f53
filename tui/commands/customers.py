"""`sla customers`: how customers stand, as text, JSON or a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from tui.options import at_option, rules_option, store_option, world, zone_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.store.place import Place
    from engine.store.sql import SqlStore
    from tui.view_customers import Customer, Customers

WIDTH = 100


@click.command(
    epilog="Example: sla customers --filter 'tier:gold is:credited'; sla customers acme --format json"
)
@click.argument("customer", required=False)
@store_option
@rules_option
@at_option
@zone_option
@click.option(
    "--filter",
    "words",
    default="",
    help="As in the console: customer:acme tier:gold group:retail is:credited.",
)
@click.option("--plain", "as_plain", is_flag=True, help="Text without colour (the default).")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def command(
    customer: str | None,
    store_path: Place,
    rules_path: Path | None,
    at: Instant | None,
    zone: str,
    words: str,
    as_plain: bool,
    form: str,
) -> None:
    """Compliance of the month so far with its trend, uptime against commitment, credits so far and breached tickets of every
    customer, worst first; of CUSTOMER, a name or an alias, all that is known.

    The months are the calendar months of each customer's own zone.
    """
    if customer and words:
        raise SlaError("--filter is for all customers", help="leave out one of the two", exit_code=USAGE)
    with world(store_path, rules_path, at) as (store, graph, now):
        found = customers_of(store, graph, now, anew=at is not None or rules_path is not None)
        if customer:
            _one(store, graph, found, customer, now, zone, "text" if as_plain else form)
        else:
            print_customers(found, words, now, zone, "text" if as_plain else form)


def customers_of(store: SqlStore, graph: Graph, now: Instant, *, anew: bool = False) -> Customers:
    """How all stand, with tickets as they are at `now`. Raises StoreError."""
    from engine.overview import row
    from engine.preview import preview
    from tui.scorecards import Scorecards

    rows = [line for line in (row(*pair) for pair in preview(store, graph, now)) if line is not None]
    return Scorecards(past=anew).whole(store, graph, rows, now)


def print_customers(found: Customers, words: str, now: Instant, zone: str, form: str = "text") -> None:
    """Print those that pass a filter."""
    from tui.export import write
    from tui.filter import BadFilter, parse
    from tui.glyphs import glyphs_for
    from tui.lists import Wish, choose
    from tui.view_customers import customer_lines, parts, sheet

    where = ZoneInfo(zone)
    [part] = parts(where)
    parsed = parse(words, part.words)
    if isinstance(parsed, BadFilter):
        raise SlaError(f"--filter: {plain(parsed.message, 200)}", help=parsed.help, exit_code=USAGE)
    chosen = choose(part, found.entries, Wish(filter=words), now)
    if form == "json":
        click.echo(json_text([record(item, now) for item in chosen]))
    elif form == "csv":
        click.echo(write(sheet(chosen, now, where), "csv"), nl=False)
    else:
        for line in customer_lines(chosen, now, glyphs_for(sys.stdout.encoding, ""), WIDTH):
            click.echo(line)


def _one(
    store: SqlStore, graph: Graph, found: Customers, name: str, now: Instant, zone: str, form: str
) -> None:
    from tui.export import write
    from tui.glyphs import glyphs_for
    from tui.line import text
    from tui.scorecards import detail
    from tui.view_customer import customer_page, customer_sheet

    declared = graph.customer(name)
    known = declared.name if declared else name
    item = next((one for one in found.entries if one.scorecard.name == known), None)
    if item is None:
        raise SlaError(
            f"there is no customer {plain(name, 60)!r}: the rules declare none, and no ticket of this month names it",
            help="sla customers lists all that there are",
            exit_code=FINDINGS,
        )
    about = detail(store, graph, item, now)
    if form == "json":
        click.echo(json_text(record(item, now)))
    elif form == "csv":
        click.echo(write(customer_sheet(about, now), "csv"), nl=False)
    else:
        for line in customer_page(about, now, ZoneInfo(zone), glyphs_for(sys.stdout.encoding, ""), WIDTH)[1:]:
            click.echo(text(line))


def record(item: Customer, now: int) -> dict[str, Any]:
    """The documented JSON object of a customer; compliance is in percent, rounded down to hundredths, amounts are texts."""
    from engine.commitment.uptime import state
    from engine.commitment.words import ran, share
    from reports.compliance import Figures

    def figures(one: Figures) -> dict[str, Any]:
        return {
            "met": one.met,
            "breached": one.breached,
            "missed": one.missed,
            "excluded": one.excluded,
            "running": one.running,
            "paused": one.paused,
            "percent": one.percent or None,
        }

    scorecard = item.scorecard
    return {
        "customer": scorecard.name,
        "title": scorecard.title,
        "declared": scorecard.declared,
        "group": scorecard.group or None,
        "tier": scorecard.tier or None,
        "zone": scorecard.zone,
        "period": scorecard.period,
        "compliance": figures(scorecard.figures),
        "by_metric": {name: figures(one) for name, one in scorecard.metrics.items()},
        "months": [{"period": one.name, **figures(one.figures)} for one in scorecard.months],
        "uptime": [
            {
                "service": one.service or None,
                "uptime": None if one.uptime is None else ran(one),
                "promised": share(one.promise.share),
                "state": state(one, now),
                "budget_seconds": one.budget,
                "left_seconds": one.left,
                "outages": one.outages,
            }
            for one in scorecard.uptime
        ],
        "credits": [{"amount": f"{one.amount:f}", "currency": one.currency} for one in scorecard.credits],
        "not_counted": scorecard.trouble or None,
        "renegotiations": [talk.renegotiation.name for talk in scorecard.talks],
        "open": item.open,
        "breached": item.breached,
    }
