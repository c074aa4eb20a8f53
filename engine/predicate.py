"""Conditions of the rules as plain functions of a ticket's situation.

A condition is compiled once, by value, and then asked for every state of every ticket. What tickets hold was written by
strangers, so a value is first brought to the type that the condition compares with; one that cannot be is unequal to
everything and in no order.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Situation:
    """What conditions may look at: a ticket's fields, its status class, and the declared customer and group.

    `customer` is the ticket's own text where no customer of that name is declared; `group` is "" where there is none.
    """

    fields: Mapping[str, object]
    status_class: StatusClass
    customer: str
    group: str

    @property
    def priority(self) -> str:
        """The ticket's priority, case folded."""
        return as_text(self.fields.get("priority")).strip().casefold()


Predicate = Callable[[Situation], bool]

_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)


def as_text(value: object) -> str:
    """The value as text; a missing one is ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""


def as_number(value: object) -> int | None:
    """The value as an integer; None if it is none."""
    if isinstance(value, int):
        return int(value)
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def as_flag(value: object) -> bool:
    """The value as a flag: a missing one is false."""
    if isinstance(value, str):
        return value.strip().casefold() in _TRUE
    return isinstance(value, int) and value != 0


@lru_cache(maxsize=4096)
def compile_condition(condition: Condition) -> Predicate:
    """The condition as a function. Texts compare case folded, except that `matches` heeds case.

    `tags` is equal to a text if one of the tags is.
    """
    match condition:
        case Compare(field, op, value):
            return _compare(field, op, value)
        case OneOf(field, values):
            options = tuple(_compare(field, Comparison.EQ, value) for value in values)
            return lambda situation: any(option(situation) for option in options)
        case Matches(field, pattern):
            read, search = _reader(field), re.compile(pattern).search
            return lambda situation: search(as_text(read(situation))) is not None
        case StatusIs(status_class):
            return lambda situation: situation.status_class is status_class
        case Not(item):
            inner = compile_condition(item)
            return lambda situation: not inner(situation)
        case AllOf(items):
            parts = tuple(compile_condition(item) for item in items)
            return lambda situation: all(part(situation) for part in parts)
        case AnyOf(items):
            parts = tuple(compile_condition(item) for item in items)
            return lambda situation: any(part(situation) for part in parts)


def fields_of(condition: Condition) -> frozenset[str]:
    """The fields that a condition looks at; `status is` looks at "status"."""
    match condition:
        case Compare(field) | OneOf(field) | Matches(field):
            return frozenset({field})
        case StatusIs():
            return frozenset({"status"})
        case Not(item):
            return fields_of(item)
        case AllOf(items) | AnyOf(items):
            return frozenset().union(*map(fields_of, items))


def _reader(field: str) -> Callable[[Situation], object]:
    if field == "customer":
        return lambda situation: situation.customer
    if field == "group":
        return lambda situation: situation.group
    return lambda situation: situation.fields.get(field)


_ORDER: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQ: operator.eq,
    Comparison.NE: operator.ne,
    Comparison.LT: operator.lt,
    Comparison.LE: operator.le,
    Comparison.GT: operator.gt,
    Comparison.GE: operator.ge,
}


def _compare(field: str, op: Comparison, value: Value) -> Predicate:
    read, holds = _reader(field), _ORDER[op]
    if isinstance(value, bool):
        return lambda situation: holds(as_flag(read(situation)), value)
    if isinstance(value, int):
        unequal = op is Comparison.NE

        def number(situation: Situation) -> bool:
            found = as_number(read(situation))
            return unequal if found is None else holds(found, value)

        return number
    wanted = value.casefold()
    if field == "tags" and op in {Comparison.EQ, Comparison.NE}:
        among = op is Comparison.EQ

        def tagged(situation: Situation) -> bool:
            tags = as_text(read(situation)).casefold()
            return (wanted == tags or wanted in tags.split()) is among

        return tagged
    return lambda situation: holds(as_text(read(situation)).casefold(), wanted)
