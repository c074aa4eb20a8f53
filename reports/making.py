"""Makes a report of a store and its archive. Acts: reads the store, and what was told of it before."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from engine.calendar.period import Period, Span
from engine.facts import Instant
from engine.graph import Graph
from engine.store.sql import SqlStore
from reports import ledger
from reports.compliance import Standing
from reports.correction import Closing, Register, Told
from reports.sources import Source
from reports.statement import Report, Scope, during


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
    customer = scope.wanted.get("customer", "")
    source = Source(store, graph, now, anew=anew, customer=customer)
    known = ledger.register(store)
    span_of, widest = spans(graph, known, period, zone)
    if customer:
        widest = span_of(customer)
    closings = known.touching(*widest)
    if customer:
        closings = [item for item in closings if item.customer in ("", customer)]
    told = ledger.told_by(store, closings)
    counted = during(source.clocks(widest), told, known, span_of, scope)
    clocks = tuple(sorted(counted, key=lambda item: item[0].key))
    corrections = _corrections(told, ledger.pending(store, source, known), known, span_of)
    return Report(
        period,
        zone,
        {
            name: graph.zone(name)
            for name in {clock.customer for clock, _ in clocks}
            | {item.clock.customer for item in corrections}
            | {customer}
        },
        now,
        graph.digest,
        scope,
        clocks,
        tuple(item for item in corrections if scope.takes(item.clock)),
        tuple(item for item in closings if _within(item, span_of)),
        shown,
    )


def _corrections(
    told: list[tuple[Closing, Told]],
    pending: list[Told],
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
