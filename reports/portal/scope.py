"""What one customer may see: the only way from a page to the store.

A `View` is made for one customer, by whoever knows who asks (a session or a link); it has no method that takes another customer's name,
and every question that it puts to the store has its own in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import local
from time import monotonic

from dsl.model import ALWAYS
from engine.calendar.period import month_of
from engine.clock import OPEN_STATES, State
from engine.commitment.uptime import Figure, figures
from engine.errors import EngineError, StoreError
from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant
from engine.graph import Graph
from engine.store import of_customer, publications
from engine.store.publications import Publication
from engine.store.sql import SqlStore
from reports.compliance import Figures, by, standing
from reports.compliance import figures as counted
from reports.composing import history
from reports.sources import Source

KEPT = 30.0
"""Seconds that a connection to the store is used for: a file that was put in its place is found soon."""


class UnservedError(EngineError):
    """The rules in force do not declare this customer."""


@dataclass(frozen=True, slots=True)
class Compliance:
    """What became of the clocks of the month that `[start, end)` is the part of so far."""

    start: int
    end: int
    total: Figures
    by_metric: Mapping[str, Figures]
    by_priority: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that goes on: `left` are the seconds of service between now and its due, either way; `at` None while nothing is due."""

    metric: str
    title: str
    cycle: int
    state: State
    started: int
    at: int | None
    left: int
    around_the_clock: bool


@dataclass(frozen=True, slots=True)
class Open:
    """An open ticket with its clocks that go on, what is due first first."""

    key: str
    subject: str
    priority: str
    status: str
    opened: int
    due: tuple[Due, ...]

    @property
    def first(self) -> Due | None:
        return self.due[0] if self.due else None


class View:
    """What a customer may see at `now`. Every method raises StoreError."""

    def __init__(
        self,
        store: SqlStore,
        graph: Graph,
        customer: str,
        now: int,
        remembered: dict[object, Compliance] | None = None,
    ) -> None:
        """`remembered` is what was counted of this very version of the store. Raises UnservedError."""
        declared = graph.ruleset.customers.get(customer)
        if declared is None:
            raise UnservedError(f"the rules declare no customer {customer}")
        self._store = store
        self._graph = graph
        self._customer = customer
        self._remembered = {} if remembered is None else remembered
        self.now = Instant(now)
        self.title = declared.title or customer
        self.zone = graph.zone(customer)

    def compliance(self) -> Compliance:
        """The month so far."""
        start, end = month_of(self.now, self.zone).span(self.zone)
        with self._store.connection.trouble():
            waiting = of_customer.unsettled(self._store.connection, self._customer, self.now)
        # Where no ticket waits for an engine, time alone changes nothing in it.
        key = (self._customer, self._graph.digest, start)
        if not waiting and key in self._remembered:
            return replace(self._remembered[key], end=min(end, self.now))
        source = Source(self._store, self._graph, self.now, waiting=waiting)
        clocks = [
            (clock, which)
            for clock in source.clocks((start, end), [self._customer])
            if clock.customer == self._customer and (which := standing(clock, start, end)) is not None
        ]
        total = counted(which for _, which in clocks)
        found = Compliance(
            start, min(end, self.now), total, by("metric", clocks), self._in_order(by("priority", clocks))
        )
        if not waiting:
            self._remembered[key] = found
        return found

    def _in_order(self, found: Mapping[str, Figures]) -> dict[str, Figures]:
        """Priorities as the rules list them, then those that the rules do not know."""
        declared = self._graph.ruleset.priorities
        return {name: found[name] for name in (*(one for one in declared if one in found), *found)}

    def tickets(self) -> list[Open]:
        """Open tickets, what is due first first."""
        connection = self._store.connection
        with connection.trouble():
            waiting = of_customer.unsettled(connection, self._customer, self.now)
            known = of_customer.tickets(connection, self._customer)
            going: dict[int, list[Due]] = {}
            for clock in of_customer.clocks(connection, self._customer):
                going.setdefault(clock.ticket, []).append(
                    self._due(
                        clock.metric, clock.cycle, clock.state, clock.started, clock.due, clock.calendar
                    )
                )
        anew = self._anew(waiting)
        found = [
            Open(one.key, one.subject, one.priority, one.status, one.opened, tuple(going.get(one.id, ())))
            for one in known
            if one.id not in anew
        ]
        found += [one for one in anew.values() if one is not None]
        return sorted(found, key=_urgency)

    def _anew(self, waiting: list[int]) -> dict[int, Open | None]:
        """Tickets that an engine has still to look at, as they are; None of what has ended, or is somebody else's by now."""
        found: dict[int, Open | None] = dict.fromkeys(waiting)
        for ticket in self._store.tickets(waiting, self.now) if waiting else ():
            evaluated = evaluate(ticket, self._graph, self.now)
            if evaluated.customer == self._customer and not evaluated.closed:
                found[ticket.id] = self._open(ticket.key, evaluated)
        return found

    def _open(self, key: str, evaluated: Evaluated) -> Open:
        fields = evaluated.fields
        due = [
            self._due(clock.metric, clock.cycle, clock.state, clock.started, clock.due, clock.calendar)
            for clock in evaluated.clocks
            if clock.state in OPEN_STATES
        ]
        due.sort(key=lambda one: (one.at is None, one.at or 0, one.metric, one.cycle))
        subject, priority, status = (str(fields.get(name, "")) for name in ("subject", "priority", "status"))
        return Open(key, subject, priority, status, evaluated.opened, tuple(due))

    def _due(self, metric: str, cycle: int, state: State, started: int, at: int | None, calendar: str) -> Due:
        hours = self._graph.hours(calendar)
        left = 0 if at is None else hours.elapsed(min(at, self.now), max(at, self.now))
        return Due(metric, self.metric(metric), cycle, state, started, at, left, calendar == ALWAYS)

    def metric(self, name: str) -> str:
        """The title of a metric, "" for a built-in one."""
        declared = self._graph.metric(name)
        return declared.title if declared else ""

    def uptime(self) -> list[Figure]:
        """Uptime of this month, and of rolling windows that end now, by service and commitment."""
        start, end = month_of(self.now, self.zone).span(self.zone)
        known = history(self._store, self._graph, (start, end), self.now, customer=self._customer)
        return list(figures(self._graph, self._customer, start, end, known, self.now))

    def service(self, name: str) -> str:
        """The title of a service."""
        declared = self._graph.ruleset.services.get(name)
        return (declared.title or name) if declared else "All services"

    def calendar(self, name: str) -> str:
        """The title of a calendar, "" for around the clock."""
        declared = self._graph.ruleset.calendars.get(name)
        return "" if name == ALWAYS else (declared.title or name) if declared else name

    def reports(self) -> list[Publication]:
        """What was published for the customer, the latest period first."""
        return publications.published(self._store.connection, self._customer)

    def report(self, number: int) -> Publication | None:
        """One of these, None if there is no such."""
        return next((one for one in self.reports() if one.id == number), None)

    def content(self, number: int) -> bytes | None:
        """The bytes of one of these."""
        return publications.content(self._store.connection, self._customer, number)


