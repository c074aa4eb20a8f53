"""What conditions say of tickets of which they say one thing all along, so that nobody has to know when they are asked.

What an event does to the class of a status depends on nothing before it, so the classes that a ticket is ever in can be read off its
events; a field that no later event brings is what the opening says. Where a condition says the same for all of these, it is decided in
columns. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsl.condition import Condition, StatusClass, StatusIs
from dsl.condition_text import tests_of
from engine.columns.told import I64, Told, events_that
from engine.contract.ended import brought
from engine.facts import DEEDS, no_fields
from engine.graph import Graph
from engine.history import ENDED, NOWHERE, Writer
from engine.predicate import Situation, compile_condition

NO, YES, EITHER = range(3)
"""What a condition says: it never holds, it always does, or that depends on when it is asked."""
_CLASSES = tuple(StatusClass)
_BIT = {one: 1 << number for number, one in enumerate(_CLASSES)}
_OVER = sum(_BIT[one] for one in ENDED)
_NAMED = frozenset({"customer", "group"})
_Opening = tuple[str, dict[str, str | int | bool]]
"""The kind of a first event, and what it says of some fields."""
_ODD = frozenset().union(*map(no_fields, ("note", "changed")))


class Steady:
    """Asks conditions of the tickets of a portion, as `graph` reads them."""

    def __init__(self, told: Told, graph: Graph) -> None:
        self._told = told
        self._graph = graph
        self._known: dict[tuple[Condition, bool], I64] = {}
        self._has = told.starts[1:] > told.starts[:-1]
        self._first = told.saying[told.starts[:-1][self._has]].astype(np.int64)
        self._classes: NDArray[np.uint8] | None = None

    def says(self, condition: Condition, *, running: bool) -> I64:
        """By place NO, YES or EITHER; with `running` asked only while the ticket has not ended."""
        known = self._known.get((condition, running))
        if known is None:
            known = self._known[condition, running] = self._said(condition, running=running)
        return known

    def _said(self, condition: Condition, *, running: bool) -> I64:
        told = self._told
        found = np.full(len(told), EITHER, dtype=np.int64)
        fields = {test.field for test in tests_of(condition) if not isinstance(test, StatusIs)}
        if fields & _NAMED:
            fields |= _NAMED
        if not fields <= told.fields or fields & _ODD or not self._has.any():
            return found
        classes = self._visited() & (~_OVER & 0xFF if running else 0xFF)
        numbers, openings = self._openings(frozenset(fields))
        distinct, which = np.unique((numbers << 8) | classes, return_inverse=True)
        said = [
            self._answer(condition, Writer(self._graph), openings[code >> 8], code & 0xFF)
            for code in distinct.tolist()
        ]
        found[self._has] = np.array(said, dtype=np.int64)[which]
        found[self._moved(fields)] = EITHER
        return found

    def _openings(self, fields: frozenset[str]) -> tuple[I64, list[_Opening]]:
        """By ticket with events the number of what its first one says of these fields, and what that is."""
        numbers: dict[object, int] = {}
        openings: list[_Opening] = []
        of_saying = np.zeros(len(self._told.sayings), dtype=np.int64)
        names = sorted(fields)
        for saying in np.unique(self._first).tolist():
            kind, data = self._told.sayings[saying]
            key = (kind, *((type(data[name]), data[name]) if name in data else None for name in names))
            number = numbers.setdefault(key, len(openings))
            if number == len(openings):
                openings.append((kind, {name: data[name] for name in names if name in data}))
            of_saying[saying] = number
        return of_saying[self._first], openings

    def _answer(self, condition: Condition, writer: Writer, opening: _Opening, classes: int) -> int:
        writer.take(*opening)
        now, holds = writer.situation, compile_condition(condition)
        answers = {
            holds(Situation(now.fields, one, now.customer, now.group))
            for one, bit in _BIT.items()
            if classes & bit
        }
        return EITHER if len(answers) != 1 else YES if answers.pop() else NO

    def _moved(self, fields: set[str]) -> I64:
        """The tickets of which anything after the opening brings one of these fields."""
        says = [kind not in DEEDS and not fields.isdisjoint(data) for kind, data in self._told.sayings]
        events, ticket = events_that(self._told, np.array(says, dtype=np.bool_))
        moved: I64 = ticket[events != self._told.starts[ticket]]
        return moved

    def _visited(self) -> NDArray[np.uint8]:
        """The classes, a bit each, that each ticket with events is ever in."""
        if self._classes is None:
            told = self._told
            bits = np.array(
                [_BIT[one] if one else 0 for one in brought(told.sayings, self._graph)], dtype=np.uint8
            )
            found = np.bitwise_or.reduceat(bits[told.saying], told.starts[:-1][self._has])
            found[bits[self._first] == 0] |= _BIT[NOWHERE.status_class]
            self._classes = found
        return self._classes
