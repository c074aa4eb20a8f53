"""Tickets by the million, as columns: what a load, a reload or a report evaluates in one go.

Tickets that share their terms and the situation they open in stand next to each other as a block, so that in a block nearly
everything is one number: the target, the hours, what pauses. Whatever is too irregular for that (a target that changes
under way, a change of customer, a pause that may reach its limit) is recognised exactly and left to `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dsl.condition import Condition
from dsl.model import BUILT_IN_METRICS, Metric
from engine import facts
from engine.facts import Ticket
from engine.graph import Graph
from engine.history import History, read
from engine.pinning import REPIN, pinned
from engine.plan import Plan
from engine.predicate import Situation, fields_of
from engine.terms import Terms

U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]
I64: TypeAlias = NDArray[np.int64]

REPLY, MESSAGE = 1, 2
_FIRST_MARK = 4
_HOUR = 3600
_SPAN = 1 << 31
"""Seconds that a set of columns may span: what the tables of open hours count in."""


@dataclass(frozen=True, slots=True)
class Block:
    """Tickets `[first, last)` that share `terms` (None: nothing is promised) and open in the situation `opening`.

    `situations` are the indices of all that any of them is ever in.
    """

    first: int
    last: int
    terms: Terms | None
    opening: int
    situations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Events of many tickets, ticket after ticket, each in its order, the opening first.

    Ticket `i` is `ids[i]` with the events `starts[i]` to `starts[i + 1]`. `at` counts seconds from `epoch`; `mark` holds the
    bits REPLY and MESSAGE, and those of `kinds` for what declared metrics wait for; `situation` is the index in
    `situations` of what holds after the event. `apart` are tickets that do not fit in columns.
    """

    epoch: int
    ids: I64
    starts: I64
    at: U32
    mark: U16
    situation: U16
    situations: tuple[Situation, ...]
    blocks: tuple[Block, ...]
    kinds: dict[str, int] = field(default_factory=dict)
    apart: tuple[Ticket, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


def kinds_of(metrics: Iterable[Metric]) -> dict[str, int]:
    """The bit of every kind of event that declared metrics wait for. Those beyond sixteen bits are left out."""
    named = dict.fromkeys(kind for metric in metrics for kind in (metric.start, metric.stop))
    bits = {facts.REPLY: REPLY, facts.MESSAGE: MESSAGE}
    for kind in named:
        if kind not in bits and len(bits) < 16:
            bits[kind] = _FIRST_MARK << (len(bits) - 2)
    return bits


def build(tickets: Iterable[Ticket], graph: Graph, until: int) -> Columns:
    """Columns of tickets as `graph` reads them, with their events up to `until`."""
    return _Builder(graph, until).build(tickets)


class _Builder:
    def __init__(self, graph: Graph, until: int) -> None:
        self._graph = graph
        self._until = until
        self._kinds = kinds_of(graph.ruleset.metrics.values())
        self._situations: dict[tuple[object, ...], int] = {}
        self._kept: list[Situation] = []
        self._relevant: dict[int, tuple[str, ...]] = {}
        self._terms: dict[int, Terms] = {}

    def build(self, tickets: Iterable[Ticket]) -> Columns:
        apart: list[Ticket] = []
        rows: list[tuple[tuple[int, int], int, list[int], list[int], list[int]]] = []
        for ticket in tickets:
            history = read(ticket.events, self._graph, self._until)
            if history is None:
                continue
            row = self._row(ticket, history)
            if row is None:
                apart.append(ticket)
            else:
                rows.append(row)
        rows.sort(key=lambda row: row[0])
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row[2]) for row in rows], out=starts[1:])
        epoch = (
            min((row[2][0] for row in rows), default=0) // _HOUR * _HOUR
        )  # the grid of the open hours' tables
        instants = np.array([at for row in rows for at in row[2]], dtype=np.int64) - epoch
        if len(instants) and instants.max() >= _SPAN:
            raise ValueError("these tickets span more than 68 years")
        return Columns(
            epoch=epoch,
            ids=np.array([row[1] for row in rows], dtype=np.int64),
            starts=starts,
            at=instants.astype(np.uint32),
            mark=np.array([mark for row in rows for mark in row[3]], dtype=np.uint16),
            situation=np.array([index for row in rows for index in row[4]], dtype=np.uint16),
            situations=tuple(self._kept),
            blocks=tuple(self._blocks([(row[0], row[4]) for row in rows])),
            kinds=self._kinds,
            apart=tuple(apart),
        )

    def _row(
        self, ticket: Ticket, history: History
    ) -> tuple[tuple[int, int], int, list[int], list[int], list[int]] | None:
        """The ticket's block and columns; None if it is of no regular kind."""
        pins = pinned(ticket.pins, history, self._graph, self._until).in_force
        opening = history.steps[0]
        regular = (
            len(pins) == 1
            and pins[0].cause != REPIN
            and history.first == 0
            and facts.OPENED in opening.marks
            and opening.at >= 0
        )
        if not regular:
            return None
        terms = pins[0].terms
        situations = [self._index(step.situation, terms) for step in history.steps]
        if max(situations) >= 1 << 16:
            return None
        if terms is not None:
            self._terms[id(terms)] = terms
        marks = [sum(self._kinds.get(mark, 0) for mark in set(step.marks)) for step in history.steps]
        key = (0 if terms is None else id(terms), situations[0])
        return key, ticket.id, [step.at for step in history.steps], marks, situations

    def _index(self, situation: Situation, terms: Terms | None) -> int:
        """The number of a situation, taking those for one that no rule of these terms can tell apart."""
        names = self._fields(terms)
        values = tuple(situation.fields.get(name) for name in names)
        key: tuple[object, ...] = (
            names,
            values,
            tuple(map(type, values)),
            situation.priority,
            situation.status_class,
        )
        key = (*key, situation.customer, situation.group) if "customer" in names or "group" in names else key
        index = self._situations.get(key)
        if index is None:
            index = self._situations[key] = len(self._kept)
            self._kept.append(situation)
        return index

    def _fields(self, terms: Terms | None) -> tuple[str, ...]:
        if terms is None:
            return ()
        names = self._relevant.get(id(terms))
        if names is None:
            conditions: list[Condition] = [target.when for target in terms.targets if target.when is not None]
            conditions += (rule.pause.when for rule in self._graph.pauses(terms.tier))
            names = tuple(sorted(frozenset().union(*map(fields_of, conditions))))
            self._relevant[id(terms)] = names
        return names

    def _blocks(self, rows: Sequence[tuple[tuple[int, int], list[int]]]) -> Iterable[Block]:
        first = 0
        for key, group in groupby(rows, key=lambda row: row[0]):
            found = [situations for _, situations in group]
            present = tuple(sorted(set().union(*found)))
            yield Block(first, first + len(found), self._terms.get(key[0]), key[1], present)
            first += len(found)


def metrics_of(plan: Plan, graph: Graph) -> list[str]:
    """The metrics that a plan has targets for and that have clocks."""
    return [
        metric for metric in plan.options if metric in BUILT_IN_METRICS or graph.metric(metric) is not None
    ]
