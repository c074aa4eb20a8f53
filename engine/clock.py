"""A clock: one metric of one ticket, in one cycle, with every instant that matters on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dsl.ladder import LadderStep
from engine.terms import PinnedTarget


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"  # past its due and still open
    MISSED = "missed"  # stopped after its due
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({State.RUNNING, State.PAUSED, State.BREACHED})
FAILED_STATES = frozenset({State.BREACHED, State.MISSED})


@dataclass(frozen=True, slots=True)
class Threshold:
    """A point of a clock: `name` is "warning 75%" or "breach"; `at` is None while it cannot be reached.

    `share` is in hundredths of a percent of the target. Once the clock has stopped, thresholds that it did not
    reach have `at` None.
    """

    name: str
    share: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """A step of a ladder on a clock. `name` is the rule's line, with the warning that it is for where it is for each of
    several; `number` 0 is the first time, k the k-th repetition. `at` is None while it cannot be reached.
    """

    ladder: str
    step: LadderStep
    name: str
    number: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Clock:
    """`target`, `elapsed`, `paused` and `over`, what is used since the due, are open seconds on the calendar; instants are UTC seconds.

    `due` is when the target is used up if nothing more happens: None while a pause without limit holds, or when
    the calendar never opens again. The target in force decides: one that a change makes stricter than what is used is due
    at the change, a looser one takes a breach back.
    `next_at` is the next instant at which time alone changes something (threshold, step of a ladder, limit of a pause); None
    if never.
    """

    metric: str
    cycle: int
    state: State
    started: int
    stopped: int | None
    target: int
    due: int | None
    elapsed: int
    paused: int
    paused_by: tuple[str, ...]
    calendar: str
    promise: PinnedTarget
    thresholds: tuple[Threshold, ...]
    next_at: int | None
    points: tuple[Point, ...] = ()
    over: int = 0

    @property
    def decided(self) -> int | None:
        """The instant at which the clock counts in compliance: met at its stop, else at its due; None if open in time."""
        if self.state is State.MET:
            return self.stopped
        return self.due if self.state in FAILED_STATES else None


def most_urgent(clocks: Iterable[Clock]) -> Clock | None:
    """The open clock that comes due first; one that has no due only if there is no other."""
    return min(
        (clock for clock in clocks if clock.state in OPEN_STATES),
        key=lambda clock: (clock.due is None, clock.due or 0, clock.metric, clock.cycle),
        default=None,
    )


def first_warning(clock: Clock) -> int | None:
    """The instant of the clock's first warning, None if it has none or cannot reach it."""
    return next((threshold.at for threshold in clock.thresholds if threshold.share < 10_000), None)
