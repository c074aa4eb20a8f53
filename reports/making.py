"""Makes a report of a store and its archive. Acts: reads the store, and what was told of it before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Generic, TypeVar

from engine.calendar.period import Period, Span, last_months
from engine.facts import Instant
from engine.graph import Graph
from engine.store.sql import SqlStore
from reports import ledger
from reports.compliance import Judged, Standing
from reports.correction import Closing, Register, Told
from reports.sources import Source
from reports.statement import Report, Scope, during

T = TypeVar("T")
_DAY = 86_400
"""A day of a zone is begun and over within so many seconds of that of UTC."""


def span_in(graph: Graph, known: Register, period: Period, zone: str = "") -> Callable[[str], Span]:
    """A customer's span of a period, in its own zone unless one is given, a closed one as it was closed."""

    @cache
    def span_of(customer: str) -> Span:
        closed = None if zone else known.covers(customer, period.name)
        return (closed.start, closed.end) if closed else period.span(zone or graph.zone(customer))

    return span_of


def spans(
    graph: Graph, known: Register, period: Period, zone: str = ""
) -> tuple[Callable[[str], Span], Span]:
    """A customer's span of a period, as `span_in` has it; and one that holds those of everybody."""
    span_of = span_in(graph, known, period, zone)
    every = [span_of(customer) for customer in {"", *graph.ruleset.customers, *known.customers()}]
    return span_of, (min(start for start, _ in every), max(end for _, end in every))


class Shelf(Generic[T]):
    """Things by customer; sorted out when somebody asks for one."""

    def __init__(self, things: Sequence[T], customer_of: Callable[[T], str]) -> None:
        self._things = things
        self._customer_of = customer_of

    def of(self, customer: str | None) -> Sequence[T]:
        """Those of a customer, or all."""
        return self._things if customer is None else self._sorted.get(customer, [])

    @cached_property
    def _sorted(self) -> Mapping[str, Sequence[T]]:
        found: dict[str, list[T]] = {}
        for thing in self._things:
            found.setdefault(self._customer_of(thing), []).append(thing)
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """Clocks, what closings told, and these closings; maybe of more time than somebody needs."""

    clocks: Shelf[Judged]
    told: Shelf[tuple[Closing, Told]]
    closings: Sequence[Closing]


def make(
    store: SqlStore,
    graph: Graph,
    now: Instant,
    period: Period,
    scope: Scope,
    shown: frozenset[Standing],
    *,
    zone: str = "",
    anew: bool = False,
) -> Report:
    """The report of a period as the store has it at `now`. `anew`: as `graph` judges what is not closed, whatever is stored.
    Raises StoreError, EngineError."""
    making = Making(store, graph, now, period, shown, zone=zone, anew=anew)
    names = [scope.wanted["customer"]] if "customer" in scope.wanted else []
    [report] = making.reports([scope], making.read(names))
    return report


class Making:
    """Makes reports of one period; what they have in common is read once. `known` are the closings of the store."""

    def __init__(
        self,
        store: SqlStore,
        graph: Graph,
        now: Instant,
        period: Period,
        shown: frozenset[Standing],
        *,
        zone: str = "",
        anew: bool = False,
    ) -> None:
        """As `make`. Raises StoreError, EngineError."""
        self._store = store
        self._graph = graph
        self._now = now
        self._period = period
        self._shown = shown
        self._zone = zone
        self._source = Source(store, graph, now, anew=anew)
        self.known = ledger.register(store)
        self._span_of, self._widest = spans(graph, self.known, period, zone)
        pending = ledger.pending(store, self._source, self.known)
        self._pending = Shelf(pending, lambda item: item.clock.customer)

    def customers(self) -> set[str]:
        """Whoever is declared, has tickets, or had any when something was closed. Raises StoreError, EngineError."""
        return self._source.customers() | set(self._graph.ruleset.customers) | self.known.customers()

    def read(self, customers: Sequence[str] = (), months: int = 0) -> Reading:
        """What the reports of these customers, or of everybody, are made of; with so many calendar months up to that of the period's last
        day. Raises StoreError, EngineError."""
        every = [self._span_of(name) for name in customers] or [self._widest]
        if months:
            known = last_months(self._period, "UTC", months)
            every.append((known[0].span("UTC")[0] - _DAY, known[-1].span("UTC")[1] + _DAY))
        widest = min(start for start, _ in every), max(end for _, end in every)
        closings = self.known.touching(*widest)
        if customers:
            closings = [item for item in closings if item.customer in {"", *customers}]
        return Reading(
            Shelf(self._source.clocks(widest, customers), lambda clock: clock.customer),
            Shelf(ledger.told_by(self._store, closings), lambda item: item[1].clock.customer),
            closings,
        )

    def reports(self, scopes: Sequence[Scope], reading: Reading) -> Iterator[Report]:
        """The reports of these scopes, in their order, of what was read of their customers."""
        for scope in scopes:
            name = scope.wanted.get("customer")
            own = [item for item in reading.closings if name is None or item.customer in {"", name}]
            pending = self._pending.of(name)
            yield self._report(scope, reading.clocks.of(name), reading.told.of(name), pending, own)

    def _report(
        self,
        scope: Scope,
        live: Sequence[Judged],
        told: Sequence[tuple[Closing, Told]],
        pending: Sequence[Told],
        closings: Sequence[Closing],
    ) -> Report:
        counted = during(live, told, self.known, self._span_of, scope)
        clocks = tuple(sorted(counted, key=lambda item: item[0].key))
        corrections = _corrections(told, pending, self.known, self._span_of)
        named = {clock.customer for clock, _ in clocks} | {item.clock.customer for item in corrections}
        named.add(scope.wanted.get("customer", ""))
        return Report(
            self._period,
            self._zone,
            {name: self._graph.zone(name) for name in named},
            self._now,
            self._graph.digest,
            scope,
            clocks,
            tuple(item for item in corrections if scope.takes(item.clock)),
            tuple(item for item in closings if _within(item, self._span_of)),
            self._shown,
        )


def _corrections(
    told: Sequence[tuple[Closing, Told]],
    pending: Sequence[Told],
    known: Register,
    span_of: Callable[[str], Span],
) -> list[Told]:
    """Those that belong to the period: told by a closing that begins in it, or to be told by the one that comes next."""
    found = []
    for closing, item in told:
        start, end = span_of(item.clock.customer)
        if item.of and start <= closing.start < end:
            found.append(item)
    for item in pending:
        start, end = span_of(item.clock.customer)
        closed = known.of(item.clock.customer)
        if closed is not None and start <= closed.until < end:
            found.append(item)
    return found


def _within(closing: Closing, span_of: Callable[[str], Span]) -> bool:
    start, end = span_of(closing.customer)
    return closing.start < end and closing.end > start
