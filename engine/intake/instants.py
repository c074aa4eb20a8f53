"""Texts of a file into instants. Nothing is guessed: a reading that the zone's clocks left out is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from engine import wall
from engine.errors import EngineError

ISO = "iso"
ISO_OFFSET = "iso-offset"
EPOCH = "epoch"


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    try:
        wall.zone(name)
    except EngineError:
        return False
    return True


def is_format(pattern: str) -> bool:
    """Whether times can be read by it: one of the three names, or a pattern of `strptime` with a whole date in it."""
    if pattern in {ISO, ISO_OFFSET, EPOCH}:
        return True
    sample = datetime(2004, 2, 29, 13, 14, tzinfo=UTC)
    try:
        return datetime.strptime(sample.strftime(pattern), pattern).date() == sample.date()  # noqa: DTZ007 - only the date
    except ValueError:
        return False


def reader(formats: tuple[str, ...], zone: str) -> Callable[[str], int]:
    """A function from text to UTC seconds; it raises ValueError in words for people. `zone` is for times without offset."""

    @lru_cache(maxsize=65_536)
    def read(text: str) -> int:
        for pattern in formats:
            if pattern in {ISO, ISO_OFFSET}:
                try:
                    moment = datetime.fromisoformat(text)
                except ValueError:
                    continue
                if moment.tzinfo is None and pattern == ISO_OFFSET:
                    raise ValueError(
                        f"{text[:60]!r} has no offset from UTC: write it like 2026-03-06T16:00:00+01:00 or with Z"
                    )
            elif pattern == EPOCH:
                if text.lstrip("-").isdigit() and text.isascii():
                    return within(int(text), text)
                continue
            else:
                try:
                    moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is put on below
                except ValueError:
                    continue
            return within(_instant(moment, text, zone), text)
        raise ValueError(f"{text[:60]!r} is not a time of the form {' or '.join(formats)}")

    return read


def _instant(moment: datetime, text: str, zone: str) -> int:
    if moment.tzinfo is not None:
        return int(moment.timestamp() // 1)
    if not wall.FIRST_YEAR <= moment.year <= wall.LAST_YEAR:
        return wall.EARLIEST - 1
    reading = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())
    clock = wall.zone(zone)
    instant = clock.first(reading)
    if clock.wall(instant) != reading:
        raise ValueError(f"{text[:60]!r} does not exist in {zone}: the clocks were put forward over it")
    return instant


def within(instant: int, text: object) -> int:
    """The instant, if the product works with its year. Raises ValueError."""
    if not wall.EARLIEST <= instant < wall.LATEST:
        raise ValueError(
            f"{str(text)[:60]!r} is outside the years {wall.FIRST_YEAR} to {wall.LAST_YEAR} (seconds, not milliseconds?)"
        )
    return instant
