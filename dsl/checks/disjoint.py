"""Can two conditions hold for one ticket? Decided exactly enough: what is not provably impossible is possible.

Both are brought into alternatives of simple tests; two alternatives exclude each other when one field would
need values that do not go together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
_Terms = list[tuple[_Test, ...]]


def can_both_hold(one: Condition, other: Condition) -> bool:
    """False only when no ticket can satisfy both."""
    terms = _alternatives(AllOf((one, other)), holds=True)
    return terms is None or any(_possible(term) for term in terms)


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


def _possible(term: tuple[_Test, ...]) -> bool:
    if any((test, not holds) in term for test, holds in term):
        return False
    classes = set(StatusClass)
    allowed: dict[str, set[Value]] = {}
    refused: dict[str, set[Value]] = {}
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    unless_missing: list[tuple[str, Comparison, int]] = []
    patterns: dict[str, list[str]] = {}
    for test, holds in term:
        match test:
            case StatusIs(status_class):
                classes &= {status_class} if holds else classes - {status_class}
            case OneOf(field, values) if field != "tags":
                _note(field, {_folded(value) for value in values}, allowed, refused, holds=holds)
            case Compare(field, op, value) if field != "tags":
                meant = op if holds else _NEGATED[op]
                if meant in (Comparison.EQ, Comparison.NE):
                    _note(field, {_folded(value)}, allowed, refused, holds=meant is Comparison.EQ)
                elif isinstance(value, int) and holds:
                    _bound(field, meant, value, low, high)
                elif isinstance(value, int):
                    unless_missing.append((field, meant, value))
            case Matches(field, pattern) if holds and field != "tags":
                patterns.setdefault(field, []).append(pattern)
            case _:
                pass
    for field in allowed.keys() & patterns.keys():
        allowed[field] = {value for value in allowed[field] if _may_match(value, patterns[field])}
    # A missing number is neither above nor below anything, so that `not` holds of both.
    present = {*allowed, *low, *high}
    for field, meant, value in unless_missing:
        if field in present:
            _bound(field, meant, value, low, high)
    return bool(classes) and all(
        _has_value(field, allowed, refused, low, high) for field in {*allowed, *refused, *low, *high}
    )


def _may_match(value: Value, patterns: Iterable[str]) -> bool:
    """Whether a text that is equal to this one, capitals aside, may match; other letters than ASCII have capitals of their own."""
    if not isinstance(value, str) or not value.isascii():
        return True
    try:
        return all(re.search(pattern, value, re.IGNORECASE) for pattern in patterns)
    except re.error:  # said where it stands
        return True


def _note(
    field: str,
    values: set[Value],
    allowed: dict[str, set[Value]],
    refused: dict[str, set[Value]],
    *,
    holds: bool,
) -> None:
    if holds:
        allowed[field] = allowed[field] & values if field in allowed else values
    else:
        refused.setdefault(field, set()).update(values)


def _bound(field: str, op: Comparison, value: int, low: dict[str, int], high: dict[str, int]) -> None:
    if op in (Comparison.GT, Comparison.GE):
        least = value + (op is Comparison.GT)
        low[field] = max(low.get(field, least), least)
    else:
        most = value - (op is Comparison.LT)
        high[field] = min(high.get(field, most), most)


def _has_value(
    field: str,
    allowed: dict[str, set[Value]],
    refused: dict[str, set[Value]],
    low: dict[str, int],
    high: dict[str, int],
) -> bool:
    no = refused.get(field, set())
    least, most = low.get(field), high.get(field)
    if field in allowed:
        return any(
            value not in no
            and not (isinstance(value, int) and least is not None and value < least)
            and not (isinstance(value, int) and most is not None and value > most)
            for value in allowed[field]
        )
    if no >= {True, False} and all(isinstance(value, bool) for value in no):
        return False
    return least is None or most is None or least <= most


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value
