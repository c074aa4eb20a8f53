"""`sla report`: the figures of a period as a file that leaves the building."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from tui.named_path import OutputPath, never_over
from tui.options import config_option, rules_option, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.calendar.period import Period
    from engine.facts import Instant
    from engine.graph import Graph
    from engine.store.place import Place
    from reports.compliance import Standing
    from reports.statement import Report


@click.command(
    epilog="""\b
Examples:
  sla report --period 2026-10 --customer acme --output acme-2026-10.html
  sla report --from 2026-10-05 --to 2026-10-12 --tier gold --format csv > week.csv
  sla report --period 2026-10 --each-customer --format csv --format pdf --output reports/2026-10
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
    "forms",
    metavar="csv|json|html|xlsx|pdf",
    multiple=True,
    help="[default: by the ending of --output, else csv]",
)
@click.option(
    "--output",
    type=OutputPath(),
    default=None,
    help="The file to write.  [default: what is printed]",
)
@click.option(
    "--each-customer",
    is_flag=True,
    help="A report for each customer, in every --format: files of the folder --output, with a manifest.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=None,
    help="Processes for --each-customer.  [default: one a core]",
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
    forms: tuple[str, ...],
    output: Path | None,
    each_customer: bool,
    workers: int | None,
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

    if not each_customer:
        never_over(output, rules_path, config_path, store_path)
    forms = _formats(forms, output, each_customer)
    period = _period(month, start, end)
    _known_zone(zone)
    by = signed(person) if publish else ""
    shown = (_met() if met else frozenset()) | (BREACHES if breached or not met else frozenset())
    with world(store_path, rules_path, _made_at()) as (store, graph, now):
        about = _scope(graph, wanted)
        if each_customer:
            if output is None or publish or "customer" in about:
                raise SlaError(
                    "--each-customer writes a folder of every customer's reports",
                    help="name it with --output, and leave out --customer and --publish",
                    exit_code=USAGE,
                )
            from reports.issuing import Issue
            from tui.issuing import issue
            from tui.publishing import look

            anew = rules_path is not None
            work = Issue.of(
                store_path, graph, now, period, about, shown, forms, look(config_path), zone=zone, anew=anew
            )
            click.echo(issue(work, output, workers))
            return
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
        form = forms[0]
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


def _made_at() -> Instant | None:
    """Now, unless SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch) says otherwise, for the same bytes again."""
    from engine.facts import Instant
    from engine.wall import EARLIEST, LATEST

    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not text.isdecimal() or not EARLIEST <= int(text[:20]) < LATEST:
        raise SlaError(
            f"SOURCE_DATE_EPOCH={plain(text, 40)} is not an instant",
            help="write it in seconds",
            exit_code=USAGE,
        )
    return Instant(int(text))


def _formats(forms: tuple[str, ...], output: Path | None, each_customer: bool) -> tuple[str, ...]:
    """The formats that are asked for, each once."""
    if len(forms) > 1 and not each_customer:
        raise SlaError("several formats are for --each-customer", help="give one --format", exit_code=USAGE)
    if output is not None and output.is_dir() and not each_customer:
        raise SlaError(f"{plain(output)} is a folder", help="name a file with --output", exit_code=USAGE)
    guess = None if each_customer else output
    return tuple(dict.fromkeys(_format(form, guess) for form in forms or ("",)))


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
    from dsl.model import BUILT_IN_METRICS

    rules = graph.ruleset
    declared = {
        "group": rules.groups,
        "tier": rules.tiers,
        "metric": (*BUILT_IN_METRICS, *rules.metrics),
        "priority": rules.priorities,
    }
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
