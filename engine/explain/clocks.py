"""Why a clock stands where it stands: for each one what it says, which rule decided, and the days that led there.

Plain lines; names and texts in them come from tickets and rule files, so whoever shows them makes them harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsl.errors import FINDINGS
from dsl.model import BUILT_IN_METRICS, BusinessDays
from dsl.suggest import nearest, some
from engine.calendar.hours import never_due
from engine.clock import State
from engine.errors import EngineError
from engine.evaluate import Life, Measured, live, measured
from engine.explain.days import reasoning, told_in
from engine.explain.ladder import climbed
from engine.explain.rule import deciding, refused, unpromised
from engine.facts import Ticket
from engine.graph import Graph
from engine.ladder.decision import Decision
from engine.lengths import amount, length
from engine.wall import format_local


def why(
    ticket: Ticket,
    graph: Graph,
    now: int,
    metric: str | None = None,
    decisions: Sequence[Decision] = (),
    zone: str = "UTC",
) -> list[str]:
    """The reasoning of every clock of a ticket at `now`, or of one metric's, with what ladders did about it (`decisions`) and will
    do. `zone` is that of times on `always`; a calendar has its own. Raises EngineError if there is no such metric."""
    life = live(ticket, graph, now)
    if life is None:
        return [f"{ticket.key}: nothing is known of it yet"]
    if metric is not None:
        _known(metric, life, graph)
    lines = [
        line
        for item in measured(life, graph, now)
        for line in _wanted(item, life, graph, now, metric, decisions, zone)
    ]
    return lines or list(_nothing(ticket, life, graph, metric))


def explain(ticket: Ticket, graph: Graph, now: int) -> dict[tuple[str, int], tuple[str, ...]]:
    """The same, by (metric, cycle)."""
    life = live(ticket, graph, now)
    if life is None:
        return {}
    return {
        (item.clock.metric, item.clock.cycle): tuple(_reasoning(item, life, graph, now, "UTC"))
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


def _wanted(
    item: Measured,
    life: Life,
    graph: Graph,
    now: int,
    metric: str | None,
    decisions: Sequence[Decision],
    zone: str,
) -> Iterator[str]:
    if metric is None or item.clock.metric == metric:
        yield from _reasoning(item, life, graph, now, zone)
        own = told_in(item.legs[-1].option.hours, zone).zone
        yield from (f"  {line}" for line in climbed(item.clock, decisions, graph, own, now))
        yield ""


def _reasoning(item: Measured, life: Life, graph: Graph, now: int, default: str) -> Iterator[str]:
    clock = item.clock
    zone = told_in(item.legs[-1].option.hours, default).zone
    yield _headline(item, zone, now)
    yield from (f"  {line}" for line in deciding(life, item.legs, graph, zone))
    if isinstance(clock.promise.amount, BusinessDays) and item.legs[-1].target is not None:
        yield f"  {amount(clock.promise.amount)} from the start are {length(clock.target)} of open time"
    end = clock.due if clock.due is not None and clock.stopped is None else clock.stopped
    until = now if end is None else end
    yield from (f"  {line}" for line in reasoning(clock, item.legs, graph, until, now, default))


def _headline(item: Measured, zone: str, now: int) -> str:
    """`zone` is that of all instants of the clock which are not under a calendar's own heading."""
    clock = item.clock
    cycle = f" (cycle {clock.cycle})" if clock.cycle > 1 else ""
    parts = [f"{clock.metric}{cycle}: {clock.state.value}"]
    if clock.state is State.PAUSED and clock.paused_by:
        parts[0] += f" by {', '.join(clock.paused_by)}"
    parts.append(f"started {format_local(clock.started, zone)} (times of {zone})")
    if clock.due is not None:
        word = "was due" if clock.due < now else "due"
        parts.append(f"{word} {format_local(clock.due, zone)}")
    elif clock.stopped is None:
        hours = item.legs[-1].option.hours
        parts.append("not due while it is paused" if clock.paused_by else never_due(hours))
    if clock.stopped is not None:
        parts.append(f"stopped {format_local(clock.stopped, zone)}")
    parts.append(f"{length(clock.elapsed)} of {length(clock.target)} used")
    if clock.paused:
        parts.append(f"{length(clock.paused)} paused")
    if clock.over:
        parts.append(f"{length(clock.over)} over")
    return ", ".join(parts)


def _known(metric: str, life: Life, graph: Graph) -> None:
    promised = {name for state in life.states.states if state.plan for name in state.plan.options}
    known = dict.fromkeys((*BUILT_IN_METRICS, *graph.ruleset.metrics, *sorted(promised)))
    if metric not in known:
        meant = nearest(metric, known)
        raise EngineError(
            f"there is no metric {metric}",
            help=f"did you mean {meant}?" if meant else f"the metrics are {some(known)}",
            exit_code=FINDINGS,
        )


def _nothing(ticket: Ticket, life: Life, graph: Graph, metric: str | None) -> Iterator[str]:
    """Why there is no clock to tell of."""
    state = life.states.states[-1]
    if state.plan is None:
        yield f"{ticket.key}: {unpromised(life, state)}"
        return
    for name in [metric] if metric else state.plan.options:
        if name not in state.plan.options:
            yield f"{ticket.key}: tier {state.plan.terms.tier} promises no {name}"
        elif state.plan.select(name, state.situation) is None:
            yield f"{ticket.key}: no target for {name} fits, so no clock runs"
            yield from (f"  {line}" for line in refused(life, state, name, graph))
        else:
            yield f"{ticket.key}: no clock of {name} runs: {_awaited(name, graph)}"


def _awaited(metric: str, graph: Graph) -> str:
    if metric == "next-response":
        return "no message of the customer has come that it would wait from"
    declared = graph.metric(metric)
    return f"it starts on {declared.start}, which has not happened" if declared else "nothing has started it"
