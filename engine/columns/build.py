"""Columns out of what many tickets' events say, in passes over all of them.

A pass takes the next event of every ticket of a piece and looks up where it leads. Pieces are small, so that everything in
between stays in the processor's cache.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dsl.condition import Condition
from engine import facts
from engine.columns.automaton import BITS, MARKS, Automaton, seen
from engine.columns.table import U16, Block, Columns, kinds_of
from engine.columns.told import I32, I64, LAST, LIVE, U32, Flags, Saying, Told, conditions_of, tell
from engine.facts import Ticket
from engine.graph import Graph
from engine.predicate import Situation, as_text, fields_of
from engine.terms import Terms

_PIECE = 16_384
"""Tickets of a piece."""
_EVENTS = 65_536
"""Events at a time where tickets do not matter."""
_FEW = 4
"""So few tickets are followed one by one: some have had a hundred times the events of the others."""
_HOUR = 3600
_SPAN = 1 << 31
"""Seconds that a set of columns may span: what the tables of open hours count in."""
_MOST = (1 << 16) - 1
"""Situations that columns have numbers for; this one stands for all others."""


def build(tickets: Iterable[Ticket], graph: Graph, until: int) -> Columns:
    """Columns of tickets as `graph` reads them, with their events up to `until`."""
    return columns_of(tell(tickets, graph, until), graph, until)


def columns_of(told: Told, graph: Graph, until: int) -> Columns:
    """Columns of tickets as `graph` reads them, with their events up to `until`.

    Raises ValueError if they span too many years, or lack a field that the rules ask about.
    """
    if until >= LAST:
        raise ValueError("columns end with the year 2105")
    builder = _Builder(told, graph, until)
    columns = builder.columns()
    beyond = np.flatnonzero(columns.situation == _MOST)
    if not len(beyond):
        return columns
    too_many = columns.ids[np.searchsorted(columns.starts, beyond, side="right") - 1]
    return columns_of(replace(told, apart=told.apart | np.isin(told.ids, too_many)), graph, until)


class _Builder:
    def __init__(self, told: Told, graph: Graph, until: int) -> None:
        self._told = told
        self._graph = graph
        self._kinds = kinds_of(graph.ruleset.metrics.values())
        self._count = _counted(told, until)
        self._whose, self._texts = whose(told)
        self._terms: list[Terms | None] = list(told.terms)
        self._names: dict[int, tuple[str, ...]] = {}
        self._numbers: dict[object, int] = {}
        self._situations: list[Situation] = []

    def columns(self) -> Columns:
        told = self._told
        regular = self._regular()
        apart = told.ids[(told.apart | ~regular) & ((self._count > 0) | told.apart)]
        rows = np.flatnonzero(regular)
        opening = told.saying[told.starts[rows]].astype(np.int64)
        promised = self._promised(rows, opening)
        automaton = self._automaton(promised)
        blocks, order = self._blocks(automaton, promised, opening)
        rows, opening = rows[order], opening[order]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(self._count[rows], out=starts[1:])
        epoch = int(told.at[told.starts[rows]].min(initial=LAST)) // _HOUR * _HOUR if len(rows) else 0
        at, mark, state = self._followed(automaton, rows, opening, starts, epoch)
        situation = np.empty(len(state), dtype=np.uint16)
        whole = tuple(self._settled(automaton, blocks, state, situation, starts))
        return Columns(
            epoch=epoch,
            ids=told.ids[rows],
            starts=starts,
            at=at,
            mark=mark,
            situation=situation,
            situations=tuple(self._situations),
            blocks=whole,
            kinds=self._kinds,
            apart=tuple(apart.tolist()),
        )

    # ---------------------------------------------------------------- which tickets, and under what terms

    def _regular(self) -> Flags:
        """The tickets that begin with their opening and keep their customer."""
        told = self._told
        regular = (self._count > 0) & ~told.apart
        first = told.starts[:-1][regular]
        opens = np.array([kind == facts.OPENED for kind, _ in told.sayings], dtype=np.bool_)
        regular[regular] = opens[told.saying[first]]
        names_one = self._whose >= 0
        places = [
            low + np.flatnonzero(names_one[told.saying[low : low + _EVENTS]])
            for low in range(0, len(told.saying), _EVENTS)
        ]
        place = np.concatenate(places) if places else np.zeros(0, dtype=np.int64)
        ticket = np.searchsorted(told.starts, place, side="right") - 1
        later = place != told.starts[ticket]
        place, ticket = place[later], ticket[later]
        at_first = np.maximum(self._whose[told.saying[told.starts[ticket]]], 0)
        regular[ticket[self._whose[told.saying[place]] != at_first]] = False
        return regular

    def _promised(self, rows: I64, opening: I64) -> I64:
        """Which terms each ticket has."""
        promised = self._told.pinned[rows].astype(np.int64)
        live = np.flatnonzero(promised == LIVE)
        if not len(live):
            return promised
        whose = np.maximum(self._whose[opening[live]], 0)
        at = self._told.at[self._told.starts[rows[live]]].astype(np.int64)
        turns = [
            (number << 33) + min(max(turn, 0), LAST)
            for number, text in enumerate(self._texts)
            for turn in (0, *self._graph.turns(text))
        ]
        if len(turns) > len(self._texts):
            turn = np.searchsorted(np.array(sorted(turns), dtype=np.int64), (whose << 33) + at, side="right")
        else:
            turn = whose
        found = np.empty(len(turns) + 1, dtype=np.int64)
        example = np.full(len(turns) + 1, -1, dtype=np.int64)
        example[turn] = np.arange(len(live))
        numbers = {id(terms): number for number, terms in enumerate(self._terms)}
        for number in np.flatnonzero(example >= 0).tolist():
            one = example[number]
            terms = self._graph.terms(self._texts[int(whose[one])], int(at[one]))
            if id(terms) not in numbers:
                numbers[id(terms)] = len(self._terms)
                self._terms.append(terms)
            found[number] = numbers[id(terms)]
        promised[live] = found[turn]
        return promised

    def _automaton(self, promised: I64) -> Automaton:
        present = np.bincount(promised, minlength=1)
        names: set[str] = set()
        for number in np.flatnonzero(present).tolist():
            terms = self._terms[number]
            asked = (
                frozenset().union(*map(fields_of, self._asked(terms))) if terms is not None else frozenset()
            )
            self._names[number] = tuple(sorted(asked))
            names |= asked
        if not names <= self._told.fields:
            raise ValueError(f"what is told leaves out {', '.join(sorted(names - self._told.fields))}")
        return Automaton(self._graph, self._told.sayings, frozenset(names), self._kinds)

    def _asked(self, terms: Terms) -> tuple[Condition, ...]:
        return (*conditions_of(terms), *(rule.pause.when for rule in self._graph.pauses(terms.tier)))

    # ---------------------------------------------------------------- blocks, and what happens in them

    def _blocks(
        self, automaton: Automaton, promised: I64, opening: I64
    ) -> tuple[list[tuple[int, Block]], I64]:
        """Blocks with the number of their terms, their situations yet to come, and the tickets in their order."""
        pair = promised * max(len(self._told.sayings), 1) + opening
        pairs, which = _distinct(pair)
        keys: dict[tuple[int, int], list[int]] = {}
        for place, both in enumerate(pairs.tolist()):
            number, saying = divmod(both, len(self._told.sayings))
            state = automaton.answer(0, int(automaton.letters[saying])) >> BITS
            keys.setdefault((number, self._number(automaton, number, state)), []).append(place)
        rank = np.empty(len(pairs), dtype=np.int64)
        for place, key in enumerate(sorted(keys)):
            rank[keys[key]] = place
        ranks = rank[which]
        sizes = np.bincount(ranks, minlength=len(keys)).tolist() if keys else []
        blocks: list[tuple[int, Block]] = []
        first = 0
        for (number, situation), size in zip(sorted(keys), sizes, strict=True):
            blocks.append((number, Block(first, first + size, self._terms[number], situation, ())))
            first += size
        small = ranks.astype(np.uint16) if len(keys) < _MOST else ranks
        return blocks, np.argsort(small, kind="stable")

    def _followed(
        self, automaton: Automaton, rows: I64, opening: I64, starts: I64, epoch: int
    ) -> tuple[U32, U16, I32]:
        """Instant, mark and state of every event."""
        told = self._told
        total = int(starts[-1])
        at, mark = np.empty(total, dtype=np.uint32), np.empty(total, dtype=np.uint16)
        state = np.empty(total, dtype=np.int32)
        for low in range(0, len(rows), _PIECE):
            high = min(low + _PIECE, len(rows))
            first, last = int(starts[low]), int(starts[high])
            base = starts[low:high] - first
            size = np.diff(starts[low : high + 1])
            source = np.repeat(told.starts[rows[low:high]] - base, size)
            source += np.arange(last - first)
            at[first:last] = told.at[source]
            letters = automaton.letters[told.saying[source]]
            _follow(automaton, letters, base, size, state[first:last], mark[first:last])
        at -= np.uint32(epoch)
        if total and int(at.max()) >= _SPAN:
            raise ValueError("these tickets span more than 68 years")
        return at, mark, state

    def _settled(
        self, automaton: Automaton, blocks: list[tuple[int, Block]], state: I32, situation: U16, starts: I64
    ) -> Iterator[Block]:
        """Write the situations, numbered as each block's terms tell them apart; answer the blocks with theirs."""
        table = np.zeros(len(automaton.situations), dtype=np.uint16)
        there = np.zeros(len(automaton.situations), dtype=np.bool_)
        for number, block in blocks:
            low, high = int(starts[block.first]), int(starts[block.last])
            there[:] = False
            for first in range(low, high, _EVENTS):
                there[state[first : min(first + _EVENTS, high)]] = True
            states = np.flatnonzero(there)
            table[states] = [self._number(automaton, number, one) for one in states.tolist()]
            for first in range(low, high, _EVENTS):
                last = min(first + _EVENTS, high)
                situation[first:last] = table[state[first:last]]
            yield replace(block, situations=tuple(np.unique(table[states]).tolist()))

    def _number(self, automaton: Automaton, terms: int, state: int) -> int:
        """The number of a state's situation, taking those for one that no rule of these terms can tell apart."""
        names = self._names[terms]
        known = self._numbers.get((names, state))
        if known is not None:
            return known
        situation = automaton.situations[state]
        key: tuple[object, ...] = (names, seen(situation, names), situation.priority)
        if "customer" in names or "group" in names:
            key = (*key, situation.customer, situation.group)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = min(len(self._situations), _MOST)
            if number < _MOST:
                self._situations.append(situation)
        self._numbers[names, state] = number
        return number


