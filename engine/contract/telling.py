"""The condition that tells some cases from the others, in few and plain tests.

Sets of cases are bits of an integer. The condition is an `or` of conjunctions, each as short as it can be without holding for a
case that is not meant; what cannot be (a site that is both of two) is no reason for another test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations
from operator import and_, or_

from dsl.condition import AllOf, AnyOf, Condition, Not
from dsl.condition_text import condition_text, tests_of
from engine.predicate import Situation, compile_condition

Literals = dict[int, tuple[Condition, int]]
"""Conditions, and the lengths of their texts, by the cases for which they hold."""


class Telling:
    """Tells some of the cases from the others by the tests of these conditions."""

    def __init__(self, conditions: Iterable[Condition], cases: Sequence[Situation]) -> None:
        whole = tuple(dict.fromkeys(conditions))
        tests = tuple(dict.fromkeys(test for condition in whole for test in tests_of(condition)))
        self._vocabularies = [_literals(parts, cases) for parts in ((*whole, *tests), tests)]

    def condition(self, wanted: int) -> Condition:
        """The shortest found that holds for the cases whose bits are in `wanted` (some, not all), as far as the tests tell them apart."""
        found = (_joined(_terms(literals, wanted), AnyOf) for literals in self._vocabularies)
        return min(found, key=lambda one: len(condition_text(one)))


def _literals(parts: Iterable[Condition], cases: Sequence[Situation]) -> Literals:
    """The parts and their opposites, without those that hold always or never; of those that hold alike the shortest."""
    every = (1 << len(cases)) - 1
    plain: Literals = {}
    opposite: Literals = {}
    for part in parts:
        asked = compile_condition(part)
        holds = int("".join("01"[asked(case)] for case in reversed(cases)), 2)
        if holds not in (0, every):
            _shorter(plain, holds, part)
            _shorter(opposite, every & ~holds, part.item if isinstance(part, Not) else Not(part))
    for holds, (part, _) in opposite.items():
        _shorter(plain, holds, part)
    return plain


def _shorter(literals: Literals, holds: int, part: Condition) -> None:
    length = len(condition_text(part))
    if holds not in literals or length < literals[holds][1]:
        literals[holds] = part, length


def _terms(literals: Literals, wanted: int) -> list[Condition]:
    """Conjunctions that together hold for what is wanted alone."""
    found: dict[int, Condition] = {}
    left = wanted
    while left:
        parts = _conjunction(literals, wanted, left)
        holds = _all(parts)
        found[holds] = _joined([literals[part][0] for part in parts], AllOf)
        left &= ~holds
    for holds in list(found):
        if not wanted & ~reduce(or_, (other for other in found if other != holds), 0):
            del found[holds]
    return list(found.values())


def _all(parts: Iterable[int]) -> int:
    return reduce(and_, parts, -1)


def _conjunction(literals: Literals, wanted: int, left: int) -> tuple[int, ...]:
    """The literals of a conjunction that holds for nothing that is not wanted, and for the first case that is left."""
    first = left & -left
    true = [holds for holds in literals if holds & first]
    for size in (1, 2):
        fitting = [parts for parts in combinations(true, size) if not _all(parts) & ~wanted]
        if fitting:
            return max(
                fitting,
                key=lambda parts: (
                    (_all(parts) & left).bit_count(),
                    -sum(literals[part][1] for part in parts),
                ),
            )
    kept = dict.fromkeys(true)
    for part in sorted(true, key=lambda one: -literals[one][1]):
        if not _all(other for other in kept if other != part) & ~wanted:
            del kept[part]
    return tuple(kept)


def _joined(parts: Sequence[Condition], kind: type[AllOf | AnyOf]) -> Condition:
    items = tuple(item for part in parts for item in (part.items if isinstance(part, kind) else (part,)))
    return items[0] if len(items) == 1 else kind(items)
