"""Which parts of the rules scenarios and checks have put to the test, in the language's own units.

A target is covered when it decided a clock, an override when one of its targets did, a pause when a clock went into it and
when it came out again, a step of a ladder when it was taken, an exception of a calendar when a clock ran in its time, a line of credits
when it put a line into a statement that an expectation asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dsl.commitment import Credits
from dsl.ladder import LadderStep
from dsl.model import Calendar, RuleSet, Target
from dsl.span import Origin, Span
from engine.calendar.closures import closures_of
from engine.calendar.hours import Interval
from engine.clock import Clock
from engine.commitment.credits import Line
from engine.commitment.words import band_line, breach_line, cap_line
from engine.evaluate import Evaluated
from engine.wall import date_of, day_number, local_day, weekday, zone


class Unit(StrEnum):
    """What can be covered. A pause is two: going in and coming out."""

    TARGET = "target"
    OVERRIDE = "override"
    ENTERED = "pause entered"
    LEFT = "pause left"
    STEP = "ladder step"
    EXCEPTION = "calendar exception"
    CREDIT = "credit band"


@dataclass(frozen=True, slots=True)
class Covered:
    """One unit, where it stands, and how many tickets put it to the test, or statements."""

    unit: Unit
    name: str
    span: Span
    hits: int


_Ticket = tuple[int, int]
_ByYear = Callable[[int], Iterable[Interval]]
"""The spans of instants of a local year."""
_Seen = dict[tuple[Unit, object], set[_Ticket]]


class Coverage:
    """Watches scenarios run (a `Witness`), and says what they covered."""

    def __init__(self) -> None:
        self._run = 0
        self._statements = 0
        self._seen: _Seen = {}
        self._ran: dict[str, set[tuple[_Ticket, int, int]]] = {}
        self._holding: dict[tuple[_Ticket, str, int], tuple[str, ...]] = {}

    def begins(self) -> None:
        """What is seen from here on is about other tickets."""
        self._run += 1
        self._holding.clear()

    def sees(self, evaluated: Evaluated, steps: Sequence[LadderStep]) -> None:
        """Take note of a look at a ticket, with the steps that were taken in it."""
        ticket = (self._run, evaluated.ticket_id)
        for clock in evaluated.clocks:
            self._note(Unit.TARGET, clock.promise.where, ticket)
            self._note(Unit.OVERRIDE, clock.promise.decided_by, ticket)
            self._pauses(clock, ticket)
            end = clock.due if clock.stopped is None else clock.stopped
            self._ran.setdefault(clock.calendar, set()).add((ticket, clock.started, end or clock.started))
        for step in steps:
            self._note(Unit.STEP, step.origin, ticket)

    def pays(self, lines: Iterable[Line]) -> None:
        """Take note of what a month comes to."""
        self._statements += 1
        for line in lines:
            self._note(Unit.CREDIT, line.origin, (self._run, -self._statements))

    def _pauses(self, clock: Clock, ticket: _Ticket) -> None:
        key = (ticket, clock.metric, clock.cycle)
        before = self._holding.get(key, ())
        self._holding[key] = clock.paused_by
        for name in clock.paused_by:
            self._note(Unit.ENTERED, name, ticket)
        if clock.stopped is None:
            for name in before:
                if name not in clock.paused_by:
                    self._note(Unit.LEFT, name, ticket)

    def _note(self, unit: Unit, what: object, ticket: _Ticket) -> None:
        self._seen.setdefault((unit, what), set()).add(ticket)

    # ------------------------------------------------------------ what it comes to

    def of(self, rules: RuleSet, locate: Callable[[Origin], Span]) -> list[Covered]:
        """Every unit of the rules, in the order of their files."""
        found = [
            Covered(unit, name, locate(origin), len(tickets))
            for unit, name, origin, tickets in (*self._promises(rules, locate), *self._others(rules))
        ]
        return sorted(found, key=lambda one: (one.span, one.unit))

    def _hits(self, unit: Unit, what: object) -> set[_Ticket]:
        return self._seen.get((unit, what), set())

    def _promises(
        self, rules: RuleSet, locate: Callable[[Origin], Span]
    ) -> Iterator[tuple[Unit, str, Origin, set[_Ticket]]]:
        for target in targets_of(rules):
            span = locate(target.origin)
            yield (
                Unit.TARGET,
                target.rule.removeprefix("target "),
                target.origin,
                self._hits(Unit.TARGET, f"{span.path}:{span.line}"),
            )
        for kind, parties in (("customer", rules.customers), ("group", rules.groups)):
            for party in parties.values():
                for override in party.overrides:
                    name = f"{override.name} of {kind} {party.name}"
                    yield Unit.OVERRIDE, name, override.origin, self._hits(Unit.OVERRIDE, f"override {name}")

    def _others(self, rules: RuleSet) -> Iterator[tuple[Unit, str, Origin, set[_Ticket]]]:
        for pause in rules.pauses.values():
            for unit in (Unit.ENTERED, Unit.LEFT):
                yield unit, pause.name, pause.origin, self._hits(unit, pause.name)
        for credits_ in rules.credits.values():
            for name, origin in credit_lines(credits_):
                yield Unit.CREDIT, name, origin, self._hits(Unit.CREDIT, origin)
        for ladder in rules.escalations.values():
            for step in ladder.steps:
                yield Unit.STEP, step.rule, step.origin, self._hits(Unit.STEP, step.origin)
        for calendar in rules.calendars.values():
            for name, origin, spans in exceptions(calendar):
                yield Unit.EXCEPTION, name, origin, set(self._running_in(calendar, spans))

    def _running_in(self, calendar: Calendar, spans: _ByYear) -> Iterator[_Ticket]:
        """The tickets with a clock that ran in one of the spans."""
        for ticket, start, end in self._ran.get(calendar.name, ()):
            last = max(end, start + 1)
            first_year, last_year = (date_of(local_day(at, calendar.zone)).year for at in (start, last - 1))
            years = range(first_year, last_year + 1)
            if any(start < b and a < last for year in years for a, b in spans(year)):
                yield ticket


def targets_of(rules: RuleSet) -> Iterator[Target]:
    """Every target line once, also one that several tiers have by `like`."""
    seen: set[Origin] = set()
    groups = [tier.targets for tier in rules.tiers.values()]
    for party in (*rules.customers.values(), *rules.groups.values()):
        groups += [override.targets for override in party.overrides]
    for targets in groups:
        for target in targets:
            if target.origin not in seen:
                seen.add(target.origin)
                yield target


def credit_lines(credits_: Credits) -> Iterator[tuple[str, Origin]]:
    """The lines of credits, and where each stands."""
    yield from ((band_line(band), band.origin) for band in credits_.bands)
    yield from ((breach_line(one), one.origin) for one in credits_.breaches)
    if credits_.cap is not None:
        yield cap_line(credits_.cap), credits_.capped


def exceptions(calendar: Calendar) -> Iterator[tuple[str, Origin, _ByYear]]:
    """What makes times of a calendar unlike others of the week: a name, where it stands, and when that is.

    A holiday on a day of the week that is closed anyway is none.
    """
    for opened in calendar.open_dates:
        yield f"open {opened.day.isoformat()}", opened.origin, _on(opened.day, calendar)
    for closed in calendar.closed_dates:
        alone = replace(calendar, closed_dates=(closed,), holidays=())
        yield f"closed {closed.day.isoformat()}", closed.origin, _closing(alone)
    for holidays in calendar.holidays:
        alone = replace(calendar, closed_dates=(), holidays=(holidays,))
        yield f"holidays {holidays.name} of {calendar.name}", holidays.origin, _on_weekdays(alone)


def _on(day: date, calendar: Calendar) -> _ByYear:
    whole = zone(calendar.zone).day_spans(day_number(day))
    return lambda year: whole if day.year == year else []


def _closing(calendar: Calendar) -> _ByYear:
    def spans(year: int) -> Iterator[Interval]:
        closures = closures_of(calendar, year)
        for day, _ in closures.days:
            yield from zone(calendar.zone).day_spans(day)
        yield from ((start, end) for start, end, _ in closures.spans)

    return spans


def _on_weekdays(calendar: Calendar) -> _ByYear:
    """What of its closures is on days of the week on which it opens."""
    closing = _closing(calendar)

    def spans(year: int) -> Iterator[Interval]:
        for start, end in closing(year):
            for day in range(local_day(start, calendar.zone), local_day(end - 1, calendar.zone) + 1):
                if calendar.weekly[weekday(day)]:
                    for a, b in zone(calendar.zone).day_spans(day):
                        yield max(a, start), min(b, end)

    return spans
