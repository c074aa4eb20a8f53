"""Where a row stands at an instant: the word under which people know its state, and how many rows stand where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable

from engine.clock import State
from engine.snapshot import Row

STANDINGS = ("breached", "at risk", "running", "paused", "unmanaged")


def standing(row: Row, now: int) -> str:
    """One of `STANDINGS`. A running clock past its due is breached already: the engine only confirms it."""
    if row.state is None:
        return "unmanaged"
    if row.state is State.BREACHED:
        return "breached"
    if row.state is State.RUNNING and row.due is not None and now > row.due:
        return "breached"
    if row.state is State.PAUSED:
        return "paused"
    return "at risk" if row.warn_at is not None and now >= row.warn_at else "running"


def at_risk(row: Row, now: int) -> bool:
    """Whether somebody has to hurry: breached, or running and past its first warning."""
    return standing(row, now) in {"breached", "at risk"}


class Standings:
    """How many of some rows stand where at any instant, kept as single rows come and go: no row is looked at to answer."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._still = dict.fromkeys(STANDINGS, 0)
        self._moving = 0
        self._dues: list[int] = []
        self._warned: list[int] = []  # when rows come to be at risk
        self._warned_dues: list[int] = []  # when they leave that again for a breach
        for row in rows:
            self._enter(row, list.append)
        for instants in (self._dues, self._warned, self._warned_dues):
            instants.sort()

    def add(self, row: Row) -> None:
        """One row more."""
        self._enter(row, insort)

    def remove(self, row: Row) -> None:
        """One row less, which was there."""
        self._enter(row, _drop, -1)

    def at(self, now: int) -> dict[str, int]:
        """How many rows stand where, in the order of `STANDINGS`."""
        late = bisect_left(self._dues, now)
        risk = bisect_right(self._warned, now) - bisect_left(self._warned_dues, now)
        still = self._still
        return {
            **still,
            "breached": still["breached"] + late,
            "at risk": risk,
            "running": self._moving - late - risk,
        }

    def _enter(self, row: Row, put: Callable[[list[int], int], None], by: int = 1) -> None:
        if row.state in _STILL:
            self._still[_STILL[row.state]] += by
            return
        self._moving += by
        due = row.due if row.state is State.RUNNING else None
        if due is not None:
            put(self._dues, due)
        if row.warn_at is not None and (due is None or row.warn_at <= due):
            put(self._warned, row.warn_at)
            if due is not None:
                put(self._warned_dues, due)


_STILL = {None: "unmanaged", State.BREACHED: "breached", State.PAUSED: "paused"}
"""The states that time alone does not change."""


def _drop(instants: list[int], instant: int) -> None:
    del instants[bisect_left(instants, instant)]
