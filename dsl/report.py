"""Reports that the rules declare: when, of what, for whom, and how they reach people. Frozen values that reports read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dsl.ladder import Recipient
from dsl.span import NOWHERE, Origin

SECTIONS = ("compliance", "breaches", "uptime", "credits")
"""What a report may show, in its order."""

FORMATS = ("pdf", "xlsx", "csv", "html", "json")
"""The files that a report may be."""

WORDS = {"show": SECTIONS, "format": FORMATS}
"""What may stand in a line of a report, by its keyword."""


class Unit(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a report of the last whole period is made: of a WEEK on the weekday `day` (0 is Monday), else on the `day` of the month
    after the period (from 1), its last one where it has fewer; at that `second` of the local day in `zone`."""

    unit: Unit
    day: int
    second: int
    zone: str


@dataclass(frozen=True, slots=True)
class Report:
    """`customers` and the members of `groups`; neither is everybody. `show` are some of `SECTIONS`, `formats` of `FORMATS`. `portal`
    lets each customer have its own, `mail` sends them to people of ours."""

    name: str
    title: str
    schedule: Schedule
    customers: tuple[str, ...]
    groups: tuple[str, ...]
    show: tuple[str, ...]
    formats: tuple[str, ...]
    portal: bool
    mail: tuple[Recipient, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)
