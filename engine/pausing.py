"""Open time that pauses take away: the two questions of a clock when spans of instants do not count.

A pause is `[start, end)`, its end None while nobody knows it. Overlapping pauses count once, and what of them is
outside opening hours costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.calendar.hours import OpenHours

Pause = tuple[int, int | None]


def united(pauses: Iterable[Pause]) -> list[Pause]:
    """The same instants as sorted pauses that neither overlap nor touch; empty ones vanish."""
    whole: list[Pause] = []
    for start, end in sorted(pauses, key=_start):
        if end is not None and end <= start:
            continue
        if whole:
            last_start, last_end = whole[-1]
            if last_end is None:
                break
            if start <= last_end:
                whole[-1] = (last_start, None if end is None else max(last_end, end))
                continue
        whole.append((start, end))
    return whole


def _start(pause: Pause) -> int:
    return pause[0]


def elapsed(hours: OpenHours, a: int, b: int, pauses: Iterable[Pause]) -> int:
    """Open seconds in `[a, b)` that no pause takes away."""
    total = hours.elapsed(a, b)
    for start, end in united(pauses):
        total -= hours.elapsed(max(start, a), b if end is None else min(end, b))
    return total


def due(hours: OpenHours, start: int, seconds: int, pauses: Iterable[Pause]) -> int | None:
    """The earliest instant with `seconds` open ones behind `start` that no pause takes away; None is never."""
    at, left = start, seconds
    for begin, end in united(pauses):
        if left <= 0:
            break
        if end is not None and end <= at:
            continue
        free = hours.elapsed(at, begin)
        if free >= left:
            break
        left -= free
        if end is None:
            return None
        at = max(at, end)
    return hours.due(at, left)
