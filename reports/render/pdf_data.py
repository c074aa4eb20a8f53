"""What the template of a paper is told: every text in the words that are printed, and the numbers that charts are drawn from. Pure.

It goes to typst as JSON, so that no text is ever markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from dsl.commitment import WHOLE
from engine.calendar.period import Period
from engine.commitment.days import Day, Known, Strip
from engine.commitment.uptime import state
from engine.commitment.words import budget, ran, share, uptime
from engine.lengths import length
from engine.plain import plain
from engine.wall import format_instant, format_local, local_date
from reports.compliance import DIMENSIONS, Figures, Judged, Standing
from reports.correction import Told, net, with_corrections
from reports.paper import Month, Paper
from reports.render.words import COUNTS, became, counts, exact, excuse, list_title
from reports.statement import DEFINITIONS, Report, over_by

_LONGEST = 2_000
_DIGITS = str.maketrans("123456789", "0" * 9)
_COVER = 3
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_OUTCOMES = {
    Standing.BREACHED: "breached, still open",
    Standing.MISSED: "missed",
    Standing.EXCLUDED: "excluded",
    Standing.MET: "met",
}


def data(paper: Paper) -> dict[str, Any]:
    """All that is printed."""
    report = paper.report
    several = "customer" not in report.scope.wanted
    zone = report.zone or ("" if several else report.zone_of(report.scope.wanted["customer"]))
    shapes = _Shapes()
    return {
        "title": _text(paper.title),
        "customer": _text(paper.customer or "all customers"),
        "scope": [
            f"{name} {_text(value)}" for name, value in report.scope.wanted.items() if name != "customer"
        ],
        "period": period_words(report.period, zone or "UTC"),
        "dates": _dates(report.period, zone or "UTC"),
        "zone": zone or "in the zone of each customer",
        "made": format_instant(report.made_at),
        "state": _state(report),
        "show": list(paper.show),
        "several": several,
        "percent": report.figures.percent,
        "counts": {name: f"{count:,}" for name, count in zip(COUNTS, counts(report.figures), strict=True)},
        "decided": f"{report.figures.met + report.figures.breached + report.figures.missed:,}",
        "trend": [_month(one) for one in paper.trend],
        "trend_words": _trend_words(paper.trend),
        "tables": list(_tables(report)),
        "listed": list_title(report),
        "breaches": [shapes.row(_clock(report, clock, which)) for clock, which in report.listed],
        "corrections": [shapes.row(_correction(report, item)) for item in report.corrections],
        "shapes": shapes.known,
        "corrected": _corrected(report),
        "strips": [_strip(one, report.made_at) for one in paper.strips],
        "cover": [_strip(one, report.made_at) for one in _cover(paper.strips)],
        "credits": _credits(paper),
        "definitions": list(DEFINITIONS),
        "closings": [
            f"{item.period}, {_text(item.customer) or 'all others'}: closed {format_instant(item.at)}, rules {item.rules}, data {item.data}"
            for item in report.closings
        ],
        "rules": report.rules,
    }


def period_words(period: Period, zone: str) -> str:
    """`October 2026` for a calendar month, else its first and its last day."""
    first, _ = _first_and_last(period, zone)
    if period.name == f"{first:%Y-%m}":
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return _dates(period, zone)


def _dates(period: Period, zone: str) -> str:
    first, last = _first_and_last(period, zone)
    return f"{first}" if first == last else f"{first} to {last}"


def _first_and_last(period: Period, zone: str) -> tuple[date, date]:
    start, end = period.start, period.end
    first = start if isinstance(start, date) else local_date(start, zone)
    last = end - timedelta(days=1) if isinstance(end, date) else local_date(end - 1, zone)
    return first, last


def _state(report: Report) -> str:
    """Whether these figures may still change."""
    closed = [item for item in report.closings if item.period == report.period.name]
    if closed:
        last = max(closed, key=lambda item: (bool(item.customer), item.at))
        return f"Closed {format_local(last.at, last.zone)} {last.zone}: these figures are final."
    return "This period is not closed: figures may still change."


def _text(value: object) -> str:
    return plain(value, _LONGEST)


# ---------------------------------------------------------------- figures


def _percent(figures: Figures) -> str:
    return f"{figures.percent} %" if figures.percent else "-"


def _month(one: Month) -> dict[str, Any]:
    hundredths = one.figures.tally.hundredths
    year, month = one.name.split("-")
    return {
        "name": f"{_MONTHS[int(month) - 1][:3]} {year[2:]}",
        "percent": one.figures.percent,
        "value": None if hundredths is None else hundredths / 100,
        "failed": one.figures.breached + one.figures.missed,
    }


def _trend_words(trend: Sequence[Month]) -> str:
    """The chart for those who hear it."""
    told = ", ".join(
        f"{one.name} {_percent(one.figures) if one.figures.percent else 'nothing'}" for one in trend
    )
    return f"Compliance by month: {told}."


def _tables(report: Report) -> Iterator[dict[str, Any]]:
    for dimension in ("metric", *(name for name in DIMENSIONS if name != "metric")):
        found = report.by(dimension)
        if dimension == "metric" or len(found) > 1:
            yield {
                "name": dimension,
                "rows": [
                    [_text(name) or "(none)", *(f"{count:,}" for count in counts(each)), _percent(each)]
                    for name, each in found.items()
                ],
            }


# ---------------------------------------------------------------- clocks


def _clock(report: Report, clock: Judged, which: Standing) -> dict[str, str]:
    zone = report.zone_of(clock.customer)
    over = over_by(clock, report.made_at)
    said = clock.excuse
    reason = f": {excuse(said.reason, said.by)}" if which is Standing.EXCLUDED and said is not None else ""
    return {
        **_named(clock),
        "due": "" if clock.due is None else format_local(clock.due, zone),
        "stopped": "" if clock.stopped is None else format_local(clock.stopped, zone),
        "over": "" if over is None else length(over),
        "outcome": _text(_OUTCOMES.get(which, which.value) + reason),
    }


class _Shapes:
    """What cells look like but for their digits, which are of one width, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def known(self) -> list[str]:
        return list(self._numbers)

    def row(self, cells: dict[str, str]) -> dict[str, Any]:
        """A row with the number of each cell's shape."""
        found = {
            name: self._numbers.setdefault(text.translate(_DIGITS), len(self._numbers))
            for name, text in cells.items()
        }
        return {**cells, "shape": found}


