"""`sla report`: the figures of a period as a file that leaves the building."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from tui.options import config_option, rules_option, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.calendar.period import Period
    from engine.graph import Graph
    from engine.store.place import Place
    from reports.compliance import Standing
    from reports.statement import Report


@click.command(
    epilog="""\b
Examples:
  sla report --period 2026-10 --customer acme --output acme-2026-10.html
  sla report --from 2026-10-05 --to 2026-10-12 --tier gold --format csv > week.csv
  sla report --period 2026-10 --customer acme --format pdf --publish --by lead"""
)
@store_option
@rules_option
@config_option
@click.option(
    "--customer", default="", help="Only this customer: a declared name, an alias, or the tickets' own text."
)
@click.option("--group", default="", help="Only customers of this group.")
@click.option("--tier", default="", help="Only tickets of this tier.")
@click.option("--metric", default="", help="Only this metric.")
@click.option("--priority", default="", help="Only tickets of this priority.")
@click.option("--team", default="", help="Only tickets of this team.")
@click.option(
    "--period",
    "month",
    metavar="MONTH",
    default="",
    help="A calendar month like 2026-10.  [default: this month so far]",
)
@click.option("--from", "start", metavar="DATE", default="", help="From this date on, or this instant.")
@click.option(
    "--to", "end", metavar="DATE", default="", help="Up to the beginning of this date, or this instant."
)
@click.option("--zone", default="", help="One zone for everybody.  [default: each customer's own]")
@click.option("--met", is_flag=True, help="List the clocks that were met, in place of the breaches.")
@click.option("--breached", is_flag=True, help="List the breaches (the default); with --met both.")
@click.option(
    "--format",
    "form",
    metavar="csv|json|html|xlsx|pdf",
    default="",
    help="[default: by the ending of --output, else csv]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The file to write.  [default: what is printed]",
)
@click.option(
    "--publish", is_flag=True, help="Let the customer have it: sla publications lists what each has."
)
@click.option("--by", "person", default=None, help="Who publishes; your login without it.")
def command(
    store_path: Place,
    rules_path: Path | None,
    config_path: Path | None,
    month: str,
    start: str,
    end: str,
    zone: str,
    met: bool,
    breached: bool,
    form: str,
    output: Path | None,
    publish: bool,
    person: str | None,
    **wanted: str,
) -> None:
    """Compliance of a period: figures, breaches with their excuses, corrections of closed periods, and what it all rests on.

    The figures are of all clocks in the scope; --met and --breached choose which are listed. What is closed (`sla close`) is told as
    it was then.
    """
    from engine.facts import Instant
    from engine.store.opening import open_store
    from reports.composing import compose
    from reports.making import make
    from reports.paper import Paper
    from reports.publishing import publication
    from reports.render.formats import render
    from reports.statement import BREACHES, Scope
    from tui.publishing import declared_only, press, signed
    from tui.publishing import publish as let_have

    form = _format(form, output)
    period = _period(month, start, end)
    _known_zone(zone)
    by = signed(person) if publish else ""
    shown = (_met() if met else frozenset()) | (BREACHES if breached or not met else frozenset())
    with world(store_path, rules_path, None) as (store, graph, now):
        about = _scope(graph, wanted)
        report = make(
            store,
            graph,
            now,
            period,
            Scope(about),
            shown,
            zone=zone,
            anew=rules_path is not None,
        )
        paper = (
            compose(store, graph, report, anew=rules_path is not None) if form == "pdf" else Paper(report, "")
        )
        _known(graph, about, report)
        if publish:
            declared_only(graph, about.get("customer", ""))
    content = render(paper, form, lambda: press(config_path))
    if output is not None:
        from tui.prefs import write_whole

        write_whole(output, content)
    elif not publish:
        _print(content, form)
    if publish:
        with closing(open_store(store_path)) as store:
            click.echo(let_have(store, publication(report, form, content, by, Instant(int(time.time())))))


def _known(graph: Graph, about: dict[str, str], report: Report) -> None:
    """Raises SlaError for a customer that nobody has heard of."""
    name = about.get("customer", "")
    if name and name not in graph.ruleset.customers and not (report.clocks or report.corrections):
        raise SlaError(
            f"no customer {plain(name)!r}: the rules declare none, and no ticket of the period names it",
            help="sla report --format csv lists all that there are",
            exit_code=FINDINGS,
        )


def _print(content: bytes, form: str) -> None:
    """To standard output; what is no text not to a terminal."""
    if form in ("pdf", "xlsx") and sys.stdout.isatty():
        raise SlaError(f"{form} is not for a terminal", help="name a file with --output", exit_code=USAGE)
    click.echo(content, nl=False)


def _format(form: str, output: Path | None) -> str:
    from reports.render.formats import FORMATS

    form = (form or (output.suffix.lstrip(".") if output else "") or "csv").casefold()
    if form in FORMATS:
        return form
    raise SlaError(
        f"{plain(form)!r} is no format of a report",
        help=f"give --format {'|'.join(FORMATS)}",
        exit_code=USAGE,
    )


def _met() -> frozenset[Standing]:
    from reports.compliance import Standing

    return frozenset({Standing.MET})


def _period(month: str, start: str, end: str) -> Period:
    from engine.calendar import period

    try:
        if month and (start or end):
            raise ValueError("--period is one thing, --from and --to are another")
        if month:
            return period.month(month)
        if not start and not end:
            return period.month_of(int(time.time()), "UTC")
        if not start or not end:
            raise ValueError("--from and --to belong together")
        found = period.Period(period.bound(start), period.bound(end))
    except ValueError as error:
        raise SlaError(
            plain(str(error)),
            help="write --period 2026-10, or --from 2026-10-05 --to 2026-10-12",
            exit_code=USAGE,
        ) from error
    first, last = found.span("UTC")
    if first >= last:
        raise SlaError(
            "--from is not before --to", help="give an earlier --from, or a later --to", exit_code=USAGE
        )
    return found


def _known_zone(zone: str) -> None:
    from engine.wall import is_zone

    if zone and not is_zone(zone):
        raise SlaError(
            f"{plain(zone)!r} is not a time zone", help="write it like Europe/Berlin", exit_code=USAGE
        )


def _scope(graph: Graph, wanted: dict[str, str]) -> dict[str, str]:
    """What the report is about, in the rules' own names. Raises SlaError for a name that can be none."""
    rules = graph.ruleset
    declared = {"group": rules.groups, "tier": rules.tiers}
    found = {name: value for name, value in wanted.items() if value}
    for name, known in declared.items():
        if name in found and found[name] not in known:
            raise SlaError(
                f"the rules declare no {name} {plain(found[name])!r}",
                help=f"they declare {', '.join(sorted(known)) or 'none'}",
                exit_code=FINDINGS,
            )
    if "customer" in found:
        customer = graph.customer(found["customer"])
        found["customer"] = customer.name if customer else found["customer"]
    return found
