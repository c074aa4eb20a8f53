"""Why a clock stands where it stands: for each one what it says, which rule decided, and the days that led there.

Plain lines; names and texts in them come from tickets and rule files, so whoever shows them makes them harmless.
"""

from __future__ import annotations

from collections.abc import Iterator

from dsl.model import BusinessDays
from engine.clock import Clock, State
from engine.evaluate import Life, Measured, live, measured
from engine.explain_days import account
from engine.explain_rule import deciding
from engine.facts import Ticket
from engine.graph import Graph
from engine.lengths import amount, length
from engine.wall import format_local


def why(ticket: Ticket, graph: Graph, now: int, metric: str | None = None) -> list[str]:
    """The account of every clock of a ticket at `now`, or of one metric's."""
    life = live(ticket, graph, now)
    if life is None:
        return [f"{ticket.key}: nothing is known of it yet"]
    lines = [line for item in measured(life, graph, now) for line in _wanted(item, life, graph, now, metric)]
    return lines or [_nothing(ticket, life, metric)]


def explain(ticket: Ticket, graph: Graph, now: int) -> dict[tuple[str, int], tuple[str, ...]]:
    """The same, by (metric, cycle)."""
    life = live(ticket, graph, now)
    if life is None:
        return {}
    return {
        (item.clock.metric, item.clock.cycle): tuple(_account(item, life, graph, now))
        for item in measured(life, graph, now)
    }


def pauses_of(ticket: Ticket, graph: Graph, now: int) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """The spans up to `now` in which pauses held each metric's clocks, by metric: (start, end, pause)."""
    life = live(ticket, graph, now)
    found: dict[str, tuple[tuple[int, int, str], ...]] = {}
    for item in measured(life, graph, now) if life else ():
        spans = tuple(
            (leg.start, min(leg.end, now), name)
            for leg in item.legs
            if leg.start < now
            for name in leg.paused_by
        )
        found[item.clock.metric] = found.get(item.clock.metric, ()) + spans
    return found


def _wanted(item: Measured, life: Life, graph: Graph, now: int, metric: str | None) -> Iterator[str]:
    if metric is None or item.clock.metric == metric:
        yield from _account(item, life, graph, now)
        yield ""


def _account(item: Measured, life: Life, graph: Graph, now: int) -> Iterator[str]:
    clock = item.clock
    yield _headline(clock, item, now)
    yield from (f"  {line}" for line in deciding(life, item.legs, graph))
    if isinstance(clock.promise.amount, BusinessDays):
        yield f"  {amount(clock.promise.amount)} from the start are {length(clock.target)} of open time"
    end = clock.due if clock.due is not None and clock.stopped is None else clock.stopped
    yield from (f"  {line}" for line in account(clock, item.legs, graph, now if end is None else end))


def _headline(clock: Clock, item: Measured, now: int) -> str:
    zone = item.legs[-1].option.hours.zone
    cycle = f" (cycle {clock.cycle})" if clock.cycle > 1 else ""
    parts = [f"{clock.metric}{cycle}: {clock.state.value}"]
    if clock.state is State.PAUSED and clock.paused_by:
        parts[0] += f" by {', '.join(clock.paused_by)}"
    parts.append(f"started {format_local(clock.started, zone)}")
    if clock.due is not None:
        word = "was due" if clock.due < now else "due"
        parts.append(f"{word} {format_local(clock.due, zone)} ({zone})")
    elif clock.stopped is None:
        parts.append(
            "not due while it is paused" if clock.paused_by else "never due: its calendar does not open"
        )
    if clock.stopped is not None:
        parts.append(f"stopped {format_local(clock.stopped, zone)}")
    over = clock.elapsed - clock.target
    parts.append(f"{length(clock.elapsed)} of {length(clock.target)} used")
    if clock.paused:
        parts.append(f"{length(clock.paused)} paused")
    if over > 0:
        parts.append(f"{length(over)} over")
    return ", ".join(parts)


def _nothing(ticket: Ticket, life: Life, metric: str | None) -> str:
    situation = life.history.last.situation
    if all(pin.terms is None for pin in life.pinned.in_force):
        return (
            f'{ticket.key}: nothing is promised, because no tier was in force for customer "{situation.customer}" '
            "when it opened and there is no default tier"
        )
    what = f"no target for {metric}" if metric else "no target"
    return f'{ticket.key}: {what} fits priority "{situation.priority}", so no clock runs'
