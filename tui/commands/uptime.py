"""`sla uptime`: how much of the agreed time services ran, what is left of the error budget, and how fast it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.commitment import WHOLE
from dsl.errors import FINDINGS, SlaError
from engine.facts import Instant
from engine.wall import format_local
from tui.options import at_option, graph_of, month_of_text, rules_option, store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.calendar.period import Period
    from engine.commitment.uptime import Figure, History
    from engine.graph import Graph
    from engine.store.place import Place
    from engine.store.sql import SqlStore

HEADER = (
    *("customer", "service", "promise", "from", "until", "state", "uptime", "down_seconds", "agreed_seconds"),
    *("elapsed_seconds", "measured_seconds", "coverage", "budget_seconds", "left_seconds", "burn_rate"),
    *("excluded_seconds", "unannounced_seconds", "outages", "lasting"),
)


@click.command(epilog="Example: sla uptime acme --period 2026-10 --store sla.db --format csv")
@click.argument("customer", required=False)
@store_option
@rules_option
@at_option
@click.option(
    "--period",
    default=None,
    metavar="YYYY-MM",
    help="A calendar month of the customer's zone.  [default: this one]",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def command(
    customer: str | None,
    store_path: Place,
    rules_path: Path | None,
    at: Instant | None,
    period: str | None,
    form: str,
) -> None:
    """Show the uptime of each service of CUSTOMER (of all customers without), by commitment.

    A commitment `per month` is measured over the calendar month, one `per 30d` over the last thirty days of it, or up to now
    if it has not ended.
    """
    from engine.calendar.period import month_of
    from engine.store.opening import open_store
    from reports.composing import history as recorded

    month = None if period is None else month_of_text(period, "--period")
    now = Instant(int(time.time())) if at is None else at
    with closing(open_store(store_path, read_only=True)) as store:
        graph = graph_of(store, rules_path, at)
        history = recorded(store, graph, (month or month_of(now, "UTC")).span("UTC"), now)
        found = list(_figures(graph, _customers(graph, customer), month, history, now))
    if form == "json":
        click.echo(json_text(records(graph, found, now)))
    elif form == "csv":
        from tui.export import Sheet, write

        click.echo(write(Sheet("uptime", HEADER, [row(graph, one, now) for one in found]), "csv"), nl=False)
    else:
        for line in text(graph, found, history, now):
            click.echo(line)


def so_far(store: SqlStore, graph: Graph, now: Instant) -> list[Figure]:
    """The figures of every declared customer in its month so far. Raises StoreError."""
    from engine.calendar.period import month_of
    from reports.composing import history as recorded

    history = recorded(store, graph, month_of(now, "UTC").span("UTC"), now)
    return list(_figures(graph, _customers(graph, None), None, history, now))


def _customers(graph: Graph, text: str | None) -> list[str]:
    if text is None:
        return list(graph.ruleset.customers)
    found = graph.customer(text)
    if found is None:
        raise SlaError(f"there is no customer {plain(text, 60)!r} in the rules", exit_code=FINDINGS)
    return [found.name]


def _figures(
    graph: Graph, customers: Sequence[str], month: Period | None, history: History, now: int
) -> Iterator[Figure]:
    from engine.calendar.period import month_of
    from engine.commitment.uptime import figures

    for name in customers:
        zone = graph.zone(name)
        start, end = (month or month_of(now, zone)).span(zone)
        yield from figures(graph, name, start, end, history, now)


# ---------------------------------------------------------------- programs


def records(graph: Graph, found: Sequence[Figure], now: int) -> list[dict[str, str | int | None]]:
    """The documented JSON objects."""
    return [dict(zip(HEADER, row(graph, one, now), strict=True)) for one in found]


def row(graph: Graph, one: Figure, now: int) -> tuple[str | int | None, ...]:
    """The values of HEADER. Shares are cut off and never rounded up; None where nothing was measured."""
    from engine.commitment.uptime import state
    from engine.commitment.words import ran, uptime

    zone = graph.zone(one.customer)
    return (
        one.customer,
        one.service or None,
        uptime(one.promise),
        format_local(one.start, zone),
        format_local(one.end, zone),
        state(one, now),
        None if one.uptime is None else ran(one),
        one.down,
        one.agreed,
        one.elapsed,
        one.measured,
        None if one.covered is None else _percent(one.covered * WHOLE // 1),
        one.budget,
        one.left,
        None if one.burn is None else f"{float(one.burn):.2f}",
        one.excluded,
        one.unannounced,
        one.outages,
        one.lasting,
    )


def _percent(millionths: int) -> str:
    from engine.commitment.words import share

    return share(millionths)


# ---------------------------------------------------------------- people


def text(graph: Graph, found: Sequence[Figure], history: History, now: int) -> Iterator[str]:
    """The figures by customer, each with what has to be known about it."""
    from engine.commitment.uptime import state
    from engine.commitment.words import budget, ran, uptime
    from engine.lengths import length

    last = ""
    for one in found:
        zone = graph.zone(one.customer)
        if one.customer != last:
            yield from ([""] if last else [])
            yield f"{plain(graph.ruleset.customers[one.customer].title)} ({zone})"
            last = one.customer
        service = one.service or "all services"
        yield f"  {service}: {ran(one)} {state(one, now)}, promised {uptime(one.promise)}"
        yield f"    {format_local(one.start, zone)} until {format_local(one.end, zone)}: {length(one.agreed)} agreed, {length(one.down)} down in {_count(one)}"
        burn = "" if one.burn is None else f", burn rate {float(one.burn):.2f}"
        yield f"    error budget {length(one.budget)}, {budget(one)}{burn}"
        if one.excluded:
            yield f"    announced maintenance left out: {length(one.excluded)}"
        if one.unannounced:
            yield f"    maintenance that was not announced before it began, and counts: {length(one.unannounced)}"
        if one.covered is not None and one.covered < 1:
            since = (
                "outages were never recorded"
                if history.since is None
                else f"outages are recorded since {format_local(history.since, zone)}"
            )
            yield f"    measured: {_percent(one.covered * WHOLE // 1)} of the time that is over; {since}"
    if not found:
        yield "no uptime is promised for this period"


def _count(one: Figure) -> str:
    lasting = f", {one.lasting} of them not ended" if one.lasting else ""
    return f"{one.outages} outage{'' if one.outages == 1 else 's'}{lasting}"
