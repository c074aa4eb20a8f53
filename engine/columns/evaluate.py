"""Clocks of a million tickets in one go, to the second what `evaluate` says of each.

Work is done in parts of a block that fit in the processor's cache. Within a part used time is one running sum: the open
time of every event's span where the clock counts and nothing pauses it. Where that sum passes the target lies the breach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsl.condition import StatusClass
from dsl.model import BusinessDays
from engine.calendar.batch import NEVER, BatchHours
from engine.calendar.hours import OpenHours
from engine.clock import Clock
from engine.columns.fold import CODE, ClockColumns, Promise, fold
from engine.columns.rows import Flags, Part, Rows, rows_of
from engine.columns.table import I64, U16, Block, Columns, metrics_of
from engine.graph import Graph
from engine.history import ENDED
from engine.plan import Option, PauseRule, Plan
from engine.predicate import Situation
from engine.wall import DAY

_PART = 16_384
"""Tickets in a part."""
_FEW = 6
"""Up to so many situations, comparing with each is faster than looking them up."""
_AHEAD = 400 * DAY
"""How far past the last instant the tables of open hours reach; what is due later is asked one by one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The regular clocks, and the ids of the tickets that `evaluate` must tell."""

    clocks: tuple[ClockColumns, ...]
    apart: frozenset[int]


def evaluate_columns(
    columns: Columns, graph: Graph, now: int, *, metrics: Iterable[str] | None = None, warnings: bool = False
) -> Answer:
    """The clocks at `now` (of these metrics only, unless None). `columns` hold nothing after `now`.

    Raises ValueError if they do: what had not happened yet must not be in them.
    """
    if len(columns.at) and columns.epoch + int(columns.at.max()) > now:
        raise ValueError("these columns hold events after the instant that is asked for")
    work = _Work(columns, graph, now, None if metrics is None else frozenset(metrics), warnings)
    return work.answer()


def columns_of_clocks(metric: str, rows: Sequence[tuple[int, Clock]]) -> ClockColumns:
    """Clocks of a metric with the ids of their tickets as columns, without warnings."""
    return ClockColumns(
        metric=metric,
        warn=(),
        ticket=_column([number for number, _ in rows]),
        cycle=_column([clock.cycle for _, clock in rows]),
        state=_column([CODE[clock.state] for _, clock in rows]),
        started=_column([clock.started for _, clock in rows]),
        stopped=_column([clock.stopped for _, clock in rows]),
        target=_column([clock.target for _, clock in rows]),
        due=_column([clock.due for _, clock in rows]),
        elapsed=_column([clock.elapsed for _, clock in rows]),
        paused=_column([clock.paused for _, clock in rows]),
    )


def _column(values: Sequence[int | None]) -> I64:
    return np.array([NEVER if value is None else value for value in values], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one metric means in a block: the target of its opening, and by situation whether that no longer decides,
    whether anything pauses it, and whether that has a limit."""

    option: Option | None
    warn: tuple[int, ...]
    other: Flags  # situations in which another target decides, or none
    paused: Flags
    limited: Flags
    limit: int  # seconds that a limited spell lasts at least


