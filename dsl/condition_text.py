"""Conditions written again as rules write them, and in one form for all that differ only in how they are written."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.condition import AllOf, AnyOf, Compare, Comparison, Condition, Matches, Not, OneOf, StatusIs, Value
from dsl.quotes import quoted_pattern


def condition_text(condition: Condition) -> str:
    """The condition as a rule may have it after `when`."""
    match condition:
        case Compare(field, Comparison.EQ, True):
            return field
        case Compare(field, op, value):
            return f"{field} {op.value} {value_text(value)}"
        case OneOf(field, values):
            return f"{field} in [{', '.join(map(value_text, values))}]"
        case Matches(field, pattern):
            return f"{field} matches {quoted_pattern(pattern)}"
        case StatusIs(status_class):
            return f"status is {status_class.value}"
        case Not(item):
            return f"not {_within(item)}"
        case AllOf(items):
            return " and ".join(map(_within, items))
        case AnyOf(items):
            return " or ".join(map(_within, items))


def _within(condition: Condition) -> str:
    text = condition_text(condition)
    return f"({text})" if isinstance(condition, AllOf | AnyOf) else text


def value_text(value: Value) -> str:
    """A value as a rule has it: text in quotes, flags and numbers bare."""
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def quoted(text: str) -> str:
    """Text of a rule file, its quotes and backslashes escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tests_of(condition: Condition) -> Iterator[Compare | OneOf | Matches | StatusIs]:
    """The simple tests that a condition is made of."""
    match condition:
        case Not(item):
            yield from tests_of(item)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from tests_of(item)
        case _:
            yield condition


def canonical(condition: Condition) -> Condition:
    """The same condition whatever the order of its parts and the capitals of its texts."""
    match condition:
        case Compare(field, op, str() as text):
            return Compare(field, op, text.casefold())
        case OneOf(field, values):
            folded = {value.casefold() if isinstance(value, str) else value for value in values}
            return OneOf(field, tuple(sorted(folded, key=repr)))
        case Not(item):
            return Not(canonical(item))
        case AllOf(items):
            return AllOf(_sorted(items))
        case AnyOf(items):
            return AnyOf(_sorted(items))
        case _:
            return condition


def _sorted(items: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(sorted({canonical(item) for item in items}, key=repr))
