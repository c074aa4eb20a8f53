"""A report for spreadsheets: one table, whose first column says what a row is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.wall import format_instant
from reports.compliance import Figures, Judged
from reports.render.sheet import Cell, csv_text
from reports.render.words import COUNTS, became, counts
from reports.statement import DEFINITIONS, DIMENSIONS, Report, over_by

_CLOCK = "ticket customer group tier priority team metric cycle target_seconds started due stopped over_by_seconds excuse excused_by was of"
HEADER = ("section", "name", *COUNTS, "percent", "standing", *_CLOCK.split())

_NO_COUNTS = ("",) * (len(COUNTS) + 1)
_NO_CLOCK = ("",) * (1 + len(_CLOCK.split()))


def render(report: Report) -> str:
    """The report as CSV, its lines ended by CR LF. Every text is harmless as a cell."""
    return csv_text(HEADER, _rows(report))


def _rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    yield ("total", report.period.name, *_figures(report.figures), *_NO_CLOCK)
    for dimension in DIMENSIONS:
        for name, figures in report.by(dimension).items():
            yield (dimension, name, *_figures(figures), *_NO_CLOCK)
    for clock, which in report.listed:
        yield ("clock", "", *_NO_COUNTS, which.value, *_clock(clock, report.made_at), "", "")
    for told in report.corrections:
        was, now = became(told)
        yield ("correction", "", *_NO_COUNTS, now, *_clock(told.clock, report.made_at), was, told.of)
    for closing in report.closings:
        words = f"{closing.period} closed at {format_instant(closing.at)}, rules {closing.rules}, data {closing.data}"
        yield ("closing", f"{closing.customer or 'all others'}: {words}", *_NO_COUNTS, *_NO_CLOCK)
    for text in DEFINITIONS:
        yield ("definition", text, *_NO_COUNTS, *_NO_CLOCK)
    yield ("made", format_instant(report.made_at), *_NO_COUNTS, *_NO_CLOCK)
    yield ("rules", report.rules, *_NO_COUNTS, *_NO_CLOCK)


def _figures(figures: Figures) -> tuple[Cell, ...]:
    return (*counts(figures), figures.percent)


def _clock(clock: Judged, made_at: int) -> tuple[Cell, ...]:
    excuse = clock.excuse
    return (
        clock.ticket,
        clock.customer,
        clock.group,
        clock.tier,
        clock.priority,
        clock.team,
        clock.metric,
        clock.cycle,
        clock.target,
        format_instant(clock.started),
        "" if clock.due is None else format_instant(clock.due),
        "" if clock.stopped is None else format_instant(clock.stopped),
        over_by(clock, made_at),
        "" if excuse is None else excuse.reason,
        "" if excuse is None else excuse.by,
    )
