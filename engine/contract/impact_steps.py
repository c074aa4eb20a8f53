"""Which steps of ladders fire for whom under two rule sets, each once for a clock however often it repeats.

What columns say of a clock places most steps: one fires once the clock has used what its trigger needs, unless a condition speaks against
it. Where that depends on the instant the ticket is read one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsl.ladder import LadderStep, Reached
from engine.calendar.batch import NEVER
from engine.clock import Clock, Point
from engine.columns.fold import ClockColumns
from engine.columns.told import I64, Flags, Told, events_that
from engine.contract.content import Contents
from engine.contract.impact_asked import EITHER, NO, YES, Steady
from engine.contract.touched import Pair, Placed
from engine.evaluate import Life, live, measured
from engine.facts import CANCELLED, CLOSED, DEEDS, REOPENED, RESOLVED, Ticket
from engine.graph import Graph
from engine.history import ENDED
from engine.ladder.climb import against as spoken_against
from engine.ladder.decision import Outcome
from engine.plan import WHOLE, Plan, Rung
from engine.predicate import as_text
from engine.replay.judge import Portion, Replayed

_ENDING = frozenset({"response", "resolution", "update"})
"""Metrics whose clocks stop where a ticket ends."""
_ENDS = frozenset({RESOLVED, CLOSED, CANCELLED})
CYCLES = 24
"""Bits of a clock's key that hold its cycle; the ticket's place is above them."""

Fired = Mapping[tuple[str, str], I64]
"""By metric and line of a ladder the keys of the clocks for which it fires, in order."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What fires under the old and under the new rules; `close` are the places of the tickets that were read one by one."""

    before: Fired = field(default_factory=dict)
    after: Fired = field(default_factory=dict)
    close: tuple[int, ...] = ()


def keys_of(clocks: ClockColumns) -> I64:
    """A number for each clock of a metric."""
    return (clocks.ticket << CYCLES) | clocks.cycle


def once(values: I64) -> I64:
    """Each value once, in order; numpy's own way goes through a hash table, which takes three times as long."""
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values


def rewritten(old: Graph, new: Graph) -> dict[str, str]:
    """By line of an old ladder the new line that says the same otherwise."""
    before, after = _lines(old, new), _lines(new, old)
    return {
        line: next(iter(after[content]))
        for content, lines in before.items()
        for line in lines
        if content in after and line not in after[content]
    }


def _lines(graph: Graph, beside: Graph) -> dict[object, dict[str, None]]:
    contents, found = Contents(graph, beside), dict[object, dict[str, None]]()
    for ladder in graph.ruleset.escalations.values():
        for step in ladder.steps:
            found.setdefault((contents.step(step), frozenset(step.priorities)), {})[step.rule] = None
    return found


