"""What calendars, pauses and steps of ladders say, apart from what they are called: facts that can be compared and shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

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
)
from dsl.condition_text import canonical
from dsl.ladder import Action, Escalation, Flag, LadderStep, Notify, Reassign, Recipient, Role
from dsl.model import (
    ALWAYS,
    Calendar,
    CountryHolidays,
    DayHoliday,
    EasterHoliday,
    FileHolidays,
    HolidayLine,
    TimeRange,
    YearlyHoliday,
)
from dsl.values import WEEKDAYS
from engine.contract.table import Whom
from engine.graph import Graph
from engine.history import NOWHERE
from engine.ladder.people import Meant
from engine.predicate import Situation, compile_condition

Facts = dict[str, str]
"""What is said of a calendar, by what it is said about."""


class Contents:
    """The contents of one graph's declarations, each worked out once. Persons and channels that the graph `beside` has not go by what is
    said of them."""

    def __init__(self, graph: Graph, beside: Graph) -> None:
        self._graph = graph
        self._beside = beside
        self._calendars: dict[str, Facts] = {}
        self._frozen: dict[str, frozenset[tuple[str, str]]] = {}

    def calendar(self, name: str) -> Facts:
        """The facts of a calendar by name; of `always` that it never closes."""
        if name not in self._calendars:
            declared = self._graph.ruleset.calendars.get(name)
            self._calendars[name] = dict(calendar_facts(declared)) if declared else {ALWAYS: "open"}
            self._frozen[name] = frozenset(self._calendars[name].items())
        return self._calendars[name]

    def hours(self, name: str) -> frozenset[tuple[str, str]]:
        """The same as a value to compare; empty for no calendar at all."""
        if not name:
            return frozenset()
        self.calendar(name)
        return self._frozen[name]

    def step(self, step: LadderStep, whom: Whom | None = None) -> tuple[object, ...]:
        """All of a step but how its line is written and for which priorities it is, for a customer if `whom` is given."""
        when = HOLDS if step.when is None else narrowed(step.when, whom)
        return (
            *(step.trigger, self._action(step.action), when, step.skip_if_nobody),
            *(self.hours(step.calendar), step.repeat, step.on_edits),
        )

    def person(self, name: str) -> object:
        """A declared person, "" for none."""
        declared = self._graph.ruleset.people.get(name)
        if declared is None or name in self._beside.ruleset.people:
            return name
        title = "" if declared.title == name else declared.title  # it is the name where none is given
        return title, declared.email, declared.aliases

    def _channel(self, name: str) -> object:
        declared = self._graph.ruleset.channels.get(name)
        if declared is None or name in self._beside.ruleset.channels:
            return name
        return declared.kind, declared.url, declared.secret, declared.sources

    def _action(self, action: Action) -> object:
        """What a step does and to whom, by persons instead of the names of teams."""
        match action:
            case Notify(to, channels):
                return "notify", tuple(map(self._channel, channels)), tuple(map(self._meant, to))
            case Reassign(to):
                return "reassign", self._meant(to)
            case Flag():
                return "flag", self._persons(self._graph.people.management())
        return action

    def _meant(self, recipient: Recipient) -> object:
        match recipient.role:
            case Role.ASSIGNEE | Role.ACCOUNT_MANAGER:
                return recipient
            case Role.PERSON:
                return recipient.role, self.person(recipient.name)
        return recipient.role, self._persons(self._graph.people.meant(recipient, NOWHERE))

    def _persons(self, meant: Meant | None) -> tuple[object, ...]:
        return tuple(map(self.person, names_of(meant)))


def names_of(meant: Meant | None) -> tuple[str, ...]:
    """The declared persons that words of a rule come down to."""
    return tuple(person.name for person in meant.people) if meant else ()


def stops(ladder: Escalation | None, whom: Whom) -> frozenset[Condition]:
    """The conditions under which a ladder stands still for a customer."""
    found = (narrowed(one, whom) for one in (ladder.stop if ladder else ()))
    return frozenset(one for one in found if one != FAILS)


HOLDS, FAILS = AllOf(()), AnyOf(())
"""Conditions that always hold, and that never do."""


def narrowed(condition: Condition, whom: Whom | None) -> Condition:
    """The condition in one form, with what it asks about customer and group answered as far as that is known of `whom`."""
    return canonical(condition if whom is None else _answered(condition, whom))


def _answered(condition: Condition, whom: Whom) -> Condition:
    match condition:
        case Not(item):
            inner = _answered(item, whom)
            return FAILS if inner == HOLDS else HOLDS if inner == FAILS else Not(inner)
        case AllOf(items):
            return _joined(AllOf, HOLDS, FAILS, [_answered(item, whom) for item in items])
        case AnyOf(items):
            return _joined(AnyOf, FAILS, HOLDS, [_answered(item, whom) for item in items])
        case Compare(field) | OneOf(field) | Matches(field) if _is_known(field, condition, whom):
            situation = Situation({}, StatusClass.WORKING, whom.name, whom.group)
            return HOLDS if compile_condition(condition)(situation) else FAILS
    return condition


def _joined(
    kind: type[AllOf | AnyOf], nothing: Condition, settled: Condition, items: list[Condition]
) -> Condition:
    """Parts that count for nothing left out; `settled` alone where one is that."""
    left = tuple(item for item in items if item != nothing)
    if settled in left:
        return settled
    return left[0] if len(left) == 1 else kind(left)


def _is_known(field: str, test: Condition, whom: Whom) -> bool:
    """Undeclared customers have none of the names that rules can ask for, but any text, and a group of the ticket's own."""
    if whom.customer is not None:
        return field in ("customer", "group")
    return field == "customer" and (
        bool(whom.text)
        or isinstance(test, OneOf)
        or (isinstance(test, Compare) and test.op in (Comparison.EQ, Comparison.NE))
    )


