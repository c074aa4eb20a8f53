"""Instants and lengths of time as a customer reads them. Pure: `now` is a parameter."""

from __future__ import annotations

from dsl.commitment import Uptime
from engine.clock import State
from engine.commitment.words import length, share
from engine.wall import date_of, format_local, local_day

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def lasting(seconds: int) -> str:
    """`3 h 20 min`, cut off to whole minutes; `less than a minute`."""
    minutes = seconds // 60
    if minutes <= 0:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    return " ".join(
        [*([f"{hours:,} h".replace(",", " ")] if hours else []), *([f"{rest} min"] if rest else [])]
    )


def day(at: int, zone: str) -> str:
    """`26 November 2026`."""
    date = date_of(local_day(at, zone))
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def moment(at: int, zone: str, now: int) -> str:
    """`today 16:30`, `tomorrow 09:00`, `yesterday 17:00`, `Monday 09:00` within the coming days, else `26 November 2026 09:00`."""
    away = local_day(at, zone) - local_day(now, zone)
    time = format_local(at, zone)[11:16]
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away)
    if near is None and 1 < away < 7:
        near = _DAYS[date_of(local_day(at, zone)).weekday()]
    return f"{near or day(at, zone)} {time}"


def month(at: int, zone: str) -> str:
    """`November 2026`."""
    return day(at, zone).partition(" ")[2]


def due(state: State, at: int | None, open_seconds: int, around_the_clock: bool, zone: str, now: int) -> str:
    """What a clock that goes on says to its customer; `open_seconds` are the service time between now and its due."""
    if at is None:
        return "paused, nothing is due meanwhile"
    served = "" if around_the_clock else " of service time"
    when, length = moment(at, zone, now), lasting(open_seconds)
    if state is State.BREACHED:
        return f"was due {when}, breached by {length}{served}"
    if state is State.PAUSED:
        return f"paused, due {when} if it goes on now"
    return f"due {when}, in {length}{served}"


def metric(name: str, title: str = "") -> str:
    """A metric as people call it."""
    return title or name.replace("-", " ").capitalize()


def status(kept: str) -> str:
    """The state of an uptime promise, for a customer."""
    return {"met": "kept", "missed": "not kept", "below": "below the promise so far"}.get(kept, kept)


def promise(one: Uptime, calendar: str) -> str:
    """`99.9% per month, around the clock`; `calendar` is the title of its hours, "" for around the clock."""
    hours = f"in the hours of {calendar}" if calendar else "around the clock"
    left_out = ", announced maintenance left out" if one.excluding else ""
    return f"{share(one.share)} per {length(one.window)}, {hours}{left_out}"
