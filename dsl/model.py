"""The checked rules: frozen, hashable values that the engine reads. No text, no parser, no tickets.

Every value that came from a line of a rule file carries its `Origin`, which takes no part in equality or
hashing: moving or re-wrapping a rule does not change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dsl.commitment import Credits, Maintenance, Money, Service, Uptime
from dsl.condition import Condition, FieldType, StatusClass
from dsl.ladder import Channel, Escalation
from dsl.renegotiation import Renegotiation
from dsl.report import Report
from dsl.scenario import Check, Scenario
from dsl.span import NOWHERE, Origin

ALWAYS = "always"
"""The built-in calendar that is open around the clock."""


# ---------------------------------------------------------------- amounts


@dataclass(frozen=True, slots=True)
class Seconds:
    """A length in open seconds of a calendar, or in plain seconds on `always`."""

    value: int


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A length in open days of a calendar."""

    value: int


Amount = Seconds | BusinessDays


# ---------------------------------------------------------------- vocabulary


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: FieldType
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """`aliases` are what the ticket system calls the person beside `name` and `title`."""

    name: str
    title: str
    email: str
    aliases: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    title: str
    lead: tuple[str, ...]
    senior: tuple[str, ...]
    member: tuple[str, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared metric: a clock from the first `start` event to the first `stop` event after it."""

    name: str
    title: str
    start: str
    stop: str
    origin: Origin = field(default=NOWHERE, compare=False)


BUILT_IN_METRICS = ("response", "resolution", "update", "next-response")


# ---------------------------------------------------------------- calendars


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Local minutes of a day, `[start, end)`. `end` is over 1440 where the range runs past midnight."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CountryHolidays:
    """Public holidays by the `holidays` package; `subdivision` is "" for the whole country."""

    country: str
    subdivision: str


@dataclass(frozen=True, slots=True)
class DayHoliday:
    day: date
    title: str


@dataclass(frozen=True, slots=True)
class YearlyHoliday:
    month: int
    day: int
    title: str


@dataclass(frozen=True, slots=True)
class EasterHoliday:
    """`offset` days after Western Easter Sunday."""

    offset: int
    title: str


@dataclass(frozen=True, slots=True)
class FileHolidays:
    """An iCalendar file: `path` relative to the root file's folder, `text` its whole content."""

    path: str
    text: str = field(repr=False)


HolidayLine = CountryHolidays | DayHoliday | YearlyHoliday | EasterHoliday | FileHolidays


@dataclass(frozen=True, slots=True)
class HolidayList:
    """`observed` says whether country holidays include their substitute days."""

    name: str
    title: str
    lines: tuple[HolidayLine, ...]
    observed: bool = True
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OpenDate:
    """Hours that replace the weekly ones on one local date."""

    day: date
    ranges: tuple[TimeRange, ...]
    title: str
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ClosedDate:
    """One local date closed, wholly (`range` None) or for a range."""

    day: date
    range: TimeRange | None
    title: str
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours on a wall clock. `weekly[0]` is Monday; the ranges of one day are sorted and disjoint.

    `holidays` are the lists themselves, so that the value alone says when it is open.
    """

    name: str
    title: str
    zone: str
    weekly: tuple[tuple[TimeRange, ...], ...]
    open_dates: tuple[OpenDate, ...] = ()
    closed_dates: tuple[ClosedDate, ...] = ()
    holidays: tuple[HolidayList, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- agreements


@dataclass(frozen=True, slots=True)
class Target:
    """One `target` line. `repeats` is true for `every`. `calendar` is "" where the surrounding one counts.

    `rule` is the line as its author wrote it, white space folded.
    """

    priorities: tuple[str, ...]
    metric: str
    amount: Amount
    repeats: bool
    calendar: str
    when: Condition | None
    rule: str
    origin: Origin = field(default=NOWHERE, compare=False)


class Reopen(StrEnum):
    RESUMES = "resumes"
    CONTINUES = "continues"
    RESTARTS = "restarts"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier with everything that `like` brought in. `warn` is in hundredths of a percent, rising.

    `ladders` are (priority, escalation), "" for every priority that has none of its own; `uptimes` are one for each length of time;
    `like` is the tier that lent the rest.
    """

    name: str
    title: str
    calendar: str
    targets: tuple[Target, ...]
    warn: tuple[int, ...]
    pauses: tuple[str, ...]
    reopen: Reopen
    ladders: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)
    uptimes: tuple[Uptime, ...] = ()
    credits: str = ""
    like: str = field(default="", compare=False)


DEFAULT_WARN = (7500,)


@dataclass(frozen=True, slots=True)
class Pause:
    """`stops` names metrics; `limit` bounds each single spell, on the calendar of the clock that it pauses."""

    name: str
    title: str
    when: Condition
    stops: tuple[str, ...]
    limit: Amount | None
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates of the party's zone, `[start, end)`; None is open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class TierAssignment:
    tier: str
    period: Period
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Retainer:
    """What a customer pays for a month while `period` holds."""

    money: Money
    period: Period
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Override:
    """Targets that beat those of the tier while `period` holds. `calendar` is "" where none is given."""

    name: str
    period: Period
    reason: str
    calendar: str
    targets: tuple[Target, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Party:
    """What a group and a customer have in common. `zone` and `calendar` are "" where not given."""

    name: str
    title: str
    zone: str
    calendar: str
    tiers: tuple[TierAssignment, ...]
    overrides: tuple[Override, ...]
    origin: Origin = field(default=NOWHERE, compare=False)
    retainers: tuple[Retainer, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Group(Party):
    pass


@dataclass(frozen=True, slots=True)
class Customer(Party):
    """`aliases` are names in the ticket system; a `*` at the end or anywhere stands for any text."""

    aliases: tuple[str, ...] = field(default=(), kw_only=True)
    group: str = field(default="", kw_only=True)
    account_manager: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything that is in force together. `digest` (hex SHA-256) names the resolved files it came from.

    A mapping's keys are the declared names, of scenarios and checks their titles. `statuses` maps a status, case folded, to its
    class, `status_names` to itself as written. `since` names the
    rule set (by digest) that this one differs from in these customers and nothing else; None where that is not known.
    """

    digest: str
    priorities: tuple[str, ...]
    statuses: Mapping[str, StatusClass]
    fields: Mapping[str, Field]
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    metrics: Mapping[str, Metric]
    holidays: Mapping[str, HolidayList]
    calendars: Mapping[str, Calendar]
    pauses: Mapping[str, Pause]
    tiers: Mapping[str, Tier]
    groups: Mapping[str, Group]
    customers: Mapping[str, Customer]
    default_tier: str
    channels: Mapping[str, Channel] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    maintenance: Mapping[str, Maintenance] = field(default_factory=dict)
    credits: Mapping[str, Credits] = field(default_factory=dict)
    renegotiations: Mapping[str, Renegotiation] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    since: tuple[str, frozenset[str]] | None = field(default=None, compare=False)
    status_names: Mapping[str, str] = field(default_factory=dict, compare=False)
