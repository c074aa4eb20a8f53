"""A report as a workbook: total, by dimension, clocks, corrections and definitions, each a sheet.

Numbers are numbers, instants are dates of the zone that the head of the column names, lengths of time are hours, and no text is ever
a formula, a link or a number.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsl.errors import USAGE
from engine.errors import EngineError
from engine.plain import plain
from engine.wall import format_instant, zone
from reports.compliance import DIMENSIONS, Figures, Judged
from reports.correction import net, with_corrections
from reports.render.words import COUNTS, became, counts, title
from reports.statement import DEFINITIONS, Report, over_by

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LONGEST = 1_048_576
"""Rows of a sheet; it is a limit of the format."""
_TEXT = 32_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a cell has no zone; its column has
_CLOCK = ("ticket", "customer", "group", "tier", "priority", "team", "metric", "cycle", "target")
_EXCUSE = ("over by", "excuse", "excused by")


def render(report: Report) -> bytes:
    """The report as a file of Excel 2007 and later; the same report is the same bytes. Raises EngineError where the extra is missing
    or a sheet has no room for it."""
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise EngineError(
            "xlsx needs an extra that is not installed", help="pip install 'tiercel[pdf]'", exit_code=USAGE
        ) from error
    longest = max(len(report.listed), len(report.corrections))
    if longest >= LONGEST:
        raise EngineError(
            f"{longest:,} clocks are more than a sheet of xlsx has rows",
            help="narrow the report, or use --format csv",
            exit_code=USAGE,
        )
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        book.set_properties({"title": title(report), "created": _cell_time(report.made_at, "UTC")})
        _Book(book, report).fill()
    return out.getvalue()


def _cell_time(at: int, zone_name: str) -> datetime:
    return _EPOCH + timedelta(seconds=zone(zone_name).wall(at))


class _Book:
    """A workbook being written."""

    def __init__(self, book: Workbook, report: Report) -> None:
        self._book = book
        self._report = report
        zones = {report.zone_of(clock.customer) for clock, _ in report.listed}
        zones |= {report.zone_of(item.clock.customer) for item in report.corrections}
        self._zone = zones.pop() if len(zones) == 1 else "UTC"
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            kind: book.add_format({"num_format": form})
            for kind, form in (
                ("count", "#,##0"),
                ("share", "0.00%"),
                ("instant", "yyyy-mm-dd hh:mm:ss"),
                ("length", "[h]:mm:ss"),
            )
        }
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def fill(self) -> None:
        report = self._report
        self._sheet("total", ("period", *COUNTS, "compliance"), [self._total()])
        for dimension in DIMENSIONS:
            self._sheet(
                f"by {dimension}",
                (dimension, *COUNTS, "compliance"),
                (
                    (name or "(none)", *counts(found), _share(found))
                    for name, found in report.by(dimension).items()
                ),
            )
        clocks = ((which.value, *self._clock(clock)) for clock, which in report.listed)
        self._sheet("clocks", ("standing", *self._columns()), clocks)
        self._sheet(
            "corrections",
            ("period", "was", "is", *self._columns()),
            ((item.of, *became(item), *self._clock(item.clock)) for item in report.corrections),
        )
        self._definitions()

    def _total(self) -> tuple[object, ...]:
        figures = self._report.figures
        return (self._report.period.name, *counts(figures), _share(figures))

    def _columns(self) -> tuple[str, ...]:
        return (*_CLOCK, *(f"{name} ({self._zone})" for name in ("started", "due", "stopped")), *_EXCUSE)

    def _clock(self, clock: Judged) -> tuple[object, ...]:
        over = over_by(clock, self._report.made_at)
        excuse = clock.excuse
        return (
            *(getattr(clock, name) for name in _CLOCK[:-2]),
            clock.cycle,
            timedelta(seconds=clock.target),
            *(
                None if at is None else _cell_time(at, self._zone)
                for at in (clock.started, clock.due, clock.stopped)
            ),
            None if over is None else timedelta(seconds=over),
            None if excuse is None else excuse.reason,
            None if excuse is None else excuse.by,
        )

    def _sheet(self, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, self._head)
        widths = [len(text) for text in head]
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                widths[column] = max(widths[column], self._write(sheet, number, column, value))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, 60))
        return sheet

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any) -> int:  # noqa: ANN401
        """Write a cell by the kind of its value; answer how wide it is about."""
        if value is None:
            return 0
        if isinstance(value, datetime):
            sheet.write_datetime(row, column, value, self._formats["instant"])
            return 18
        if isinstance(value, timedelta):
            sheet.write_datetime(row, column, value, self._formats["length"])
            return 10
        if isinstance(value, float):
            sheet.write_number(row, column, value, self._formats["share"])
            return 8
        if isinstance(value, int):
            sheet.write_number(row, column, value, self._formats["count"])
            return 8
        text = plain(value, _TEXT)
        sheet.write_string(row, column, text)
        return len(text)

    def _definitions(self) -> None:
        report = self._report
        lines = [
            *DEFINITIONS,
            *_corrected(report),
            *(
                f"{item.period} was closed for {item.customer or 'all others'} at {format_instant(item.at)} with rules {item.rules}"
                f" and data {item.data}."
                for item in report.closings
            ),
            f"Instants are in {self._zone}; lengths of time are hours, minutes and seconds.",
            f"Made {format_instant(report.made_at)} with rules {report.rules}.",
        ]
        sheet = self._sheet("definitions", ("definition",), ())
        sheet.set_column(0, 0, 110, self._wrapped)
        for number, line in enumerate(lines, 1):
            sheet.write_string(number, 0, plain(line, _TEXT), self._wrapped)


def _corrected(report: Report) -> list[str]:
    if not report.corrections:
        return []
    changes = ", ".join(f"{name} {count:+d}" for name, count in net(report.corrections).items() if count)
    after = with_corrections(report.figures, report.corrections)
    share = "" if after is None or not after.percent else f"; compliance with them {after.percent} %"
    return [f"Corrections together: {changes or 'no change'}{share}."]


def _share(figures: Figures) -> float | None:
    share = figures.tally.hundredths
    return None if share is None else share / 10_000
