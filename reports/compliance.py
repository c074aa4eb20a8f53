"""Compliance: what became of clocks in a period, and how many by customer, group, tier, metric, priority or team. Pure.

Compliance is met / (met + breached + missed) of the clocks decided in the period: met at their stop, else at their due. Cancelled
clocks do not count. Breaches that somebody has excused, and clocks that were not decided by the period's end, are shown apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType

from engine.clock import FAILED_STATES, State
from engine.excuse import Excuse
from engine.snapshot import Tally


@dataclass(frozen=True, slots=True)
class Judged:
    """A clock as a report knows it. `customer` is the declared one, else the ticket's own text; `priority` as the rules write it; `target` is in open seconds,
    instants are UTC seconds. `decided` is the instant at which it counts, None while it does not."""

    customer: str
    ticket: str
    metric: str
    cycle: int
    group: str
    tier: str
    priority: str
    team: str
    state: State
    started: int
    stopped: int | None
    target: int
    due: int | None
    decided: int | None
    excuse: Excuse | None = None

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Whose clock it is, and which."""
        return (self.customer, self.ticket, self.metric, self.cycle)


class Standing(StrEnum):
    """What a clock is to a period."""

    MET = "met"
    BREACHED = "breached"
    MISSED = "missed"
    EXCLUDED = "excluded"
    RUNNING = "running"
    PAUSED = "paused"


DECIDED = frozenset({Standing.MET, Standing.BREACHED, Standing.MISSED, Standing.EXCLUDED})
FAILED = frozenset({Standing.BREACHED, Standing.MISSED})


def outcome(clock: Judged) -> Standing | None:
    """What was decided of the clock; None while nothing is, or if it was cancelled."""
    if clock.decided is None:
        return None
    if clock.state in FAILED_STATES and clock.excuse is not None:
        return Standing.EXCLUDED
    return Standing(clock.state)


def standing(clock: Judged, start: int, end: int) -> Standing | None:
    """What the clock is to the period `[start, end)`; None if the two have nothing to do with each other.

    What was decided at the end or later was running in the period; one that is paused now counts as paused.
    """
    if clock.decided is not None and clock.decided < end:
        return outcome(clock) if clock.decided >= start else None
    if clock.started >= end or clock.state is State.CANCELLED:
        return None
    return Standing.PAUSED if clock.state is State.PAUSED else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Figures:
    """How many clocks of a period are in which standing."""

    met: int = 0
    breached: int = 0
    missed: int = 0
    excluded: int = 0
    running: int = 0
    paused: int = 0

    @property
    def tally(self) -> Tally:
        """What compliance is made of."""
        return Tally(self.met, self.breached + self.missed)

    @property
    def percent(self) -> str:
        """Compliance with two decimals, rounded down; "" of nothing."""
        share = self.tally.hundredths
        return "" if share is None else f"{share // 100}.{share % 100:02}"


def figures(standings: Iterable[Standing]) -> Figures:
    """Count them."""
    return Figures(**{which.value: count for which, count in Counter(standings).items()})


DIMENSIONS = ("customer", "group", "tier", "metric", "priority", "team")


def by(dimension: str, items: Iterable[tuple[Judged, Standing]]) -> Mapping[str, Figures]:
    """Figures by one of `DIMENSIONS`, worst first, then the larger, then by name."""
    value = attrgetter(dimension)
    found: dict[str, dict[str, int]] = {}
    for (name, which), count in Counter((value(clock), which) for clock, which in items).items():
        found.setdefault(name, {})[which.value] = count
    counted = {name: Figures(**counts) for name, counts in found.items()}
    return MappingProxyType(dict(sorted(counted.items(), key=_worst_first)))


def _worst_first(item: tuple[str, Figures]) -> tuple[bool, int, int, str]:
    name, found = item
    share = found.tally.hundredths
    return (share is None, share or 0, -found.tally.failed, name)
