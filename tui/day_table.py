"""Days and open time as lines of text: the arithmetic behind a due instant, for people who want to check it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.calendar.day_by_day import Day
from engine.lengths import length
from engine.wall import day_number, format_local, weekday
from tui.plain import plain

_SHOWN = 40
_LAST = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_table(days: Sequence[Day], zone_name: str) -> list[str]:
    """A line a local date: its hours, why they are unusual, what of them counted, and the sum so far."""
    total = 0
    rows: list[tuple[str, str, str, str]] = []
    for day in days:
        total += day.used
        used = f"+{length(day.used)}" if day.used else ""
        rows.append((_date(day), _opening(day, zone_name), used, length(total) if day.used else ""))
    if len(rows) > _SHOWN:
        left_out = ("", f"({len(rows) - _SHOWN} more days)", "", "")
        rows = [*rows[: _SHOWN - _LAST], left_out, *rows[-_LAST:]]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return [
        f"{date:<{widths[0]}}  {hours:<{widths[1]}}  {used:>{widths[2]}}  {total_:>{widths[3]}}".rstrip()
        for date, hours, used, total_ in rows
    ]


def _date(day: Day) -> str:
    return f"{WEEKDAYS[weekday(day_number(day.date))]} {day.date.isoformat()}"


def _opening(day: Day, zone_name: str) -> str:
    spans = ", ".join(_span(a, b, day, zone_name) for a, b in day.hours)
    notes = [plain(reason, 60) for reason in day.reasons]
    if day.change is not None:
        _, before, after = day.change
        notes.append(f"clocks go {'forward' if after > before else 'back'} {length(abs(after - before))}")
    if day.paused:
        notes.append(f"{length(day.paused)} paused")
    return (spans or "closed") + (f" ({', '.join(notes)})" if notes else "")


def _span(start: int, end: int, day: Day, zone_name: str) -> str:
    last = format_local(end, zone_name)
    closing = last[11:] if last[:10] == day.date.isoformat() else "24:00"
    return f"{format_local(start, zone_name)[11:]}-{closing}"