def _urgency(one: Open) -> tuple[bool, int, int, str]:
    at = one.first.at if one.first else None
    return (at is None, at or 0, one.opened, one.key)


@dataclass(slots=True)
class _Kept:
    """A thread's connection, since when, and what was counted of the version that it saw last."""

    store: SqlStore
    began: float
    version: int = 0
    remembered: dict[object, Compliance] = field(default_factory=dict)

    def look(self) -> None:
        """Forget what was counted of another version."""
        connection = self.store.connection
        with connection.trouble():
            [version] = connection.execute(f"SELECT {connection.version}").fetchone()
        if version != self.version:
            self.version = version
            self.remembered.clear()


class Views:
    """Makes views of a store that is only ever read; each thread has a connection, and keeps it for a while."""

    def __init__(
        self, opened: Callable[[], SqlStore], graph: Callable[[SqlStore], Graph], now: Callable[[], int]
    ) -> None:
        """`opened` raises StoreError, `graph` EngineError while no rules are in force."""
        self._opened = opened
        self._graph = graph
        self._now = now
        self._mine = local()

    @contextmanager
    def of(self, customer: str) -> Iterator[View]:
        """The view of one customer. Raises StoreError, EngineError, UnservedError."""
        with self._store() as kept:
            kept.look()
            yield View(kept.store, self._graph(kept.store), customer, self._now(), kept.remembered)

    def check(self) -> None:
        """Raises EngineError where the store cannot be read, or has no rules."""
        with self._store() as kept:
            self._graph(kept.store)
            kept.store.generation()

    def serves(self, customer: str) -> bool:
        """Whether the rules in force declare it. Raises EngineError."""
        with self._store() as kept:
            return customer in self._graph(kept.store).ruleset.customers

    @contextmanager
    def _store(self) -> Iterator[_Kept]:
        kept: _Kept | None = getattr(self._mine, "kept", None)
        if kept is not None and monotonic() - kept.began >= KEPT:
            self._let_go()
            kept = None
        if kept is None:
            kept = self._mine.kept = _Kept(self._opened(), monotonic())
        try:
            yield kept
        except StoreError:
            self._let_go()  # whatever was the matter, the next one begins anew
            raise

    def _let_go(self) -> None:
        kept: _Kept = self._mine.kept
        del self._mine.kept
        kept.store.close()
