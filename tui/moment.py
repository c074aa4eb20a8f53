"""Instants as people read them: how long until, how long ago, and the time on a wall.

Countdowns are made when a line is painted; `now` is always a parameter, in UTC seconds.
"""

from __future__ import annotations

from datetime import datetime, tzinfo


def span(seconds: int) -> str:
    """A length of time in its two largest units: "45s", "12m 30s", "3h 04m", "2d 05h"."""
    seconds = abs(seconds)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60:02d}s"
    if seconds < 86400:
        return f"{seconds // 3600}h {seconds % 3600 // 60:02d}m"
    if seconds < 86400 * 1000:
        return f"{seconds // 86400}d {seconds % 86400 // 3600:02d}h"
    return f"{seconds // 86400}d"


def countdown(due: int | None, now: int) -> str:
    """ "in 12m 30s" before `due`, "over 2h 04m" after it, "" where nothing is due."""
    if due is None:
        return ""
    return f"over {span(now - due)}" if now > due else f"in {span(due - now)}"


def clock(at: int, zone: tzinfo, *, seconds: bool = False) -> str:
    """The time of day at `at`: "14:02" or "14:02:09"."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_clock(at: int, zone: tzinfo) -> str:
    """Day and time: "Mon 23 Nov 14:02"."""
    local = datetime.fromtimestamp(at, zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


def near(at: int, now: int, zone: tzinfo) -> str:
    """The time of day if `at` is on today's date, else with the date."""
    same = datetime.fromtimestamp(at, zone).date() == datetime.fromtimestamp(now, zone).date()
    return clock(at, zone) if same else day_clock(at, zone)


def short_near(at: int, now: int, zone: tzinfo) -> str:
    """As `near`, in at most twelve cells: "14:02" or "23 Nov 14:02"."""
    return near(at, now, zone).split(" ", 1)[-1]


def iso(at: int | None, zone: tzinfo) -> str:
    """ISO 8601 with offset for files; "" of None."""
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat()


# Not strftime's: the console's words are English whatever the locale says.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
