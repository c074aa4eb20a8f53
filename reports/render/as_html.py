"""A report for people: a page that needs nothing else, and says nothing by colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.lengths import length
from engine.wall import format_instant, format_local
from reports.compliance import Figures, Judged
from reports.correction import net, with_corrections
from reports.html_table import page, paragraph, section, table
from reports.render.words import COUNTS, became, counts, excuse, list_title, title
from reports.statement import DEFINITIONS, DIMENSIONS, Report, over_by

_COUNTED = (*COUNTS, "compliance")
_LISTED = (
    "ticket",
    "customer",
    "priority",
    "metric",
    "outcome",
    "target",
    "due",
    "stopped",
    "over by",
    "excuse",
)


def render(report: Report) -> str:
    """The report as a page of HTML; all text is escaped. Instants stand in the zone of each customer."""
    return "\n".join(page(title(report), _body(report))) + "\n"


def _body(report: Report) -> Iterator[str]:
    figures = report.figures
    zone = report.zone or "midnight to midnight in the zone of each customer"
    yield paragraph(f"Period {report.period.name}, {zone}.")
    yield table(_COUNTED, [_figures(figures)])
    for dimension in ("metric", *(name for name in DIMENSIONS if name != "metric")):
        found = report.by(dimension)
        if dimension == "metric" or len(found) > 1:
            yield section(2, f"By {dimension}")
            yield _by(dimension, found)
    yield section(2, list_title(report))
    listed = report.listed
    if listed:
        yield table(
            _LISTED, ((*_named(clock), which.value, *_times(report, clock)) for clock, which in listed)
        )
    else:
        yield paragraph("None.")
    if report.corrections:
        yield from _corrections(report, figures)
    yield section(2, "Definitions")
    for text in DEFINITIONS:
        yield paragraph(text)
    for closing in report.closings:
        yield paragraph(
            f"{closing.period} was closed for {closing.customer or 'all others'} at {format_instant(closing.at)} with rules"
            f" {closing.rules} and data {closing.data}."
        )
    yield paragraph(f"Made {format_instant(report.made_at)} with rules {report.rules}.")


def _by(dimension: str, found: Mapping[str, Figures]) -> str:
    return table(
        (dimension, *_COUNTED), ((name or "(none)", *_figures(each)) for name, each in found.items())
    )


def _corrections(report: Report, figures: Figures) -> Iterator[str]:
    yield section(2, "Corrections of closed periods")
    yield table(
        ("period", *_LISTED[:4], "was", "is", *_LISTED[5:]),
        (
            (told.of, *_named(told.clock), *became(told), *_times(report, told.clock))
            for told in report.corrections
        ),
    )
    changes = ", ".join(f"{name} {count:+d}" for name, count in net(report.corrections).items() if count)
    after = with_corrections(figures, report.corrections)
    share = "" if after is None or not after.percent else f"; compliance with them {after.percent} %"
    yield paragraph(f"Together: {changes or 'no change'}{share}.")


def _figures(figures: Figures) -> tuple[str, ...]:
    percent = figures.percent
    return (*(f"{count:,}" for count in counts(figures)), f"{percent} %" if percent else "-")


def _named(clock: Judged) -> tuple[str, ...]:
    metric = clock.metric if clock.cycle == 1 else f"{clock.metric} {clock.cycle}"
    return (clock.ticket, clock.customer, clock.priority, metric)


def _times(report: Report, clock: Judged) -> tuple[str, ...]:
    zone = report.zone_of(clock.customer)
    over = over_by(clock, report.made_at)
    return (
        length(clock.target),
        "" if clock.due is None else f"{format_local(clock.due, zone)} {zone}",
        "" if clock.stopped is None else f"{format_local(clock.stopped, zone)} {zone}",
        "" if over is None else length(over),
        "" if clock.excuse is None else excuse(clock.excuse.reason, clock.excuse.by),
    )
