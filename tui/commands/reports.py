"""`sla reports`: the reports that the rules declare, when each is due, and making one now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from engine.wall import format_instant, format_local
from tui.chapters import Listing
from tui.options import config_option, graph_of, rules_option, store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from dsl.report import Report
    from engine.calendar.period import Period
    from engine.graph import Graph
    from engine.store.place import Place
    from reports.schedule import Due


@click.group(cls=Listing, epilog="Example: sla reports; sla reports run monthly --period 2026-10")
def command() -> None:
    """Reports that the rules declare; `sla run` makes them. Without a command, when each is due."""


@command.command("list", epilog="Example: sla reports list --format jsonl")
@store_option
@rules_option
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, rules_path: Path | None, form: str) -> None:
    """List the declared reports: for how many customers, when each is due next and of what, and what waits to be made."""
    from engine.store import report_runs
    from engine.store.opening import open_store
    from reports.schedule import due_reports

    now = Instant(int(time.time()))
    with closing(open_store(store_path, read_only=True)) as store:
        graph = graph_of(store, rules_path)
        since = report_runs.since(store.connection)
        waiting = due_reports(graph, since, report_runs.made(store.connection), now)
    for report in graph.ruleset.reports.values():
        mine = [one for one in waiting if one.report == report.name]
        click.echo(_json(graph, report, mine, now) if form == "jsonl" else _line(graph, report, mine, now))
    if form == "table" and not graph.ruleset.reports:
        click.echo("the rules declare no report")


@command.command(epilog="Example: sla reports run monthly --period 2026-10 --customer acme")
@click.argument("name")
@store_option
@rules_option
@config_option
@click.option(
    "--period",
    "month",
    metavar="MONTH",
    default="",
    help="A calendar month.  [default: the last whole period]",
)
@click.option("--customer", default="", help="Only this customer's.  [default: all that it is declared for]")
def run(
    name: str, store_path: Place, rules_path: Path | None, config_path: Path | None, month: str, customer: str
) -> int:
    """Make the declared report NAME now, also if it was made before: it is published and mailed as the rules say."""
    from engine.store.opening import open_store
    from reports.running import make_all
    from reports.schedule import Due, customers_of, last_period
    from tui.publishing import press

    now = Instant(int(time.time()))
    with closing(open_store(store_path)) as store:
        graph = graph_of(store, rules_path)
        declared = graph.ruleset.reports.get(name)
        if declared is None:
            known = ", ".join(graph.ruleset.reports) or "none"
            raise SlaError(
                f"the rules declare no report {plain(name)!r}",
                help=f"they declare {known}",
                exit_code=FINDINGS,
            )
        period = _month(month) if month else last_period(declared.schedule, now)
        customers = customers_of(graph.ruleset, declared)
        if customer:
            found = graph.customer(customer)
            if found is None or found.name not in customers:
                raise SlaError(
                    f"report {name} is not made for {plain(customer)!r}",
                    help=f"it is made for {', '.join(customers[:10]) or 'nobody'}",
                    exit_code=FINDINGS,
                )
            customers = [found.name]
        due = [Due(name, period, one, now) for one in customers]
        failed = False
        for made in make_all(store, graph, cache(lambda: press(config_path)), now, due, again=True):
            what = f"report {name} of {made.key[1]} for {plain(made.key[2], 60)}"
            failed = failed or bool(made.error)
            click.echo(f"{what}: {plain(made.error, 500) or 'made'}", err=bool(made.error))
            for person in made.unmailed:
                click.echo(f"{what}: nobody to mail it to: {plain(person, 60)}", err=True)
    return FINDINGS if failed else 0


def _month(text: str) -> Period:
    from engine.calendar.period import month

    try:
        return month(text)
    except ValueError as error:
        raise SlaError(plain(str(error)), help="write --period 2026-10", exit_code=USAGE) from error


def _line(graph: Graph, report: Report, waiting: list[Due], now: int) -> str:
    from reports.schedule import customers_of, next_due

    at, period = next_due(report.schedule, now)
    zone = report.schedule.zone
    count = len(customers_of(graph.ruleset, report))
    late = f"; {len(waiting):,} wait to be made" if waiting else ""
    return f"{report.name}  {count:,} customers  next {format_local(at, zone)} {zone} of {period.name}  {', '.join(_shared(report))}{late}"


def _json(graph: Graph, report: Report, waiting: list[Due], now: int) -> str:
    from reports.schedule import customers_of, next_due

    at, period = next_due(report.schedule, now)
    record = {
        "name": report.name,
        "title": report.title,
        "customers": customers_of(graph.ruleset, report),
        "formats": list(report.formats),
        "share": list(_shared(report)),
        "next": format_instant(at),
        "period": period.name,
        "waiting": [
            {"customer": one.customer, "period": one.period.name, "due": format_instant(one.at)}
            for one in waiting
        ],
    }
    return json_text(record, indent=None)


def _shared(report: Report) -> Iterator[str]:
    yield from ("portal",) if report.portal else ()
    yield from (f"mail to {one.words}" for one in report.mail)
