"""Any history under any rules: the clocks of many tickets at an instant, and what became of them by customer and metric.

A history comes in portions, so that it may be of any size; what a portion answers is added up. Columns tell what is regular, the
single evaluator the rest. Pure: who reads portions, and where, is told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add
from typing import NamedTuple, TypeAlias

import numpy as np

from engine.calendar.batch import NEVER
from engine.clock import FAILED_STATES, Clock, State
from engine.columns.build import columns_of, whose
from engine.columns.evaluate import columns_of_clocks, evaluate_columns
from engine.columns.fold import CODE, ClockColumns
from engine.columns.told import I64, Told
from engine.evaluate import Evaluated, Life, evaluate_life, live
from engine.facts import Ticket
from engine.graph import Graph
from engine.predicate import as_text
from engine.wall import DAY

OUTCOMES = (State.MET, State.BREACHED, State.MISSED, State.CANCELLED, State.RUNNING)
"""What becomes of a clock in a period: it is decided in one of four ways, or not before its end."""
_REACH = (1 << 31) - 401 * DAY
"""Seconds before an instant that the tables of open hours can reach back from what they need after it."""
_OUTCOME = np.full(len(CODE), OUTCOMES.index(State.RUNNING))
for _state in OUTCOMES:
    _OUTCOME[CODE[_state]] = OUTCOMES.index(_state)

Counts: TypeAlias = tuple[int, ...]
"""As many numbers as there are OUTCOMES."""


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)` in UTC seconds: what is decided in it counts, judged by what was known at its end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Some tickets of a history. `told` names them by their places, from 0 on; `ticket` tells one of them, `keys` what people call
    those at some places."""

    told: Told
    ticket: Callable[[int], Ticket]
    keys: Callable[[Sequence[int]], list[str]]


class Single(NamedTuple):
    """A ticket that was told by itself, with the life that it was told from (None: nothing was known of it)."""

    life: Life | None
    evaluated: Evaluated