def _follow(automaton: Automaton, letters: I64, base: I64, size: I64, state: I32, mark: U16) -> None:
    """Follow tickets through their events: ticket `i` has the letters from `base[i]` on, as many as `size[i]`."""
    now = np.zeros(len(base), dtype=np.int64)
    step = 0
    while len(base) > _FEW:
        place = base + step
        found = automaton.answers(now, letters[place])
        now = found >> BITS
        state[place] = now
        mark[place] = found & MARKS
        step += 1
        goes_on = size > step
        if not goes_on.all():
            base, size, now = base[goes_on], size[goes_on], now[goes_on]
    for first, count, last in zip(base.tolist(), size.tolist(), now.tolist(), strict=True):
        at = last
        for one in range(first + step, first + count):
            answer = automaton.answer(at, int(letters[one]))
            at = answer >> BITS
            state[one] = at
            mark[one] = answer & MARKS


def _counted(told: Told, until: int) -> I64:
    """How many events of each ticket are not after `until`."""
    if not len(told.at) or int(told.at.max()) <= until:
        return np.diff(told.starts)
    before = np.zeros(len(told.at) + 1, dtype=np.int64)
    np.cumsum(told.at <= until, out=before[1:])
    return before[told.starts[1:]] - before[told.starts[:-1]]