def steps_of(
    portion: Portion,
    placed: Placed,
    graphs: tuple[Graph, Graph],
    replayed: tuple[Replayed, Replayed],
    now: int,
    lines: Mapping[str, str],
) -> Steps:
    """The steps that have fired by `now`, of clocks for which they may differ. `lines` says what old ones are called now."""
    if not any(graph.ruleset.escalations for graph in graphs):
        return Steps()
    told = portion.told
    priorities, priority = _priorities(told)
    changing = _changing(told)
    crooked = _crooked(told, graphs[0]) | _crooked(told, graphs[1])
    both = replayed[0].apart.keys() & replayed[1].apart.keys()

    def about(place: int, metric: str) -> bool:
        """Whether what fires can differ; a ticket that both sides tell by itself may be of several customers."""
        return place in both or placed.pairs[placed.pair[place]].about(metric)

    sides: list[Fired] = []
    read: set[int] = set()
    names: tuple[Mapping[str, str], ...] = (lines, {})
    for graph, side, called, after in zip(graphs, replayed, names, (False, True), strict=True):
        found: defaultdict[tuple[str, str], list[I64]] = defaultdict(list)
        close = changing.copy()
        steady = Steady(told, graph)
        climbs = np.zeros(len(told), dtype=np.bool_)
        for clocks in side.clocks:
            group = placed.pair[clocks.ticket] * len(priorities) + priority[clocks.ticket]
            for number, rows in _groups(group):
                pair = placed.pairs[number // len(priorities)]
                plan = _plan(graph, pair, after=after)
                if plan is None or not plan.rungs or not pair.about(clocks.metric):
                    continue
                climbs[clocks.ticket[rows]] = True
                some = clocks.only(rows)
                for rung in plan.climb(clocks.metric, priorities[number % len(priorities)]):
                    against, asks = _spoken(steady, graph, rung, some, crooked[some.ticket])
                    fires, unclear = _reached(rung, some, against, asks)
                    close[some.ticket[unclear]] = True
                    found[clocks.metric, _called(rung.step, rung.key[1], called)].append(
                        keys_of(some.only(fires))
                    )
        close &= climbs
        close[list(side.apart)] = True
        places = np.flatnonzero(close).tolist()
        single: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for metric, key, point in _singly(portion, side, graph, places, now):
            if about(key >> CYCLES, metric):
                single[metric, _called(point.step, point.name, called)].append(key)
        sides.append(_together(found, close, single))
        read.update(places)
    return Steps(sides[0], sides[1], tuple(sorted(read)))


def fired(ticket: Ticket, graph: Graph, now: int) -> Iterator[tuple[str, int, Point]]:
    """Metric, cycle and place of every step that has fired for a ticket by `now`."""
    life = live(ticket, graph, now)
    if life is not None:
        yield from _fired((one.clock for one in measured(life, graph, now)), life, graph, now)


def _fired(clocks: Iterable[Clock], life: Life, graph: Graph, now: int) -> Iterator[tuple[str, int, Point]]:
    for clock in clocks:
        for point in clock.points:
            if point.number or point.at is None or point.at > now:
                continue
            if spoken_against(point, None, life, graph)[0] is Outcome.FIRED:
                yield clock.metric, clock.cycle, point


def _singly(
    portion: Portion, replayed: Replayed, graph: Graph, places: Iterable[int], now: int
) -> Iterator[tuple[str, int, Point]]:
    """Metric, key of the clock and place of every step that has fired for these tickets."""
    for place in places:
        known = replayed.apart.get(place)
        if known is None:
            steps = fired(portion.ticket(place), graph, now)
        elif known.life is not None:
            steps = _fired(known.evaluated.clocks, known.life, graph, now)
        else:
            continue
        for metric, cycle, point in steps:
            yield metric, place << CYCLES | cycle, point


def _called(step: LadderStep, name: str, called: Mapping[str, str]) -> str:
    """What a step is called that goes by `name`: its line, with the warning that it is for."""
    return called[step.rule] + name.removeprefix(step.rule) if step.rule in called else name


def _together(
    columns: Mapping[tuple[str, str], list[I64]], close: Flags, single: Mapping[tuple[str, str], list[int]]
) -> Fired:
    """What columns say of the tickets that were not read, and what was read of the others."""
    found = {}
    for key in columns.keys() | single.keys():
        told = np.concatenate([np.zeros(0, dtype=np.int64), *columns.get(key, ())])
        read = np.array(single.get(key, ()), dtype=np.int64)
        found[key] = once(np.concatenate([told[~close[told >> CYCLES]], read]))
    return found


def _plan(graph: Graph, pair: Pair, *, after: bool) -> Plan | None:
    terms = pair.after if after else pair.before
    return None if terms is None else graph.plan(terms)


def _spoken(
    steady: Steady, graph: Graph, rung: Rung, clocks: ClockColumns, crooked: Flags
) -> tuple[Flags, Flags]:
    """For which clocks of a metric something always speaks against a step, and for which the instant decides.

    That a ticket has ended cannot be while a clock runs which ends with it, unless it was reopened.
    """
    ladder = graph.ruleset.escalations.get(rung.key[0])
    against = np.zeros(len(clocks.ticket), dtype=np.bool_)
    asks = np.full(len(clocks.ticket), rung.hours is not None)
    conditions = [(one, YES) for one in (ladder.stop if ladder else ())]
    conditions += [(rung.step.when, NO)] if rung.step.when is not None else []
    for condition, speaks in conditions:
        said = steady.says(condition, running=False)[clocks.ticket]
        if clocks.metric in _ENDING:
            said = np.where(crooked, said, steady.says(condition, running=True)[clocks.ticket])
        against |= said == speaks
        asks |= said == EITHER
    return against, asks & ~against


def _reached(rung: Rung, clocks: ClockColumns, against: Flags, asks: Flags) -> tuple[Flags, Flags]:
    """For which clocks a step has fired, and for which it cannot be said from here.

    A clock has a single target here. One that has used more than a step needs had reached it before it stopped; one that
    has used exactly that may have reached it as it stopped, or when its hours ended before.
    """
    need = -(-clocks.target * rung.share // WHOLE) + rung.shift
    can = need > 0
    if rung.hours is not None and rung.step.trigger.reached is Reached.BEFORE:
        return np.zeros(len(need), dtype=np.bool_), can & ~against
    reached = can & ~against & (clocks.elapsed >= need)
    unclear = reached & (asks | ((clocks.elapsed == need) & (clocks.stopped != NEVER)))
    return reached & ~unclear, unclear


def _crooked(told: Told, graph: Graph) -> Flags:
    """Tickets of which something is said after their end that may take it back."""
    classes = [graph.status_class(data["status"]) if "status" in data else None for _, data in told.sayings]
    kinds = [kind for kind, _ in told.sayings]
    end = [kind in _ENDS or found in ENDED for kind, found in zip(kinds, classes, strict=True)]
    back = [
        kind == REOPENED or ("status" in data and found not in ENDED)
        for (kind, data), found in zip(told.sayings, classes, strict=True)
    ]
    first = np.full(len(told), len(told.saying), dtype=np.int64)
    last = np.full(len(told), -1, dtype=np.int64)
    for said, places, row in ((end, first, slice(None, None, -1)), (back, last, slice(None))):
        found = np.flatnonzero(np.array(said, dtype=np.bool_)[told.saying])[row]
        places[np.searchsorted(told.starts, found, side="right") - 1] = found  # the last one written stays
    return last > first


def _groups(group: I64) -> Iterator[tuple[int, I64]]:
    """Each number that there is, with its rows."""
    order = np.argsort(group, kind="stable")
    numbers, firsts = np.unique(group[order], return_index=True)
    yield from zip(numbers.tolist(), np.split(order, firsts[1:]), strict=True)


def _priorities(told: Told) -> tuple[list[str], I64]:
    """The priorities that openings say, case folded, and by place the number of the ticket's."""
    texts: dict[str, int] = {}
    numbers = np.array(
        [
            texts.setdefault(as_text(data.get("priority")).strip().casefold(), len(texts))
            for _, data in told.sayings
        ],
        dtype=np.int64,
    )
    found = np.zeros(len(told), dtype=np.int64)
    has = told.starts[1:] > told.starts[:-1]
    found[has] = numbers[told.saying[told.starts[:-1][has]]]
    return list(texts) or [""], found


def _changing(told: Told) -> Flags:
    """Tickets whose priority may have been another later."""
    says = np.array(["priority" in data and kind not in DEEDS for kind, data in told.sayings], dtype=np.bool_)
    places, ticket = events_that(told, says)
    return _in(len(told), ticket[places != told.starts[ticket]])


def _in(size: int, places: Sequence[int] | I64) -> Flags:
    found = np.zeros(size, dtype=np.bool_)
    found[np.asarray(places, dtype=np.int64)] = True
    return found
