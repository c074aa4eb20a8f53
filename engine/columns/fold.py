"""Rows of events folded into clocks: used time as one running sum, and where it passes a target.

What lies exactly on an edge (a target used up at the very end of a span, a clock that takes no time) depends on what comes
after it; such tickets are named, for `evaluate` to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dsl.model import Amount, Seconds
from engine.calendar.batch import NEVER, BatchHours
from engine.clock import FAILED_STATES, State
from engine.columns.rows import Flags, Part, Rows
from engine.columns.table import I64, U32
from engine.plan import WHOLE

STATES = tuple(State)
CODE = {state: code for code, state in enumerate(STATES)}
FAILED = np.array([state in FAILED_STATES for state in STATES], dtype=np.bool_)
"""By code whether a clock has failed."""


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

    def only(self, keep: Flags | I64) -> ClockColumns:
        """The clocks that are marked, or at these places."""
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


def fold(promise: Promise, rows: Rows, part: Part, epoch: int, now: int, edge: Flags) -> ClockColumns:
    """The clocks of rows at `now`. The part's instants count from `epoch`; `edge` gets the tickets to be told one by one.

    `ticket` of the answer counts within the part.
    """
    low, high, is_open = rows.low, rows.high, ~rows.stopped
    sums = _sums(promise, part, epoch, now)
    run = sums.run
    base = run[low]
    elapsed = run[high] - base
    started = part.at[low] + np.int64(epoch)
    at_high = part.at[np.minimum(high, len(part.at) - 1)] + np.int64(epoch)
    stopped = np.where(rows.stopped, at_high, NEVER)
    if promise.idle is None:
        paused, is_paused = np.zeros(len(low), dtype=np.int64), np.zeros(len(low), dtype=np.bool_)
    else:
        paused, is_paused = sums.halted(rows, elapsed), is_open & promise.idle[high - 1]
    target, never = _targets(promise.amount, promise.hours, started)
    if never is not None:
        _mark(edge, rows.ticket, never)
    _mark(edge, rows.ticket, stopped == started)
    ends = np.where(is_open, now, at_high)

    def reach(need: I64, goes_on: Flags | None) -> I64:
        """When `need` is used up; of those that have not, only what `goes_on` (all, if None)."""
        passed = elapsed > need
        exactly = elapsed == need
        _mark(edge, rows.ticket, exactly)
        origin, left = ends.copy(), need - elapsed
        index = np.flatnonzero(passed)
        if len(index):
            goal = base[index] + need[index]
            span = np.searchsorted(run, goal) - 1
            origin[index] = part.at[span] + np.int64(epoch)
            left[index] = goal - run[span]
            edge[rows.ticket[index[run[span + 1] == goal]]] = True
        wanted = ~exactly if goes_on is None else (passed | goes_on) & ~exactly
        if 2 * np.count_nonzero(wanted) > len(wanted):
            # To ask for the few others too, and forget the answer, is cheaper than to pick these.
            np.copyto(left, 1, where=~wanted)
            found = promise.hours.due(origin, left)
            np.copyto(found, NEVER, where=~wanted)
            return found
        found = np.full(len(need), NEVER, dtype=np.int64)
        found[wanted] = promise.hours.due(origin[wanted], left[wanted])
        return found

    late = elapsed > target
    state = np.where(is_open, CODE[State.RUNNING], CODE[State.MET])
    state[is_paused] = CODE[State.PAUSED]
    state[late & is_open] = CODE[State.BREACHED]
    state[late & rows.stopped] = CODE[State.MISSED]
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


def _mark(edge: Flags, ticket: I64, which: Flags) -> None:
    if which.any():  # nearly never, and asking is cheap
        edge[ticket[which]] = True


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums before each event of a part and after its last: `run` of the time that counted, `held` of the time that
    was paused (None: it is what of all open time did not count). `before` is F at each event, `last` at now."""

    run: I64
    held: I64 | None
    before: U32
    last: np.uint32

    def halted(self, rows: Rows, elapsed: I64) -> I64:
        """The open time of each row that was paused."""
        if self.held is not None:
            return self.held[rows.high] - self.held[rows.low]
        at_high = self.before[np.minimum(rows.high, len(self.before) - 1)]
        return np.where(rows.stopped, at_high, self.last) - self.before[rows.low] - elapsed


def _sums(promise: Promise, part: Part, epoch: int, now: int) -> _Sums:
    shift = epoch - promise.hours.start
    before = promise.hours.open_before(part.at + np.uint32(shift) if shift else part.at)
    last = promise.hours.open_before(np.array([now - promise.hours.start], dtype=np.uint32))[0]
    spans = np.empty_like(before)
    np.subtract(before[1:], before[:-1], out=spans[:-1])
    ends = part.starts[1:] - 1
    spans[ends] = last - before[ends]
    gaps = promise.metric == "resolution" and part.any_ended
    if gaps:
        spans *= ~part.ended  # it goes on after reopening; every other clock is over by then
    if promise.idle is None:
        return _Sums(_running(spans), None, before, last)
    held = _running(spans * promise.idle) if gaps and part.any_reopened else None
    spans *= ~promise.idle
    return _Sums(_running(spans), held, before, last)


def _running(spans: U32) -> I64:
    """The sum of all spans before each, and of all."""
    run = np.empty(len(spans) + 1, dtype=np.int64)
    run[0] = 0
    np.cumsum(spans.astype(np.int64), out=run[1:])  # a sum that casts as it goes takes three times as long
    return run


def _targets(amount: Amount, hours: BatchHours, started: I64) -> tuple[I64, Flags | None]:
    """The target of each clock in open seconds, and which calendars never open (None: no such)."""
    if isinstance(amount, Seconds):
        return np.full(len(started), amount.value, dtype=np.int64), None
    worth = hours.business_days(started, amount.value)
    never = worth == NEVER
    return np.where(never, 0, worth), never
