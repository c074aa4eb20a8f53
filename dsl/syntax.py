"""The tree of one declaration, exactly as written: plain tuples, offsets from the declaration's head.

Nothing in it depends on where the declaration stands or on any other declaration, so that it can be kept by
the declaration's text. Plain tuples because ten thousand objects with a dictionary each slow the collector.
"""

from __future__ import annotations

from typing import NamedTuple

# ruff: noqa: PLC0414 - what is imported by its own name is handed on
from dsl.syntax_commitment import Announced as Announced
from dsl.syntax_commitment import BreachCredit as BreachCredit
from dsl.syntax_commitment import Cap as Cap
from dsl.syntax_commitment import Concerns as Concerns
from dsl.syntax_commitment import Money as Money
from dsl.syntax_commitment import Payment as Payment
from dsl.syntax_commitment import Retainer as Retainer
from dsl.syntax_commitment import Uptime as Uptime
from dsl.syntax_commitment import UptimeBand as UptimeBand
from dsl.syntax_commitment import Window as Window
from dsl.syntax_renegotiation import Occasion as Occasion
from dsl.syntax_report import Everybody as Everybody
from dsl.syntax_report import Schedule as Schedule
from dsl.syntax_report import ShareMail as ShareMail
from dsl.word import Moment as Moment
from dsl.word import Period as Period
from dsl.word import Recipient as Recipient
from dsl.word import Word as Word


class Literal(NamedTuple):
    """A value in a condition: `kind` is "text", "name" or "number"."""

    kind: str
    text: str
    start: int
    end: int


class FlagTest(NamedTuple):
    field: Word


class Comparison(NamedTuple):
    field: Word
    op: Word
    value: Literal


class Membership(NamedTuple):
    field: Word
    values: tuple[Literal, ...]


class Pattern(NamedTuple):
    field: Word
    pattern: Word


class StatusTest(NamedTuple):
    field: Word
    status_class: Word


class Negated(NamedTuple):
    item: Condition


class Every(NamedTuple):
    items: tuple[Condition, ...]


class Either(NamedTuple):
    items: tuple[Condition, ...]


Test = FlagTest | Comparison | Membership | Pattern | StatusTest
Condition = Test | Negated | Every | Either


class Fact(NamedTuple):
    """A line of one keyword and its words (`email "..."`, `like gold`, `limit 10bd`)."""

    keyword: str
    words: tuple[Word, ...]
    start: int
    end: int


class Country(NamedTuple):
    code: Word
    subdivision: Word | None
    start: int
    end: int


class Holiday(NamedTuple):
    """A `day`, `yearly` or `easter` line."""

    keyword: str
    day: Word
    title: Word | None
    start: int
    end: int


class OpenDays(NamedTuple):
    days: tuple[Word, ...]
    ranges: tuple[Word, ...]
    start: int
    end: int


class OpenDate(NamedTuple):
    day: Word
    ranges: tuple[Word, ...]
    title: Word | None
    start: int
    end: int


class ClosedDate(NamedTuple):
    day: Word
    range: Word | None
    title: Word | None
    start: int
    end: int


class Target(NamedTuple):
    """`amount` is a duration or business days as written."""

    priorities: tuple[Word, ...]
    metric: Word
    repeats: bool
    amount: Word
    calendar: Word | None
    when: Condition | None
    start: int
    end: int


class PauseWhen(NamedTuple):
    when: Condition
    start: int
    end: int


class Assignment(NamedTuple):
    tier: Word
    period: Period | None
    start: int
    end: int


class Override(NamedTuple):
    name: Word | None
    period: Period | None
    lines: tuple[Line, ...]
    start: int
    end: int


class Trigger(NamedTuple):
    """`kind` is share, warning, breach, before or past; `amount` a percentage or a duration as written."""

    kind: str
    amount: Word | None
    metric: Word
    start: int
    end: int


class Action(NamedTuple):
    """`kind` is notify, reassign, escalate, raise or tag; `word` the priority or the tag."""

    kind: str
    to: tuple[Recipient, ...]
    channels: tuple[Word, ...]
    word: Word | None
    start: int
    end: int


