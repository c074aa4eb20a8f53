"""Rows of events folded into clocks: used time as one running sum, and where it passes a target.

What lies exactly on an edge (a target used up at the very end of a span, a clock that takes no time) depends on what comes
after it; such tickets are named, for `evaluate` to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dsl.model import Amount, Seconds
from engine.calendar import OpenHours
from engine.calendar_batch import NEVER, BatchHours
from engine.clock import State
from engine.columns import I64
from engine.columns_rows import Flags, Part, Rows
from engine.measure import WHOLE

STATES = tuple(State)
CODE = {state: code for code, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class ClockColumns:
    """Clocks of one metric, in no order. Instants and open seconds are int64; NEVER stands for none.

    `ticket` is the ticket's id, `state` an index in STATES. `warnings` has a column of instants for each of the shares
    `warn`, as `Clock.thresholds`; both are empty unless they were asked for.
    """

    metric: str
    warn: tuple[int, ...]
    ticket: I64
    cycle: I64
    state: I64
    started: I64
    stopped: I64
    target: I64
    due: I64
    elapsed: I64
    paused: I64
    warnings: tuple[I64, ...] = ()

    def only(self, keep: Flags) -> ClockColumns:
        """The clocks that are marked."""
        return replace(
            self,
            ticket=self.ticket[keep],
            cycle=self.cycle[keep],
            state=self.state[keep],
            started=self.started[keep],
            stopped=self.stopped[keep],
            target=self.target[keep],
            due=self.due[keep],
            elapsed=self.elapsed[keep],
            paused=self.paused[keep],
            warnings=tuple(column[keep] for column in self.warnings),
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """What the clocks of a fold have in common; `idle` marks the events after which something pauses them."""

    metric: str
    amount: Amount
    hours: BatchHours
    warn: tuple[int, ...]
    idle: Flags | None


def fold(promise: Promise, rows: Rows, part: Part, at: I64, now: int, edge: Flags) -> ClockColumns:
    """The clocks of rows at `now`. `at` holds the part's instants; `edge` gets the tickets that must be told one by one.

    `ticket` of the answer counts within the part.
    """
    low, high = rows.low, rows.high
    run, halted = _sums(promise, part, at, now)
    base = run[low]
    elapsed = run[high] - base
    started = at[low]
    stopped = np.full(len(low), NEVER, dtype=np.int64)
    stopped[rows.stopped] = at[high[rows.stopped]]
    is_open = ~rows.stopped
    if halted is None or promise.idle is None:
        paused, is_paused = np.zeros(len(low), dtype=np.int64), np.zeros(len(low), dtype=np.bool_)
    else:
        paused, is_paused = halted[high] - halted[low], is_open & promise.idle[high - 1]
    target, never = _targets(promise.amount, promise.hours.hours, started)
    if never is not None:
        edge[rows.ticket[never]] = True
    edge[rows.ticket[stopped == started]] = True
    ends = np.where(is_open, now, stopped)

    def reach(need: I64, goes_on: Flags | None) -> I64:
        """When `need` is used up; of those that have not, only what `goes_on` (all, if None)."""
        passed = elapsed > need
        exactly = elapsed == need
        edge[rows.ticket[exactly]] = True
        origin, left = ends.copy(), need - elapsed
        index = np.flatnonzero(passed)
        if len(index):
            goal = base[index] + need[index]
            span = np.searchsorted(run, goal) - 1
            origin[index] = at[span]
            left[index] = goal - run[span]
            edge[rows.ticket[index[run[span + 1] == goal]]] = True
        wanted = ~exactly if goes_on is None else (passed | goes_on) & ~exactly
        if wanted.all():
            return promise.hours.due(origin, left)
        found = np.full(len(need), NEVER, dtype=np.int64)
        found[wanted] = promise.hours.due(origin[wanted], left[wanted])
        return found

    late = elapsed > target
    state = np.where(is_open, CODE[State.RUNNING], CODE[State.MET])
    state[is_paused] = CODE[State.PAUSED]
    state[late] = np.where(is_open[late], CODE[State.BREACHED], CODE[State.MISSED])
    state[rows.cancelled] = CODE[State.CANCELLED]
    return ClockColumns(
        metric=promise.metric,
        warn=promise.warn,
        ticket=rows.ticket,
        cycle=rows.cycle,
        state=state,
        started=started,
        stopped=stopped,
        target=target,
        due=reach(target, ~is_paused if is_paused.any() else None),
        elapsed=elapsed,
        paused=paused,
        warnings=tuple(reach(-(-target * share // WHOLE), is_open & ~is_paused) for share in promise.warn),
    )


def _sums(promise: Promise, part: Part, at: I64, now: int) -> tuple[I64, I64 | None]:
    """Before each event, and after the last: the time that counted since the part's first, and the time that was paused."""
    before = promise.hours.before(at)
    spans = np.empty_like(before)
    np.subtract(before[1:], before[:-1], out=spans[:-1])
    ends = part.starts[1:] - 1
    spans[ends] = promise.hours.hours.before(now) - before[ends]
    if promise.metric == "resolution" and part.any_ended:
        spans[part.ended] = 0  # it goes on after reopening; every other clock is over by then
    run = np.zeros(len(spans) + 1, dtype=np.int64)
    halted = None
    if promise.idle is not None:
        held = spans * promise.idle
        spans -= held
        halted = np.zeros(len(spans) + 1, dtype=np.int64)
        np.cumsum(held, out=halted[1:])
    np.cumsum(spans, out=run[1:])
    return run, halted


def _targets(amount: Amount, hours: OpenHours, started: I64) -> tuple[I64, Flags | None]:
    """The target of each clock in open seconds, and which calendars never open (None: no such)."""
    if isinstance(amount, Seconds):
        return np.full(len(started), amount.value, dtype=np.int64), None
    distinct, back = np.unique(started, return_inverse=True)
    worth = [hours.business_days(start, amount.value) for start in distinct.tolist()]
    seconds = np.array([item or 0 for item in worth], dtype=np.int64)[back]
    return seconds, seconds == 0