def facts_changed(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    """What two calendars say otherwise, as it was and will be; weekdays with one change as one."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for fact in dict.fromkeys([*before, *after]):
        values = before.get(fact, ""), after.get(fact, "")
        if values[0] != values[1]:
            found.setdefault(("" if fact in WEEKDAYS else fact, *values), []).append(fact)
    for (fact, *both), facts in found.items():
        said = fact or _days(facts)
        was, will = (f"{said} {value}".removesuffix(" closed") if value else "" for value in both)
        yield was, will


def _days(names: list[str]) -> str:
    """Weekdays in their order, neighbours as one: `mon-wed, fri`."""
    spans: list[list[int]] = []
    for number in sorted(map(WEEKDAYS.index, names)):
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(
        "-".join(WEEKDAYS[number] for number in dict.fromkeys((span[0], span[-1]))) for span in spans
    )


def calendar_facts(calendar: Calendar) -> Iterator[tuple[str, str]]:
    """What a calendar says of its zone, of each weekday, of single dates, and which holidays close it."""
    yield "zone", calendar.zone
    for name, ranges in zip(WEEKDAYS, calendar.weekly, strict=True):
        if ranges:
            yield name, _hours(ranges)
    for opened in calendar.open_dates:
        yield f"open {opened.day.isoformat()}", _hours(opened.ranges)
    for closed in calendar.closed_dates:
        hours = _hours((closed.range,)) if closed.range else "all day"
        yield f"closed {closed.day.isoformat()} {hours}".removesuffix(" all day"), "closed"
    for holidays in calendar.holidays:
        for line in holidays.lines:
            yield f"holiday {_holiday(line, holidays.observed)}", "closed"


def _hours(ranges: tuple[TimeRange, ...]) -> str:
    return ", ".join(f"{_time(one.start)}-{_time(one.end)}" for one in ranges)


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes <= 24 * 60 else minutes - 24 * 60, 60)
    return f"{hour:02}:{minute:02}"


def _holiday(line: HolidayLine, observed: bool) -> str:
    match line:
        case CountryHolidays(country, subdivision):
            place = f"{country} {subdivision}".rstrip()
            return f"country {place}" + ("" if observed else " without substitute days")
        case DayHoliday(day):
            return day.isoformat()
        case YearlyHoliday(month, day):
            return f"yearly {month:02}-{day:02}"
        case EasterHoliday(offset):
            return f"easter {offset:+}"
        case FileHolidays(path, text):
            return f"file {path} ({hashlib.sha256(text.encode()).hexdigest()[:8]})"
