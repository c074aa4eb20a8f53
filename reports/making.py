"""Makes a report of a store and its archive. Acts: reads the store, and what was told of it before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Generic, TypeVar

from engine.calendar.period import Period, Span
from engine.facts import Instant
from engine.graph import Graph
from engine.store.sql import SqlStore
from reports import ledger
from reports.compliance import Judged, Standing
from reports.correction import Closing, Register, Told
from reports.sources import Source
from reports.statement import Report, Scope, during

T = TypeVar("T")


def spans(
    graph: Graph, known: Register, period: Period, zone: str = ""
) -> tuple[Callable[[str], Span], Span]:
    """A customer's span of a period, in its own zone unless one is given, a closed one as it was closed; and one that holds those of
    everybody."""

    @cache
    def span_of(customer: str) -> Span:
        closed = None if zone else known.covers(customer, period.name)
        return (closed.start, closed.end) if closed else period.span(zone or graph.zone(customer))

    every = [span_of(customer) for customer in {"", *graph.ruleset.customers, *known.customers()}]
    return span_of, (min(start for start, _ in every), max(end for _, end in every))


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
    [report] = Making(store, graph, now, period, shown, zone=zone, anew=anew).reports([scope])
    return report


class Making:
    """Makes reports of one period; what they have in common is read once."""

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
        self._known = ledger.register(store)
        self._span_of, self._widest = spans(graph, self._known, period, zone)
        self._pending = ledger.pending(store, self._source, self._known)

    def customers(self) -> set[str]:
        """Whoever is declared, has tickets, or had any when something was closed. Raises StoreError, EngineError."""
        return self._source.customers() | set(self._graph.ruleset.customers) | self._known.customers()

    def reports(self, scopes: Sequence[Scope]) -> Iterator[Report]:
        """The reports of these scopes, in their order. If each is about a customer, only what these have is read, and each of it once.
        Raises StoreError, EngineError."""
        names = [scope.wanted["customer"] for scope in scopes if "customer" in scope.wanted]
        if len(names) < len(scopes):
            names = []
        every = [self._span_of(name) for name in names] or [self._widest]
        widest = min(start for start, _ in every), max(end for _, end in every)
        closings = [
            item for item in self._known.touching(*widest) if not names or item.customer in {"", *names}
        ]
        clocks = _Shelf(self._source.clocks(widest, names), lambda clock: clock.customer)
        told = _Shelf(ledger.told_by(self._store, closings), lambda item: item[1].clock.customer)
        pending = _Shelf(self._pending, lambda item: item.clock.customer)
        for scope in scopes:
            name = scope.wanted.get("customer")
            own = [item for item in closings if name is None or item.customer in {"", name}]
            yield self._report(scope, clocks.of(name), told.of(name), pending.of(name), own)

    def _report(
        self,
        scope: Scope,
        live: Sequence[Judged],
        told: Sequence[tuple[Closing, Told]],
        pending: Sequence[Told],
        closings: Sequence[Closing],
    ) -> Report:
        counted = during(live, told, self._known, self._span_of, scope)
        clocks = tuple(sorted(counted, key=lambda item: item[0].key))
        corrections = _corrections(told, pending, self._known, self._span_of)
        named = {clock.customer for clock, _ in clocks} | {item.clock.customer for item in corrections}
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


class _Shelf(Generic[T]):
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
