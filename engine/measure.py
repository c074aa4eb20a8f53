"""How much of a target is used: the legs of a cycle folded into a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from dsl.values import percentage
from engine.clock import Clock, Point, State, Threshold
from engine.cycles import Cycle
from engine.ladder.points import points_on
from engine.plan import WHOLE
from engine.timeline import Leg


def clock_of(
    metric: str, cycle: Cycle, legs: Sequence[Leg], warn: Sequence[int], now: int, acknowledged: int | None
) -> Clock:
    """The clock of a cycle at `now`. `legs` (at least one) are as `timeline.legs` gives them, also those still to come;
    `acknowledged` is when somebody took the ticket on, None if nobody has.

    A threshold has happened once an instant after it has come while the clock was open: what stops the clock at
    exactly its due is in time.
    """
    shares = (*warn, WHOLE)
    reached: list[int | None] = [None] * len(shares)
    elapsed = paused = 0
    for leg in legs:
        for index, share in enumerate(shares):
            # The target in force decides: a looser one takes back what a stricter one said.
            if reached[index] is None or (leg.target is not None and leg.used < _share_of(leg.target, share)):
                reached[index] = leg.reach(_share_of(leg.target or 0, share))
        so_far = leg.so_far(now)
        if leg.paused_by:
            paused += so_far
        else:
            elapsed += so_far

    first, last = legs[0], legs[-1]
    due = reached[-1]
    lapsed = last.end < max(end for start, end in cycle.stretches if end > start or start == cycle.start)
    failed = due is not None and due < (now if cycle.stop is None else cycle.stop)
    cancelled = cycle.cancelled or lapsed
    stopped = last.end if lapsed else cycle.stop  # lapsed: nothing is promised any more
    if due is None and stopped is not None and last.target is not None:
        due = last.option.hours.due(stopped, last.target - last.used_after)
    here = next((leg.paused_by for leg in legs if leg.start <= now < leg.end), ()) if stopped is None else ()
    points = points_on(legs, stopped, elapsed, now, acknowledged)
    return Clock(
        metric=metric,
        cycle=cycle.number,
        state=_state(stopped is None, failed, cancelled, bool(here)),
        started=first.start,
        stopped=stopped,
        target=last.promised,
        due=due,
        elapsed=elapsed,
        paused=paused,
        paused_by=here,
        calendar=last.option.target.calendar,
        promise=last.option.target,
        thresholds=tuple(
            [Threshold(_name(share), share, at) for share, at in zip(shares, reached, strict=True)]
        ),
        next_at=_next(legs, reached, points, now) if stopped is None else None,
        points=points,
        over=_over(legs, due, now) if failed and due is not None else 0,
    )


def _over(legs: Iterable[Leg], due: int, now: int) -> int:
    """Open seconds that were used since the due. It may be that of a stricter target that more was used of by then."""
    return sum(leg.so_far(now) - leg.so_far(due) for leg in legs if not leg.paused_by)


def _share_of(target: int, share: int) -> int:
    """A share of a target in open seconds, rounded up."""
    return -(-target * share // WHOLE)


def _state(is_open: bool, failed: bool, cancelled: bool, is_paused: bool) -> State:
    if cancelled:
        return State.CANCELLED
    if failed:
        return State.BREACHED if is_open else State.MISSED
    if not is_open:
        return State.MET
    return State.PAUSED if is_paused else State.RUNNING


@cache
def _name(share: int) -> str:
    return "breach" if share == WHOLE else f"warning {percentage(share)}"


def _next(
    legs: Sequence[Leg], reached: Iterable[int | None], points: Iterable[Point], now: int
) -> int | None:
    coming = [at + 1 for at in reached if at is not None and at >= now]
    coming += [point.at + 1 for point in points if point.at is not None and point.at >= now]
    coming += [leg.start for leg in legs if leg.start > now]
    return min(coming, default=None)
