"""Conditions of the rules as values, and the vocabulary that they speak of: status classes, field types and built-in fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StatusClass(StrEnum):
    """What a ticket system's status means for clocks."""

    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class FieldType(StrEnum):
    """`flag` is true or false, `text` a string, `number` an integer."""

    FLAG = "flag"
    TEXT = "text"
    NUMBER = "number"


class Comparison(StrEnum):
    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    op: Comparison
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole pattern is searched for anywhere in the text; case counts."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class StatusIs:
    status_class: StatusClass


@dataclass(frozen=True, slots=True)
class Not:
    item: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[Condition, ...]


Condition = Compare | OneOf | Matches | StatusIs | Not | AllOf | AnyOf

ANY_TICKET: Condition = AllOf(())
NO_TICKET: Condition = AnyOf(())
"""Conditions that hold for every ticket and for none."""

BUILT_IN_FIELDS: Mapping[str, FieldType] = dict.fromkeys(
    (
        *("customer", "group", "priority", "status", "category", "queue"),
        *("team", "assignee", "source", "tags", "requester"),
    ),
    FieldType.TEXT,
)