class Option(NamedTuple):
    """`kind` is its first word; `word` the calendar of `only` and the duration of `repeat`, `most` what follows `up to`."""

    kind: str
    word: Word | None
    most: Word | None
    when: Condition | None
    start: int
    end: int


class Step(NamedTuple):
    """A line of an escalation."""

    trigger: Trigger
    priorities: tuple[Word, ...]
    action: Action
    options: tuple[Option, ...]
    start: int
    end: int

    def option(self, kind: str) -> Option | None:
        """The first option that begins with that word."""
        for option in self.options:
            if option.kind == kind:
                return option
        return None


class StopWhen(NamedTuple):
    when: Condition
    start: int
    end: int


class Escalate(NamedTuple):
    """`escalate via` in a tier; no priorities are all that have no line of their own."""

    ladder: Word
    priorities: tuple[Word, ...]
    start: int
    end: int


class Setting(NamedTuple):
    """A field and the value that it gets."""

    field: Word
    value: Literal


class Promise(NamedTuple):
    """What a check expects for a metric; no `amount` is that nothing is promised."""

    metric: Word
    repeats: bool
    amount: Word | None
    calendar: Word | None
    start: int
    end: int


class CheckLine(NamedTuple):
    """A line of a check."""

    customer: Literal
    priorities: tuple[Word, ...]
    settings: tuple[Setting, ...]
    promises: tuple[Promise, ...]
    start: int
    end: int


class Ticket(NamedTuple):
    """A `ticket` line of a scenario; the lines below it, up to the next, are about that ticket."""

    name: Word
    customer: Literal | None
    priority: Word | None
    start: int
    end: int


class Happens(NamedTuple):
    """Something that happens to a ticket; `kind` None is `set`."""

    at: Moment
    kind: Word | None
    settings: tuple[Setting, ...]
    start: int
    end: int


class Outage(NamedTuple):
    """A service that does not run, `service` None for all and `customer` None for everybody; `until` None while it lasts."""

    service: Word | None
    customer: Word | None
    since: Moment
    until: Moment | None
    start: int
    end: int


class Notice(NamedTuple):
    """That maintenance was announced at `at`: the windows of a declared one that begin in `[since, until)`, or just that time."""

    maintenance: Word | None
    at: Moment
    since: Moment | None
    until: Moment | None
    start: int
    end: int


class OfMonth(NamedTuple):
    """What is paid or paid back for a month; no `money` is nothing, no `customer` that of the ticket."""

    money: Money | None
    customer: Word | None
    month: Word


class Expectation(NamedTuple):
    """`kind` is due, tier, override, running, met, cancelled, paused, breached, no, reaches, quiet, credits or retainer.

    `names` are pauses, the tier or the override; `amount` is by how much. `at` is the moment that is looked at, or of which
    the expectation speaks: for due and reaches None is never.
    """

    kind: str
    metric: Word | None
    names: tuple[Word, ...]
    amount: Word | None
    at: Moment | None
    trigger: Trigger | None
    action: Action | None
    start: int
    end: int
    of_month: OfMonth | None = None


class Expect(NamedTuple):
    """An `expect` line of a scenario."""

    what: Expectation
    start: int
    end: int


Line = (
    Fact
    | Country
    | Holiday
    | OpenDays
    | OpenDate
    | ClosedDate
    | Target
    | PauseWhen
    | Assignment
    | Override
    | Step
    | StopWhen
    | Escalate
    | Uptime
    | Retainer
    | Concerns
    | Window
    | Announced
    | UptimeBand
    | BreachCredit
    | Cap
    | Occasion
    | Schedule
    | Everybody
    | ShareMail
    | CheckLine
    | Ticket
    | Happens
    | Outage
    | Notice
    | Expect
)


class Declaration(NamedTuple):
    """`kind` is the head's keyword; `name` None where the kind has none or the author left it out; `day` is that of a check."""

    kind: str
    name: Word | None
    title: Word | None
    lines: tuple[Line, ...]
    end: int
    day: Word | None = None
