"""Can a condition hold, or two of them for one ticket? Decided exactly enough: what is not provably impossible is possible.

Conditions are brought into alternatives of simple tests; two alternatives exclude each other when one field would
need values that do not go together.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from dsl.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Matches,
    Not,
    OneOf,
    StatusClass,
    StatusIs,
    Value,
)

_LIMIT = 256
_CLASSES = frozenset(StatusClass)
_NEGATED = {
    Comparison.EQ: Comparison.NE,
    Comparison.NE: Comparison.EQ,
    Comparison.LT: Comparison.GE,
    Comparison.GE: Comparison.LT,
    Comparison.GT: Comparison.LE,
    Comparison.LE: Comparison.GT,
}
_EQUALITY = (Comparison.EQ, Comparison.NE)
_FROM_BELOW = (Comparison.GT, Comparison.GE)
_Test = tuple[Condition, bool]  # a simple test and whether it must hold
Range = tuple[float, float]
ANY_DAY: Range = (-math.inf, math.inf)
_DAYS = ""  # no field has this name
_Terms = list[tuple[_Test, ...]]


def can_both_hold(one: Condition, other: Condition) -> bool:
    """False only when no ticket can satisfy both."""
    return can_hold(AllOf((one, other)))


def can_hold(condition: Condition) -> bool:
    """False only when no ticket can satisfy it."""
    terms = _alternatives(condition, holds=True)
    return terms is None or any(_Needs(term).possible() for term in terms)


class Demand:
    """What a condition asks for, worked out once to be compared with many others; `days` are those on which it does, by their ordinals.

    Its `alternatives` are what each needs, with the bounds of its numbers and of the days; nothing where there are too many to say.
    """

    __slots__ = ("_days", "_needs", "_too_many", "alternatives")

    def __init__(self, condition: Condition, days: Range = ANY_DAY) -> None:
        terms = _alternatives(condition, holds=True)
        self._too_many = terms is None
        self._needs = [_Needs(term) for term in ([()] if terms is None else terms)]
        self._days = days
        dated = {} if days == ANY_DAY else {_DAYS: days}
        self.alternatives = [(needs, {**needs.ranges(), **dated}) for needs in self._needs]

    def meets(self, other: Demand) -> bool:
        """False only when no ticket can satisfy both."""
        if _apart(self._days, other._days):
            return False
        if self._too_many or other._too_many or len(self._needs) * len(other._needs) > _LIMIT:
            return True
        return any(_Needs(one.term + two.term).possible() for one, two in product(self._needs, other._needs))


class Demands:
    """Many demands by number, so that those that one may meet are found without asking each.

    Their alternatives are bits: those that need a field, a value of it among others or no other, and those that refuse it.
    """

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._needing: defaultdict[str, int] = defaultdict(int)
        self._taking: defaultdict[tuple[str, Value], int] = defaultdict(int)
        self._taking_only: defaultdict[tuple[str, Value], int] = defaultdict(int)
        self._refusing: defaultdict[tuple[str, Value], int] = defaultdict(int)
        self._bounded: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)

    def add(self, number: int, demand: Demand) -> None:
        """Numbers rise."""
        for needs, ranges in demand.alternatives:
            bit = 1 << len(self._numbers)
            self._numbers.append(number)
            for field, values in needs.allowed.items():
                self._needing[field] |= bit
                for value in values:
                    self._taking[field, value] |= bit
                if len(values) == 1:
                    self._taking_only[field, next(iter(values))] |= bit
            for field, values in needs.refused.items():
                for value in values:
                    self._refusing[field, value] |= bit
            for field, (least, most) in ranges.items():
                self._bounded[field].append((least, most, bit))

    def near(self, demand: Demand) -> Iterator[int]:
        """The numbers, rising, of all that the demand may meet, and perhaps of others."""
        every = (1 << len(self._numbers)) - 1
        left = 0
        for needs, ranges in demand.alternatives:
            left |= every & ~self._excluded(needs, ranges)
        while left:
            bit = left & -left
            yield self._numbers[bit.bit_length() - 1]
            left ^= bit

    def _excluded(self, needs: _Needs, ranges: Mapping[str, Range]) -> int:
        out = 0
        for field, values in needs.allowed.items():
            taking, refusing = 0, -1
            for value in values:
                taking |= self._taking.get((field, value), 0)
                refusing &= self._refusing.get((field, value), 0)
            out |= self._needing.get(field, 0) & ~taking | refusing
        for field, values in needs.refused.items():
            for value in values:
                out |= self._taking_only.get((field, value), 0)
        for field, one in ranges.items():
            for least, most, bit in self._bounded.get(field, ()):
                if least > one[1] or most < one[0]:
                    out |= bit
        return out


def _alternatives(condition: Condition, *, holds: bool) -> _Terms | None:
    """Disjunctive normal form; None when it would grow past all measure."""
    match condition:
        case Not(item):
            return _alternatives(item, holds=not holds)
        case AllOf(items) | AnyOf(items):
            parts = [_alternatives(item, holds=holds) for item in items]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            if isinstance(condition, AllOf) is holds:
                size = 1
                for part in known:
                    size *= len(part)
                if size > _LIMIT:
                    return None
                return [sum(choice, ()) for choice in product(*known)]
            return [term for part in known for term in part]
        case _:
            return [((condition, holds),)]


class _Needs:
    """What one alternative needs of each field."""

    __slots__ = ("allowed", "classes", "high", "low", "refused", "term")

    def __init__(self, term: tuple[_Test, ...]) -> None:
        self.term = term
        self.classes = _CLASSES
        self.allowed: dict[str, set[Value]] = {}
        self.refused: dict[str, set[Value]] = {}
        self.low: dict[str, int] = {}
        self.high: dict[str, int] = {}
        unless_missing: list[tuple[str, Comparison, int]] = []
        patterns: dict[str, list[str]] = {}
        for test, holds in term:
            match test:
                case Compare(field, op, value) if field != "tags":
                    meant = op if holds else _NEGATED[op]
                    if meant in _EQUALITY:
                        self._note(field, {_folded(value)}, holds=meant is Comparison.EQ)
                    elif isinstance(value, int) and holds:
                        self._bound(field, meant, value)
                    elif isinstance(value, int):
                        unless_missing.append((field, meant, value))
                case OneOf(field, values) if field != "tags":
                    self._note(field, {_folded(value) for value in values}, holds=holds)
                case StatusIs(status_class):
                    self.classes &= {status_class} if holds else self.classes - {status_class}
                case Matches(field, pattern) if holds and field != "tags":
                    patterns.setdefault(field, []).append(pattern)
                case _:
                    pass
        for field in self.allowed.keys() & patterns.keys():
            self.allowed[field] = {
                value for value in self.allowed[field] if _may_match(value, patterns[field])
            }
        # A missing number is neither above nor below anything, so that `not` holds of both.
        present = {*self.allowed, *self.low, *self.high}
        for field, meant, value in unless_missing:
            if field in present:
                self._bound(field, meant, value)

    def possible(self) -> bool:
        """Whether all of it can be had at once."""
        return (
            bool(self.classes)
            and not self._contradicts_itself()
            and all(map(self._has_value, {*self.allowed, *self.refused, *self.low, *self.high}))
        )

    def _contradicts_itself(self) -> bool:
        denied = {test for test, holds in self.term if not holds}
        return any(holds and test in denied for test, holds in self.term) if denied else False

    def ranges(self) -> dict[str, Range]:
        """The bounds of fields that can be any number within."""
        return {
            field: (self.low.get(field, -math.inf), self.high.get(field, math.inf))
            for field in {**self.low, **self.high}
            if field not in self.allowed
        }

    def _note(self, field: str, values: set[Value], *, holds: bool) -> None:
        if holds:
            self.allowed[field] = self.allowed[field] & values if field in self.allowed else values
        else:
            self.refused.setdefault(field, set()).update(values)

    def _bound(self, field: str, op: Comparison, value: int) -> None:
        if op in _FROM_BELOW:
            least = value + (op is Comparison.GT)
            self.low[field] = max(self.low.get(field, least), least)
        else:
            most = value - (op is Comparison.LT)
            self.high[field] = min(self.high.get(field, most), most)

    def _has_value(self, field: str) -> bool:
        no = self.refused.get(field, set())
        least, most = self.low.get(field), self.high.get(field)
        if field in self.allowed:
            return any(
                value not in no
                and not (isinstance(value, int) and least is not None and value < least)
                and not (isinstance(value, int) and most is not None and value > most)
                for value in self.allowed[field]
            )
        if no >= {True, False} and all(isinstance(value, bool) for value in no):
            return False
        if least is None or most is None:
            return True
        return sum(isinstance(value, int) and least <= value <= most for value in no) <= most - least


def _apart(one: Range, other: Range) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _may_match(value: Value, patterns: Iterable[str]) -> bool:
    """Whether a text that is equal to this one, capitals aside, may match; other letters than ASCII have capitals of their own."""
    if not isinstance(value, str) or not value.isascii():
        return True
    try:
        return all(re.search(pattern, value, re.IGNORECASE) for pattern in patterns)
    except re.error:  # said where it stands
        return True


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value