@dataclass(frozen=True, slots=True)
class Replayed:
    """The clocks of a portion, where `ticket` is the place, in no order. `customers[customer[place]]` is whose ticket it is: a
    declared name, else the ticket's own text in lower case. `tickets` and `events` are those up to the instant, `apart` by place the
    tickets that were told one by one."""

    clocks: tuple[ClockColumns, ...]
    customer: I64
    customers: tuple[str, ...]
    tickets: int
    events: int
    apart: Mapping[int, Single]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many clocks of a period came to what, by customer and metric, of how many tickets and events; `apart` of them were
    told one by one."""

    counts: Mapping[tuple[str, str], Counts] = field(default_factory=dict)
    tickets: int = 0
    events: int = 0
    apart: int = 0


def replay(portion: Portion, graph: Graph, now: int) -> Replayed:
    """The clocks at `now` of every ticket that is known by then, as `graph` reads them. Raises ValueError past the year 2105."""
    told = _within_reach(portion.told, now)
    answer = evaluate_columns(columns_of(told, graph, now), graph, now)
    customers, customer = _customers(told, graph)
    numbers = {name: number for number, name in enumerate(customers)}
    found: defaultdict[str, list[ClockColumns]] = defaultdict(list)
    for clocks in answer.clocks:
        found[clocks.metric].append(clocks)
    apart: dict[int, Single] = {}
    clocks_of: defaultdict[str, list[tuple[int, Clock]]] = defaultdict(list)
    for place in sorted(answer.apart):
        ticket = portion.ticket(place)
        life = live(ticket, graph, now)
        single = evaluate_life(ticket, life, graph, now)
        apart[place] = Single(life, single)
        name = single.customer or as_text(single.fields.get("customer")).strip().casefold()
        customer[place] = numbers.setdefault(name, len(numbers))
        for clock in single.clocks:
            clocks_of[clock.metric].append((place, clock))
    for metric, rows in clocks_of.items():
        found[metric].append(columns_of_clocks(metric, rows))
    has = told.starts[1:] > told.starts[:-1]
    happened = told.at <= now
    events, known = np.count_nonzero(happened), np.count_nonzero(happened[told.starts[:-1][has]])
    for place in np.flatnonzero(told.apart & ~has).tolist():
        events += sum(event.at <= now for event in portion.ticket(place).events)
        known += 1
    return Replayed(
        tuple(_joined(found[metric]) for metric in sorted(found)),
        customer,
        tuple(numbers),
        int(known),
        int(events),
        apart,
    )


def outcomes(replayed: Replayed, period: Period) -> Outcomes:
    """What became in `period` of clocks that were replayed at its end."""
    counts: dict[tuple[str, str], Counts] = {}
    width = len(OUTCOMES)
    for clocks in replayed.clocks:
        which = outcome_of(clocks, period)
        counted = which >= 0
        keys = replayed.customer[clocks.ticket[counted]] * width + which[counted]
        table = np.bincount(keys, minlength=len(replayed.customers) * width).reshape(-1, width)
        for number in np.flatnonzero(table.any(axis=1)).tolist():
            counts[replayed.customers[number], clocks.metric] = tuple(table[number].tolist())
    return Outcomes(counts, replayed.tickets, replayed.events, len(replayed.apart))


def outcome_of(clocks: ClockColumns, period: Period) -> I64:
    """By clock the index in OUTCOMES; -1 where it was decided before the period or began after it."""
    at = np.full(len(clocks.ticket), period.end, dtype=np.int64)
    for state in (State.MET, State.CANCELLED):
        np.copyto(at, clocks.stopped, where=clocks.state == CODE[state])
    for state in FAILED_STATES:
        np.copyto(at, clocks.due, where=clocks.state == CODE[state])
    np.copyto(at, clocks.started, where=at == NEVER)
    which = np.where(at >= period.end, OUTCOMES.index(State.RUNNING), _OUTCOME[clocks.state])
    which[(at < period.start) | (clocks.started >= period.end)] = -1
    return which


def added(parts: Iterable[Outcomes]) -> Outcomes:
    """All of them together, by customer and metric in order."""
    counts: dict[tuple[str, str], Counts] = {}
    tickets = events = apart = 0
    for part in parts:
        tickets, events, apart = tickets + part.tickets, events + part.events, apart + part.apart
        for key, numbers in part.counts.items():
            known = counts.get(key)
            counts[key] = numbers if known is None else tuple(map(add, known, numbers))
    return Outcomes({key: counts[key] for key in sorted(counts)}, tickets, events, apart)


def _within_reach(told: Told, now: int) -> Told:
    """The same with what opened too long before `now` for columns set apart."""
    early = np.zeros(len(told), dtype=np.bool_)
    has = told.starts[1:] > told.starts[:-1]
    early[has] = told.at[told.starts[:-1][has]].astype(np.int64) < now - _REACH
    return replace(told, apart=told.apart | early) if early.any() else told


def _customers(told: Told, graph: Graph) -> tuple[list[str], I64]:
    """Names, and by place the number of that of the customer whom the ticket's first event names."""
    of_saying, texts = whose(told)
    numbers: dict[str, int] = {}
    number_of = np.empty(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        declared = graph.customer(text)
        number_of[place] = numbers.setdefault(declared.name if declared else text, len(numbers))
    found = np.full(len(told), number_of[0], dtype=np.int64)
    has = told.starts[1:] > told.starts[:-1]
    found[has] = number_of[np.maximum(of_saying[told.saying[told.starts[:-1][has]]], 0)]
    return list(numbers), found


def _joined(parts: Sequence[ClockColumns]) -> ClockColumns:
    """Clocks of one metric in one."""

    def together(column: Callable[[ClockColumns], I64]) -> I64:
        return np.concatenate([column(part) for part in parts])

    return ClockColumns(
        metric=parts[0].metric,
        warn=(),
        ticket=together(lambda part: part.ticket),
        cycle=together(lambda part: part.cycle),
        state=together(lambda part: part.state),
        started=together(lambda part: part.started),
        stopped=together(lambda part: part.stopped),
        target=together(lambda part: part.target),
        due=together(lambda part: part.due),
        elapsed=together(lambda part: part.elapsed),
        paused=together(lambda part: part.paused),
    )