class _Work:
    def __init__(
        self, columns: Columns, graph: Graph, now: int, metrics: frozenset[str] | None, warnings: bool
    ) -> None:
        self._columns = columns
        self._graph = graph
        self._now = now
        self._metrics = metrics
        self._warnings = warnings
        self._hours: dict[int, tuple[OpenHours, BatchHours]] = {}
        self._found: list[ClockColumns] = []
        classes = [situation.status_class for situation in columns.situations]
        self._ended = np.array([item in ENDED for item in classes], dtype=np.bool_)
        self._cancelled = np.array([item is StatusClass.CANCELLED for item in classes], dtype=np.bool_)
        self._closed = np.array([item is StatusClass.CLOSED for item in classes], dtype=np.bool_)

    def answer(self) -> Answer:
        columns = self._columns
        apart = set(columns.apart)
        for block in columns.blocks:
            if block.terms is None:
                continue
            plan = self._graph.plan(block.terms)
            present = np.zeros(len(columns.situations), dtype=np.bool_)
            present[list(block.situations)] = True
            rules = self._rules(plan, block, present)
            for first in range(block.first, block.last, _PART):
                last = min(first + _PART, block.last)
                apart.update(self._evaluate(plan, rules, present, first, last))
        return Answer(tuple(self._found), frozenset(apart))

    def _rules(self, plan: Plan, block: Block, present: Flags) -> dict[str, _Rule]:
        """What each metric means in a block."""
        situations = self._columns.situations
        rules: dict[str, _Rule] = {}
        for metric in metrics_of(plan, self._graph):
            if self._metrics is not None and metric not in self._metrics:
                continue
            opening = plan.select(metric, situations[block.opening])
            other, paused, limited = (np.zeros(len(situations), dtype=np.bool_) for _ in range(3))
            limits: list[int] = []
            for index in np.flatnonzero(present).tolist():
                situation: Situation = situations[index]
                other[index] = plan.select(metric, situation) is not opening
                holding = [rule for rule in plan.pauses[metric] if rule.holds(situation)]
                paused[index] = bool(holding)
                bounded = [rule for rule in holding if rule.limit is not None]
                limited[index] = bool(bounded)
                limits += (_shortest(rule) for rule in bounded)
            if opening is not None or other.any():
                rules[metric] = _Rule(opening, plan.warn, other, paused, limited, min(limits, default=0))
        return rules

    def _evaluate(
        self, plan: Plan, rules: Mapping[str, _Rule], present: Flags, first: int, last: int
    ) -> list[int]:
        """Take the clocks of tickets `[first, last)`; answer the ids of those that `evaluate` must tell."""
        columns = self._columns
        low, high = int(columns.starts[first]), int(columns.starts[last])
        situation = columns.situation[low:high]
        starts = columns.starts[first : last + 1] - low
        part = self._part(situation, present, starts, low, high)
        irregular = np.zeros(last - first, dtype=np.bool_)
        told: list[tuple[Promise, Rows]] = []
        for metric, rule in rules.items():
            if rule.other.any():
                irregular |= np.logical_or.reduceat(rule.other[situation], starts[:-1])
            if rule.option is None:
                continue
            if rule.limited.any():
                irregular |= self._may_reach_limit(rule, part, situation)
            rows = rows_of(metric, part, plan.terms.reopen, self._graph.metric(metric), columns.kinds)
            if rows is None:
                irregular[:] = True
                break
            if rows.irregular is not None:
                irregular |= rows.irregular
            told.append((self._promise(metric, rule, rule.option, situation), rows))
        made = []
        for promise, rows in told:
            regular = rows.only(~irregular[rows.ticket]) if irregular.any() else rows
            if len(regular.ticket):
                made.append(fold(promise, regular, part, columns.epoch, self._now, irregular))
        ids = columns.ids[first:last]
        for clocks in made:
            kept = clocks.only(~irregular[clocks.ticket]) if irregular.any() else clocks
            self._found.append(replace(kept, ticket=ids[kept.ticket]))
        told_apart: list[int] = ids[irregular].tolist()
        return told_apart

    def _promise(self, metric: str, rule: _Rule, option: Option, situation: U16) -> Promise:
        idle = _where(rule.paused, situation) if rule.paused.any() else None
        warn = rule.warn if self._warnings else ()
        return Promise(metric, option.target.amount, self._batch(option.hours), warn, idle)

    def _part(self, situation: U16, present: Flags, starts: I64, low: int, high: int) -> Part:
        columns = self._columns
        at, mark = columns.at[low:high], columns.mark[low:high]
        ended = _where(self._ended & present, situation)
        any_ended = bool(ended.any())
        ends, reopened = ended, False
        if any_ended:
            first, last = starts[:-1], starts[1:] - 1
            ends = ended.copy()
            ends[1:] &= ~ended[:-1]
            ends[first] = ended[first]
            reopened = bool(np.count_nonzero(ends) > np.count_nonzero(ended[last]))
        cancelled = _where(self._cancelled & present, situation)
        return Part(
            starts=starts,
            at=at,
            mark=mark,
            ended=ended,
            cancelled=cancelled,
            closed=_where(self._closed & present, situation),
            ends=ends,
            any_ended=any_ended,
            any_reopened=reopened,
            void=_void(starts, ended, ends, cancelled) if any_ended and cancelled.any() else None,
        )

    def _may_reach_limit(self, rule: _Rule, part: Part, situation: U16) -> Flags:
        """Tickets with a pause that has a limit and either still holds or lasted as long as some limit may be."""
        holds = rule.limited[situation]
        begins = holds.copy()
        begins[1:] &= ~holds[:-1]
        begins[part.starts[:-1]] = holds[part.starts[:-1]]
        places = np.flatnonzero(begins)
        ticket = np.searchsorted(part.starts, places, side="right") - 1
        stops = np.append(np.flatnonzero(~holds), len(holds))
        until = stops[np.searchsorted(stops, places)]
        goes_on = until >= part.starts[ticket + 1]
        end = part.at[np.where(goes_on, places, until)].astype(np.int64)
        long = goes_on | (end - part.at[places] > rule.limit)
        irregular = np.zeros(len(part.starts) - 1, dtype=np.bool_)
        irregular[ticket[long]] = True
        return irregular

    def _batch(self, hours: OpenHours) -> BatchHours:
        known = self._hours.get(id(hours))
        if known is None:
            epoch = self._columns.epoch
            known = self._hours[id(hours)] = (hours, BatchHours(hours, epoch, max(self._now, epoch) + _AHEAD))
        return known[1]


def _where(table: Flags, situation: U16) -> Flags:
    """Which events lead to one of the situations that the table marks."""
    marked = np.flatnonzero(table)
    if len(marked) > _FEW:
        return table[situation]
    found = np.zeros(len(situation), dtype=np.bool_)
    for index in marked.tolist():
        found |= situation == index
    return found


def _void(starts: I64, ended: Flags, ends: Flags, cancelled: Flags) -> Flags:
    """Tickets that have ended and were cancelled since they were last worked on."""
    last = starts[1:] - 1
    void = ended[last]
    entries = np.flatnonzero(ends)
    entry = entries[np.searchsorted(entries, starts[1:][void]) - 1]
    before = np.append(0, np.cumsum(cancelled))
    void[void] = before[starts[1:][void]] > before[entry]
    return void


def _shortest(rule: PauseRule) -> int:
    """Seconds that a spell of a limited pause surely lasts before its limit."""
    if isinstance(rule.limit, BusinessDays):
        return max((rule.limit.value - 1) * DAY - 3 * 3600, 0)
    return rule.limit.value if rule.limit is not None else 0
