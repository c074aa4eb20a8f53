"""Scenarios and checks: what the rules are expected to come to, as frozen values. Nothing here is ever in force.

An expectation is also how what came out is said: both are the same kind of value, so that they can be compared, shown
beside each other, and written into the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dsl.commitment import Money
from dsl.condition import Value
from dsl.ladder import Action, Trigger
from dsl.span import NOWHERE, Origin

FAILED = "E0805"
"""The code of an expectation that does not hold."""

SET = "set"
UNFLAGGED = "unflagged"
"""Words of scenarios for events whose kind is called otherwise, or that say with a word what others say with data."""

UNTOLD = ("changed", "snoozed", "excused")
"""Kinds of events that scenarios say otherwise, or that decide nothing."""

Settings = tuple[tuple[str, Value], ...]
"""Fields and the values that they get."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A reading of the scenario's wall clock: a local date and a second of that day."""

    day: date
    second: int


# ---------------------------------------------------------------- expectations


class Standing(StrEnum):
    """How a clock stands; breached is past its due, whether or not it has stopped since."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Scope(StrEnum):
    TIER = "tier"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Due:
    """`at` None is never."""

    metric: str
    at: Moment | None


@dataclass(frozen=True, slots=True)
class Stands:
    """`over` are the open seconds past the due, None where any will do; `pauses` those that hold, none where any will do.

    `at` is the moment that is looked at, None for that of what happened last.
    """

    metric: str
    standing: Standing
    over: int | None = None
    pauses: tuple[str, ...] = ()
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class NoClock:
    """That no clock of a metric exists."""

    metric: str
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Decides:
    """Whose target decides: that of a tier or of an override, by name."""

    metric: str
    scope: Scope
    name: str


@dataclass(frozen=True, slots=True)
class Reaches:
    """That a warning or a breach comes at that moment, or a step of a ladder is taken then; `at` None is never."""

    trigger: Trigger
    action: Action | None
    at: Moment | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """That no warning, breach or step comes before `until`."""

    until: Moment


@dataclass(frozen=True, slots=True)
class Credited:
    """What a customer is paid back for a calendar month of its zone; `money` None is nothing, `customer` "" that of the ticket."""

    money: Money | None
    month: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Retained:
    """What a customer pays for a calendar month of its zone; `money` None is nothing, `customer` "" that of the ticket."""

    money: Money | None
    month: str
    customer: str = ""


Expectation = Due | Stands | NoClock | Decides | Reaches | Quiet | Credited | Retained


# ---------------------------------------------------------------- scenarios


@dataclass(frozen=True, slots=True)
class Happens:
    """An event; `kind` is that of the event, or SET or UNFLAGGED."""

    at: Moment
    kind: str
    settings: Settings = ()
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Outage:
    """`[start, end)`, `end` None while it lasts. `service` and `customer` are "" where all are meant."""

    service: str
    customer: str
    start: Moment
    end: Moment | None
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """Maintenance that was announced at `at`: windows of a declared one that begin in `[start, end)`, None where open; without
    a name just `[start, end)`."""

    maintenance: str
    at: Moment
    start: Moment | None
    end: Moment | None
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expect:
    """`origin` is where the expectation itself stands, without the keyword."""

    what: Expectation
    origin: Origin = field(default=NOWHERE, compare=False)


Line = Happens | Outage | Notice | Expect


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket: the fields that it opens with, what happens to it and what is expected, in order. What stands above all tickets
    is a story without a name."""

    name: str
    settings: Settings
    lines: tuple[Line, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Tickets that live side by side, told on the wall clock of `zone`."""

    title: str
    zone: str
    stories: tuple[Story, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- checks


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for a metric: `amount` as written, "" for nothing; `calendar` "" where any will do."""

    metric: str
    amount: str
    repeats: bool = False
    calendar: str = ""
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What a ticket of that customer (as a ticket system may call it) and each of these priorities is promised."""

    customer: str
    priorities: tuple[str, ...]
    settings: Settings
    promises: tuple[Promise, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    """Promises to tickets that open on `day`, a local date of each customer."""

    title: str
    day: date
    lines: tuple[CheckLine, ...]
    origin: Origin = field(default=NOWHERE, compare=False)
