"""Can a condition hold, or two of them for one ticket? Decided exactly enough: what is not provably impossible is possible.

Conditions are brought into alternatives of simple tests; two alternatives exclude each other when one field would
need values that do not go together.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterable, Mapping
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
_NEGATED = {
    Comparison.EQ: Comparison.NE,
    Comparison.NE: Comparison.EQ,
    Comparison.LT: Comparison.GE,
    Comparison.GE: Comparison.LT,
    Comparison.GT: Comparison.LE,
    Comparison.LE: Comparison.GT,
}
_Test = tuple[Condition, bool]  # a simple test and whether it must hold
Range = tuple[float, float]
_ANY: Range = (-math.inf, math.inf)
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

    `needs` are those of its alternatives, None where they are too many. `values` are those of a field of which every alternative needs one,
    `ranges` the least and the greatest number that any allows of a field that all of them bound.
    """

    __slots__ = ("needs", "ranges", "values")

    def __init__(self, condition: Condition, days: Range | None = None) -> None:
        terms = _alternatives(condition, holds=True)
        self.needs = None if terms is None else [_Needs(term) for term in terms]
        self.values: dict[str, set[Value]] = {}
        self.ranges: dict[str, Range] = {}
        for number, needs in enumerate(self.needs or ()):
            values, ranges = needs.allowed, needs.ranges()
            if number:
                values = {
                    field: self.values[field] | values[field] for field in self.values.keys() & values.keys()
                }
                ranges = {
                    field: _around(self.ranges[field], ranges[field])
                    for field in self.ranges.keys() & ranges.keys()
                }
            self.values, self.ranges = values, ranges
        if days is not None:
            self.ranges[_DAYS] = days

    def meets(self, other: Demand) -> bool:
        """False only when no ticket can satisfy both."""
        if _share_no_value(self.values, other.values):
            return False
        if any(
            _apart(self.ranges[field], other.ranges[field])
            for field in self.ranges.keys() & other.ranges.keys()
        ):
            return False
        if self.needs is None or other.needs is None or len(self.needs) * len(other.needs) > _LIMIT:
            return True
        return any(one.meets(two) for one, two in product(self.needs, other.needs))


class Demands:
    """Many demands by number, so that those that one may meet are found without asking each."""

    def __init__(self) -> None:
        self._by_value: dict[str, dict[Value, list[int]]] = {}
        self._by_range: dict[str, list[tuple[float, float, int]]] = {}
        self._others: list[int] = []

    def add(self, number: int, demand: Demand) -> None:
        """Numbers rise. A demand is kept under one field of which it needs a value, or by which it is bounded."""
        if demand.values:
            field = min(demand.values)
            known = self._by_value.setdefault(field, {})
            for value in demand.values[field]:
                known.setdefault(value, []).append(number)
        elif demand.ranges:
            field = min(demand.ranges)
            self._by_range.setdefault(field, []).append((*demand.ranges[field], number))
        else:
            self._others.append(number)

    def near(self, demand: Demand) -> Iterable[int]:
        """The numbers, rising, of all that the demand may meet, and perhaps of others."""
        found = [self._others]
        for field, known in self._by_value.items():
            wanted = demand.values.get(field)
            found += known.values() if wanted is None else [known.get(value, []) for value in wanted]
        for field, ranges in self._by_range.items():
            least, most = demand.ranges.get(field, _ANY)
            found.append([number for low, high, number in ranges if low <= most and high >= least])
        return heapq.merge(*filter(None, found))


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
        self.classes = set(StatusClass)
        self.allowed: dict[str, set[Value]] = {}
        self.refused: dict[str, set[Value]] = {}
        self.low: dict[str, int] = {}
        self.high: dict[str, int] = {}
        unless_missing: list[tuple[str, Comparison, int]] = []
        patterns: dict[str, list[str]] = {}
        for test, holds in term:
            match test:
                case StatusIs(status_class):
                    self.classes &= {status_class} if holds else self.classes - {status_class}
                case OneOf(field, values) if field != "tags":
                    self._note(field, {_folded(value) for value in values}, holds=holds)
                case Compare(field, op, value) if field != "tags":
                    meant = op if holds else _NEGATED[op]
                    if meant in (Comparison.EQ, Comparison.NE):
                        self._note(field, {_folded(value)}, holds=meant is Comparison.EQ)
                    elif isinstance(value, int) and holds:
                        self._bound(field, meant, value)
                    elif isinstance(value, int):
                        unless_missing.append((field, meant, value))
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

    def meets(self, other: _Needs) -> bool:
        """Whether all of both can be had at once."""
        return (
            not (
                _share_no_value(self.allowed, other.allowed)
                or self._refuses_all(other)
                or other._refuses_all(self)
            )
            and _Needs(self.term + other.term).possible()
        )

    def _refuses_all(self, other: _Needs) -> bool:
        """Whether no value is left that the other needs of some field."""
        return any(
            other.allowed[field] <= self.refused[field]
            for field in self.refused.keys() & other.allowed.keys()
        )

    def _contradicts_itself(self) -> bool:
        tests = set(self.term)
        return any((test, not holds) in tests for test, holds in tests)

    def ranges(self) -> dict[str, Range]:
        """The bounds of fields that can be any number within."""
        return {
            field: (self.low.get(field, -math.inf), self.high.get(field, math.inf))
            for field in (self.low.keys() | self.high.keys()) - self.allowed.keys()
        }

    def _note(self, field: str, values: set[Value], *, holds: bool) -> None:
        if holds:
            self.allowed[field] = self.allowed[field] & values if field in self.allowed else values
        else:
            self.refused.setdefault(field, set()).update(values)

    def _bound(self, field: str, op: Comparison, value: int) -> None:
        if op in (Comparison.GT, Comparison.GE):
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
        return least is None or most is None or least <= most


def _share_no_value(one: Mapping[str, set[Value]], other: Mapping[str, set[Value]]) -> bool:
    """Whether some field would need a value that is one of both."""
    return any(one[field].isdisjoint(other[field]) for field in one.keys() & other.keys())


def _around(one: Range, other: Range) -> Range:
    return min(one[0], other[0]), max(one[1], other[1])


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
