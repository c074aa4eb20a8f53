"""What the words of a rule file mean: dates, ranges of hours, amounts, percentages, periods.

A word that has the right form and yet no meaning (`2026-02-30`, `25:00-26:00`) raises ValueError with the reason.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from dsl import syntax
from dsl.model import Amount, BusinessDays, Period, Seconds, TimeRange

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d+)([wdhms])")


@lru_cache(4096)
def amount(text: str) -> Amount:
    """`1h30m` or `3bd`. ValueError when it is nothing or over a hundred years."""
    if text.endswith("bd"):
        value: Amount = BusinessDays(_bounded(int(text[:-2]), 36_525))
    else:
        seconds = sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text))
        value = Seconds(_bounded(seconds, 36_525 * 86_400))
    return value


def _bounded(count: int, limit: int) -> int:
    if count == 0:
        raise ValueError("nothing can be done in no time")
    if count > limit:
        raise ValueError("that is more than a hundred years")
    return count


def counts_days(text: str) -> bool:
    """Whether a duration is written with a bare `d` or `w`, which mean nothing certain in business hours."""
    return not text.endswith("bd") and ("d" in text or "w" in text)


def in_hours(text: str) -> str:
    """A duration with days and weeks written as hours: `1d12h` is `36h`."""
    return duration(sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text)))


def duration(seconds: int) -> str:
    """Seconds as a rule file has them: `1h30m`."""
    hours, rest = divmod(seconds, 3600)
    return "".join(
        f"{count}{unit}" for count, unit in ((hours, "h"), (rest // 60, "m"), (rest % 60, "s")) if count
    )


def written(value: Amount) -> str:
    """An amount as a rule file has it: `1h30m`, `3bd`."""
    return duration(value.value) if isinstance(value, Seconds) else f"{value.value}bd"


def day(text: str) -> date:
    """`2026-03-08`."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:  # ISO 8601 has other forms too
        raise ValueError(f"{text} is not a date of the calendar")
    return found


def day_within_reach(text: str) -> date:
    """A day of the years that the engine counts in."""
    found = day(text)
    if not 1900 <= found.year <= 2199:
        raise ValueError(f"{text} is outside the years 1900 to 2199")
    return found


def month_within_reach(text: str) -> date:
    """The first day of `2026-10`, a month that is within reach in every zone, with those beside it."""
    try:
        found = day(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text} is not a month of the calendar") from None
    if not 1901 <= found.year <= 2198:
        raise ValueError(f"{text} is outside the years 1901 to 2198")
    return found


def month_day(text: str) -> tuple[int, int]:
    """`12-24`; 02-29 is a day of leap years."""
    month, number = int(text[:2]), int(text[3:])
    try:
        date(2000, month, number)
    except ValueError:
        raise ValueError(f"{text} is not a day of the year (month-day)") from None
    return month, number


def time_range(text: str) -> TimeRange:
    """`09:00-17:30`; an end that is not after the start is on the next day."""
    start, end = _minutes(text[:5]), _minutes(text[6:])
    if start == 1440:
        raise ValueError("24:00 can only be an end; a start at midnight is 00:00")
    return TimeRange(start, end if end > start else end + 1440)


def _minutes(text: str) -> int:
    hours, minutes = int(text[:2]), int(text[3:])
    if minutes > 59 or hours > 24 or (hours == 24 and minutes):
        raise ValueError(f"{text} is not a time of day")
    return hours * 60 + minutes


def second(text: str) -> int:
    """`09:00` or `09:00:30` as seconds of the day."""
    minutes, seconds = _minutes(text[:5]), int(text[6:] or "0")
    if minutes >= 1440 or seconds > 59:
        raise ValueError(f"{text} is not a time of day")
    return minutes * 60 + seconds


@lru_cache(4096)
def percent(text: str) -> int:
    """`99.95%` in hundredths of a percent. ValueError for more than two decimals."""
    whole, _, decimals = text[:-1].partition(".")
    if len(decimals) > 2:
        raise ValueError("a percentage has at most two decimals")
    return int(whole) * 100 + int(decimals.ljust(2, "0"))


def percentage(share: int) -> str:
    """Hundredths of a percent as people write them: 7500 is `75%`."""
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02}".rstrip("0") + "%" if rest else f"{whole}%"


def millionths(text: str) -> int:
    """`99.999%` in millionths. ValueError for more than four decimals."""
    whole, _, decimals = text[:-1].partition(".")
    if len(decimals) > 4:
        raise ValueError("a percentage of uptime has at most four decimals")
    return int(whole) * 10_000 + int(decimals.ljust(4, "0"))


def window(per: str) -> int | None:
    """The seconds of `30d`; None for `month`, which has no fixed length. ValueError as in `amount`."""
    if per == "month":
        return None
    value = amount(per)
    assert isinstance(value, Seconds)
    return value.value


def money(text: str) -> Decimal:
    """`250.00`. ValueError for nothing, for parts that no currency has, and for more than a trillion."""
    value = Decimal(text)
    if len(text.partition(".")[2]) > 4:
        raise ValueError("an amount of money has at most four decimals")
    if not value:
        raise ValueError("an amount of money is more than nothing")
    if value > 10**12:
        raise ValueError("that is more than a trillion")
    return value


def day_of_month(text: str) -> int:
    """`1` to `31`. ValueError for a day that no month has."""
    if not 1 <= int(text) <= 31:
        raise ValueError(f"no month has a day {text}")
    return int(text)


def weekdays(text: str) -> list[int]:
    """`mon-thu` or `sat`; `sat-mon` goes round the end of the week. Monday is 0."""
    first, _, last = text.partition("-")
    start = WEEKDAYS.index(first)
    end = WEEKDAYS.index(last) if last else start
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def period_text(meant: Period) -> str:
    """A period as a rule file has it: `from 2026-01-01 until 2027-01-01`, "" for always."""
    said = (("from", meant.start), ("until", meant.end))
    return " ".join(f"{word} {day}" for word, day in said if day)


def period(written: syntax.Period | None) -> Period:
    """Half-open dates; `through D` ends before the day after D, and never where there is no such day."""
    if written is None:
        return Period()
    first = day(written.first.text) if written.first else None
    last = day(written.last.text) if written.last else None
    if last and written.through:
        last = last + timedelta(days=1) if last < date.max else None
    return Period(first, last)


def offset(text: str) -> int:
    """`-2`, days from Easter Sunday."""
    value = int(text)
    if abs(value) > 200:
        raise ValueError("that is too far from Easter Sunday (at most 200 days)")
    return value
