"""Lengths of time in words, as the rules write them."""

from __future__ import annotations

from dsl.model import Amount, Seconds

_UNITS = ((3600, "h"), (60, "m"), (1, "s"))


def length(seconds: int) -> str:
    """Seconds as `1h 30m`, `45s` or `0m`; hours are not folded into days, for a day of open time has no fixed length."""
    if seconds == 0:
        return "0m"
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts = []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return sign + " ".join(parts)


def amount(value: Amount) -> str:
    """An amount for people: `4h`, `1h 30m`, `3bd`."""
    return length(value.value) if isinstance(value, Seconds) else f"{value.value}bd"


def written(value: Amount) -> str:
    """An amount as the rules write it: `4h`, `1h30m`, `3bd`."""
    return amount(value).replace(" ", "")