_ANSWERED: deque[tuple[Sequence[Saying], tuple[I64, list[str]]]] = deque(maxlen=1)
"""The last answer: several ask it of the same portion, and it takes a look at everything that is ever said."""


def whose(told: Told) -> tuple[I64, list[str]]:
    """By saying the number of the customer text that it brings, -1 for none; and the texts, case folded. 0 is that of no customer."""
    for sayings, answer in _ANSWERED:
        if sayings is told.sayings:
            return answer
    found = _whose(told)
    if isinstance(told.sayings, tuple):  # which stays as it is
        _ANSWERED.append((told.sayings, found))
    return found


def _whose(told: Told) -> tuple[I64, list[str]]:
    numbers, texts = {"": 0}, [""]
    found = np.full(len(told.sayings), -1, dtype=np.int64)
    for place, (kind, data) in enumerate(told.sayings):
        if "customer" in data and kind not in facts.DEEDS:
            text = as_text(data["customer"]).strip().casefold()
            number = numbers.setdefault(text, len(texts))
            if number == len(texts):
                texts.append(text)
            found[place] = number
    return found, texts


def _distinct(values: I64) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The values that there are, and the place of each among them."""
    if not len(values) or int(values.max()) > 4 * len(values) + _EVENTS:
        found, places = np.unique(values, return_inverse=True)
        return found, places
    there = np.bincount(values) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[values]
