"""A month's report as lines: the figures that the files of the same report have, before somebody lets the customer have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from engine.commitment.words import money
from engine.lengths import length
from engine.store.publications import Publication
from engine.wall import format_instant, format_local
from reports.compliance import Judged, Standing
from reports.correction import Closing, Told, net, with_corrections
from reports.paper import Paper
from reports.render.words import COUNTS, became, counts, excuse
from reports.settlement import Settlement
from reports.statement import DEFINITIONS, Report, over_by
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, fit, wrap
from tui.lists import wrapped
from tui.plain import plain
from tui.view_customer import metric_lines, month_lines, published_lines, settlement_lines, uptime_lines

_MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """The paper of a customer's month. `settlement` is None where nothing can be settled, `trouble` says why; `formats` are those that can be made
    here, `published` what there is of the month, also withdrawn."""

    customer: str
    title: str
    declared: bool
    month: str
    paper: Paper
    settlement: Settlement | None
    trouble: str
    published: tuple[Publication, ...]
    formats: tuple[str, ...]

    @property
    def closing(self) -> Closing | None:
        """What has closed the month; None while it is open."""
        return next((one for one in self.paper.report.closings if one.period == self.month), None)

    @property
    def current(self) -> tuple[Publication, ...]:
        """What the customer may have of the month."""
        return tuple(one for one in self.published if one.withdrawn_at is None)

    @property
    def over(self) -> bool:
        """Whether the month has ended."""
        report = self.paper.report
        return report.period.span(report.zone_of(self.customer))[1] <= report.made_at


def closed_words(preview: Preview) -> str:
    """Whether the figures can still move."""
    closing = preview.closing
    if closing is not None:
        return f"closed {format_instant(closing.at)}: what is heard later corrects the next month"
    if preview.over:
        return f"not closed: the figures still move; sla close {preview.month} freezes them"
    return "the month is not over: these are its figures so far"


def report_page(preview: Preview, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """The preview, for a width."""
    report = preview.paper.report
    where = report.zone_of(preview.customer)
    credits_ = ", ".join(map(money, preview.settlement.credits)) if preview.settlement else ""
    out: list[Line] = [
        (),
        *wrapped(f"Report {preview.month}: {preview.title}", "heading", glyphs, cells),
        *wrapped(closed_words(preview), "muted" if preview.closing else "warning", glyphs, cells),
        *published_lines(preview.published, zone, glyphs, cells)[: None if preview.published else 0],
        (),
        (("Compliance", "heading"), (f"  {plain(where, 40)}", "muted")),
        *metric_lines(report.figures, report.by("metric"), glyphs, cells),
        (),
        (("Month by month", "heading"),),
        *month_lines(preview.paper.trend, glyphs, cells),
        (),
        *uptime_lines([one.figure for one in preview.paper.strips], report.made_at, where, glyphs),
        (),
        (("Credits  ", "heading"), (credits_ or "-", "warning" if credits_ else "muted")),
        *(wrapped(preview.trouble, "warning", glyphs, cells) if preview.trouble else ()),
        *settlement_lines(preview.settlement, glyphs, cells),
        (),
        *_breaches(report, glyphs, cells),
        *_corrections(report, glyphs, cells),
        (),
        (("Definitions", "heading"),),
    ]
    for text in DEFINITIONS:
        out += wrapped(text, "muted", glyphs, cells)
    out += wrapped(
        f"Made {format_instant(report.made_at)} with rules {report.rules}.", "muted", glyphs, cells
    )
    return out


def _breaches(report: Report, glyphs: Glyphs, cells: int) -> Iterator[Line]:
    listed = report.listed
    yield (("Breaches", "heading"), (f"  {len(listed):,}", "muted"))
    if not listed:
        yield (("none", "muted"),)
    for clock, which in listed[:_MOST_LISTED]:
        yield from _clock(report, clock, which.value, glyphs, cells)
    if len(listed) > _MOST_LISTED:
        yield ((f"and {len(listed) - _MOST_LISTED:,} more, which the files have", "muted"),)


def _clock(report: Report, clock: Judged, word: str, glyphs: Glyphs, cells: int) -> Iterator[Line]:
    zone = report.zone_of(clock.customer)
    metric = clock.metric if clock.cycle == 1 else f"{clock.metric} {clock.cycle}"
    over = over_by(clock, report.made_at)
    due = "" if clock.due is None else f", due {format_local(clock.due, zone)}"
    late = "" if over is None else f", over by {length(over)}"
    role = "muted" if word == Standing.EXCLUDED else "missed"
    words = f"{metric} {clock.priority} within {length(clock.target)}{due}{late}"
    yield (
        (fit(glyphs.text(plain(clock.ticket, 60)), 16, more=glyphs.more) + " ", "strong"),
        (fit(word, 10), role),
        (glyphs.text(plain(words, 300)), ""),
    )
    if clock.excuse is not None:
        said = excuse(clock.excuse.reason, clock.excuse.by)
        for line in wrap(glyphs.text(plain(said, 600)), max(20, cells - 27)):
            yield ((" " * 27, ""), (line, "muted"))


def _corrections(report: Report, glyphs: Glyphs, cells: int) -> Iterator[Line]:
    if not report.corrections:
        return
    yield ()
    yield (("Corrections of closed periods", "heading"),)
    for told in report.corrections:
        yield _correction(told, glyphs)
    changes = ", ".join(f"{name} {count:+d}" for name, count in net(report.corrections).items() if count)
    after = with_corrections(report.figures, report.corrections)
    more = "" if after is None or not after.percent else f"; compliance with them {after.percent} %"
    yield from wrapped(f"Together: {changes or 'no change'}{more}.", "muted", glyphs, cells)


def _correction(told: Told, glyphs: Glyphs) -> Line:
    was, comes = became(told)
    return (
        (fit(glyphs.text(plain(told.clock.ticket, 60)), 16, more=glyphs.more) + " ", "strong"),
        (glyphs.text(plain(f"{told.of}  {told.clock.metric}: was {was}, is {comes}", 300)), ""),
    )


def report_sheet(preview: Preview) -> Sheet:
    """The figures by metric and month, and the breaches."""
    report = preview.paper.report
    rows: list[tuple[str | int | None, ...]] = [("total", preview.month, *counts(report.figures), "")]
    rows += [("metric", name, *counts(one), "") for name, one in report.by("metric").items()]
    rows += [("month", one.name, *counts(one.figures), "") for one in preview.paper.trend]
    blank: Sequence[None] = (None,) * len(COUNTS)
    rows += [
        ("breach", clock.ticket, *blank, f"{clock.metric} {which.value}") for clock, which in report.listed
    ]
    for entry in preview.settlement.entries if preview.settlement else ():
        rows.append(("credit", entry.line.rule, *blank, f"{money(entry.line.amount)}: {entry.line.because}"))
    return Sheet(f"report-{preview.customer}-{preview.month}", ("section", "name", *COUNTS, "value"), rows)
