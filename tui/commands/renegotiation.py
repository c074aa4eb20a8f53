"""`sla renegotiation`: the customers whose contract needs another talk, with the figures that say so."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from dsl.errors import FINDINGS, SlaError
from tui.options import month_of_text, rules_option, store_option, world
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from pathlib import Path

    from engine.calendar.period import Period
    from engine.graph import Graph
    from engine.store.place import Place
    from reports.render.sheet import Cell
    from reports.renegotiation import Evidence, Talk

HEADER = (
    *(
        "customer",
        "renegotiation",
        "rule",
        "holds",
        "value",
        "months",
        "so_far",
        "trend",
        "breaches",
        "rule_at",
    ),
)


@click.command(epilog="Example: sla renegotiation --period 2026-10 --format csv")
@store_option
@rules_option
@click.option(
    "--period",
    "text",
    metavar="MONTH",
    default="",
    help="The last month to look at.  [default: the one before this]",
)
@click.option("--customer", default="", help="Only this customer, by its name or an alias.")
@click.option("--all", "everybody", is_flag=True, help="Also customers that need no talk.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def command(
    store_path: Place, rules_path: Path | None, text: str, customer: str, everybody: bool, form: str
) -> None:
    """List the customers for whom a line of a `renegotiation` of the rules holds, with its figure, those of the months before, and
    where they are going.

    Closed months count as they were closed. A month that is not closed counts as it is so far, and is said to.
    """
    from reports.reviewing import reviews

    given = month_of_text(text, "--period") if text else None
    with world(store_path, rules_path, None) as (store, graph, now):
        if not graph.ruleset.renegotiations:
            raise SlaError(
                "the rules declare no renegotiation",
                help="write one: renegotiation chronic { when breaches above 5 per month }",
                exit_code=FINDINGS,
            )
        period = given or _last()
        found = reviews(store, graph, now, period, _names(graph, customer))
    chosen = {
        name: [talk for talk in talks if talk.needed or everybody or customer]
        for name, talks in found.items()
    }
    chosen = {name: talks for name, talks in chosen.items() if talks}
    if form == "json":
        rows = [_record(graph, talk) for talks in chosen.values() for talk in talks]
        click.echo(json_text({"period": period.name, "talks": rows}))
    elif form == "csv":
        from tui.export import Sheet, write

        lines = [row for talks in chosen.values() for talk in talks for row in _rows(graph, talk)]
        click.echo(write(Sheet("renegotiation", HEADER, lines), "csv"), nl=False)
    else:
        for line in _text(graph, period, chosen):
            click.echo(line)


def _last() -> Period:
    from engine.calendar.period import month_of, preceding

    return preceding(month_of(int(time.time()), "UTC"))


def _names(graph: Graph, text: str) -> list[str]:
    if not text:
        return list(graph.ruleset.customers)
    found = graph.customer(text)
    if found is None:
        raise SlaError(f"there is no customer {plain(text, 60)!r} in the rules", exit_code=FINDINGS)
    return [found.name]


def _record(graph: Graph, talk: Talk) -> dict[str, Any]:
    return {
        "customer": talk.customer,
        "title": graph.ruleset.customers[talk.customer].title,
        "renegotiation": talk.renegotiation.name,
        "needed": talk.needed,
        "evidence": [
            {
                "rule": one.occasion.rule,
                "rule_at": graph.where(one.occasion.origin),
                "holds": one.holds,
                "value": one.value or None,
                "so_far": one.so_far,
                "trend": one.course.value,
                "months": [
                    {"period": period, "value": value or None, "breaches": breaches}
                    for period, value, breaches in one.by_month
                ],
            }
            for one in talk.evidence
        ],
    }


def _rows(graph: Graph, talk: Talk) -> Iterator[tuple[Cell, ...]]:
    for one in talk.evidence:
        yield (
            talk.customer,
            talk.renegotiation.name,
            one.occasion.rule,
            one.holds,
            one.value or None,
            _months(one),
            one.so_far,
            one.course.value,
            sum(count for _, _, count in one.by_month[-one.occasion.months :]),
            graph.where(one.occasion.origin),
        )


def _months(one: Evidence) -> str:
    return ", ".join(f"{period} {value or '-'}" for period, value, _ in one.by_month)


def _text(graph: Graph, period: Period, chosen: Mapping[str, list[Talk]]) -> Iterator[str]:
    from tui.glyphs import glyphs_for

    spark = glyphs_for(sys.stdout.encoding, "").spark

    for name, talks in chosen.items():
        yield plain(graph.ruleset.customers[name].title)
        for talk in talks:
            yield f"  {talk.renegotiation.name}: {plain(talk.renegotiation.title)}"
            for one in talk.evidence:
                so_far = " so far: not every month is closed" if one.so_far else ""
                value = one.value or f"not known: {one.occasion.months} months are needed"
                mark = {True: "yes", False: "no ", None: "-  "}[one.holds]
                yield f"    {mark} {one.occasion.rule}: {value}{so_far}"
                known = [float(point) for point in one.points if point is not None]
                drawn = f" {spark.draw(known, min(known), max(known))}" if len(known) > 1 else ""
                yield f"        {one.course.value}{drawn}: {_months(one) or 'no month is known'}"
    needing = sum(any(talk.needed for talk in talks) for talks in chosen.values())
    yield f"{period.name}: {needing} customer{'' if needing == 1 else 's'} to talk to"