def _named(clock: Judged) -> dict[str, str]:
    return {
        "ticket": _text(clock.ticket),
        "customer": _text(clock.customer),
        "priority": _text(clock.priority),
        "metric": clock.metric if clock.cycle == 1 else f"{clock.metric} {clock.cycle}",
        "target": length(clock.target),
    }


def _correction(report: Report, told: Told) -> dict[str, str]:
    was, now = became(told)
    return {**_clock(report, told.clock, told.standing or Standing.MET), "of": told.of, "was": was, "is": now}


def _corrected(report: Report) -> str:
    if not report.corrections:
        return ""
    changes = ", ".join(f"{name} {count:+d}" for name, count in net(report.corrections).items() if count)
    after = with_corrections(report.figures, report.corrections)
    percent = "" if after is None or not after.percent else f"; compliance with them {after.percent} %"
    return f"Together: {changes or 'no change'}{percent}."


# ---------------------------------------------------------------- uptime and credits


def _cover(strips: Sequence[Strip]) -> list[Strip]:
    """Of each service the commitment that is worst off, of three services at most; what is not kept comes first."""
    worst: dict[str, Strip] = {}
    for one in sorted(strips, key=lambda one: (one.figure.kept is not False, one.figure.left)):
        worst.setdefault(one.figure.service, one)
    return list(worst.values())[:_COVER]


def _strip(one: Strip, now: int) -> dict[str, Any]:
    figure = one.figure
    down = [day for day in one.days if day.down]
    said = ", ".join(f"{day.date} {length(day.down)}" for day in down) or "none"
    planned = ", ".join(f"{day.date} {length(day.announced)}" for day in one.days if day.announced) or "none"
    return {
        "service": _text(figure.service) or "all services",
        "promise": uptime(figure.promise),
        "uptime": "not measured" if figure.uptime is None else ran(figure),
        "state": state(figure, now),
        "down": length(figure.down),
        "outages": f"{figure.outages:,}",
        "budget": length(figure.budget),
        "left": budget(figure),
        "coverage": ""
        if figure.covered is None or figure.covered == 1
        else f"Outages were recorded for {share(figure.covered * WHOLE // 1)} of the time.",
        "days": [_day(day) for day in one.days],
        "words": f"Uptime by day from {one.days[0].date} to {one.days[-1].date}. Down: {said}. Announced maintenance: {planned}.",
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date[8:],
        "known": day.known.value,
        "down": length(day.down) if day.down else "",
        "share": min(1.0, day.down / day.agreed) if day.agreed else 0.0,
        "announced": bool(day.announced),
        "measured": day.known is Known.MEASURED,
    }


def _credits(paper: Paper) -> dict[str, Any] | None:
    found = paper.settlement
    if found is None:
        return None
    so_far = "" if found.closing else "So far: credits come of closed months."
    return {
        "lines": [
            [
                (f"correction of {entry.of}: " if entry.of else "") + _text(entry.line.rule),
                _text(entry.line.because),
                exact(entry.line.amount),
            ]
            for entry in found.entries
        ],
        "total": ", ".join(exact(one) for one in found.credits) if found.entries else "",
        "note": so_far if found.kept else "This month was closed without its credits.",
    }
