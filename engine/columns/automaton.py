"""What events make of a ticket, worked out once for everything that can be said in any situation, and then looked up.

The situation that a ticket is in and what is said next are all that the next situation depends on. So `engine.history` is
asked once for each pair that occurs, and a million tickets only look the answers up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dsl.condition import StatusClass
from engine import facts
from engine.columns.told import I64, Saying
from engine.graph import Graph
from engine.history import NOWHERE, Writer
from engine.predicate import Situation

BITS = 16
"""Bits of a mark in an answer; what is above them is the state."""
MARKS = (1 << BITS) - 1
_SLOTS = 1 << 16
_WHOSE = frozenset({"customer", "group"})


class Automaton:
    """The situations that tickets get into through these sayings, as far as rules that ask about `names` can tell them apart.

    A state is an index in `situations`; state 0 is that before the first event. `letters` are what the sayings amount to. `kinds`
    are the marks' bits.
    """

    def __init__(
        self, graph: Graph, sayings: Sequence[Saying], names: frozenset[str], kinds: Mapping[str, int]
    ) -> None:
        self._graph = graph
        self._kinds = kinds
        whose = _WHOSE if names & _WHOSE else frozenset()
        self._names = tuple(sorted((names - _WHOSE) | whose | {"priority"}))
        self.situations: list[Situation] = []
        self._states: dict[object, int] = {}
        self._letters: dict[object, int] = {}
        self._said: list[Saying] = []
        heard = frozenset({*self._names, "status"})
        self.letters = np.array([self._letter(*saying, heard) for saying in sayings], dtype=np.int64)
        self._memory: dict[int, int] = {}
        self._keys = np.full(_SLOTS, -1, dtype=np.int64)
        self._answers = np.zeros(_SLOTS, dtype=np.int64)
        self._state(NOWHERE)

    def answers(self, states: I64, letters: I64) -> I64:
        """What each of these letters leads to from its state: the state above the lowest `BITS`, the marks in them."""
        keys = states * len(self._said) + letters
        slots = keys & (_SLOTS - 1)
        wrong = self._keys[slots] != keys
        if wrong.any():
            for key in np.unique(keys[wrong]).tolist():
                self._keys[key & (_SLOTS - 1)] = key
                self._answers[key & (_SLOTS - 1)] = self._answer(key)
            wrong = self._keys[slots] != keys
        found: I64 = self._answers[slots]
        if wrong.any():  # two that share a slot
            found[wrong] = [self._answer(key) for key in keys[wrong].tolist()]
        return found

    def answer(self, state: int, letter: int) -> int:
        """The same for one."""
        return self._answer(state * len(self._said) + letter)

    def _answer(self, key: int) -> int:
        found = self._memory.get(key)
        if found is None:
            state, letter = divmod(key, len(self._said))
            kind, data = self._said[letter]
            writer = Writer(self._graph, self.situations[state])
            marks = writer.take(kind, dict(data))
            bits = sum(self._kinds.get(mark, 0) for mark in set(marks))
            found = self._memory[key] = self._state(writer.situation) << BITS | bits
        return found

    def _letter(self, kind: str, data: Mapping[str, facts.FieldValue], heard: frozenset[str]) -> int:
        if kind not in facts.KNOWN_KINDS and kind not in self._kinds:
            kind = facts.CHANGED  # a milestone that nobody waits for brings fields and no more
        kept = {name: value for name, value in data.items() if name in heard}
        key = (kind, tuple((name, type(kept[name]), kept[name]) for name in sorted(kept)))
        found = self._letters.get(key)
        if found is None:
            found = self._letters[key] = len(self._said)
            self._said.append((kind, kept))
        return found

    def _state(self, situation: Situation) -> int:
        key = seen(situation, self._names)
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = len(self.situations)
            self.situations.append(situation)
        return found


def seen(situation: Situation, names: Iterable[str]) -> tuple[object, ...]:
    """What of a situation those can tell who ask about these fields and the class."""
    values = tuple(situation.fields.get(name) for name in names)
    status_class: StatusClass = situation.status_class
    return (values, tuple(map(type, values)), status_class)
