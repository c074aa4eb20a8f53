"""Makes scorecards of customers: the month so far with what it comes to, and the months before it. Acts: reads the store.

The figures are those of reports and statements, made by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.calendar.period import Period, month_of
from engine.commitment.uptime import Figure, figures
from engine.facts import Instant
from engine.graph import Graph
from engine.store.sql import SqlStore
from reports import ledger
from reports.books import Books
from reports.compliance import Figures, Standing, by
from reports.compliance import figures as counted
from reports.composing import history
from reports.correction import Register, Told
from reports.making import spans
from reports.scorecard import Scorecard
from reports.settlement import Settlement
from reports.sources import Source
from reports.statement import Scope, during


class Scorer:
    """Reads a store as of `now`. `anew`: as `graph` judges, whatever is stored, so that the past can be seen. Where one `customer` is
    asked about, clocks of others may be left out. Raises StoreError."""

    def __init__(
        self, store: SqlStore, graph: Graph, now: Instant, *, anew: bool = False, customer: str = ""
    ) -> None:
        self._store = store
        self._graph = graph
        self._now = now
        self._known = Register(one for one in ledger.register(store).closings if one.at <= now)
        self._customer = customer
        self._source = Source(store, graph, now, anew=anew)

    def month(self, period: Period) -> Mapping[str, list[Told]]:
        """The clocks of a month by customer, each customer's in its own zone. Raises StoreError."""
        span_of, widest = spans(self._graph, self._known, period)
        if self._customer:
            widest = span_of(self._customer)
        told = ledger.told_by(self._store, self._known.touching(*widest))
        found: dict[str, list[Told]] = {}
        for clock, which in during(
            self._source.clocks(widest, [self._customer] if self._customer else ()),
            told,
            self._known,
            span_of,
            Scope({}),
        ):
            found.setdefault(clock.customer, []).append(Told(clock, which))
        return found

    def figures(self, period: Period) -> Mapping[str, Figures]:
        """The figures of a month by customer. Raises StoreError."""
        return {name: counted(_standings(told)) for name, told in self.month(period).items()}

    def so_far(self) -> Iterator[Scorecard]:
        """Every declared customer, and whoever else has clocks, in the month that is not over, one by one. Raises StoreError."""
        books = Books(self._store, self._graph, self._known)
        pending: dict[str, list[Told]] = {}
        for item in ledger.pending(self._store, self._source, self._known):
            pending.setdefault(item.clock.customer, []).append(item)
        declared = self._graph.ruleset.customers
        periods = {period.name: period for period in map(self.period, {"", *declared})}
        told = {name: self.month(period) for name, period in periods.items()}
        everybody = {*declared, *(name for found in told.values() for name in found)}
        for name in sorted(everybody):
            period = self.period(name)
            yield self._scorecard(name, told[period.name].get(name, []), period, books, pending.get(name, []))

    def settlement(self, customer: str, period: Period) -> Settlement:
        """What a month of a declared customer comes to: as it was closed, else so far. Raises StoreError."""
        books = Books(self._store, self._graph, self._known)
        kept = books.kept([customer], [period.name]).get((customer, period.name))
        if kept is not None:
            return kept
        told = self.month(period).get(customer, [])
        pending = [
            item
            for item in ledger.pending(self._store, self._source, self._known)
            if item.clock.customer == customer
        ]
        return books.settle(
            customer, period, period.span(self._graph.zone(customer)), told, pending, self._now
        )

    def period(self, customer: str) -> Period:
        """The month that is not over where the customer is."""
        return month_of(self._now, self._graph.zone(customer))

    def _scorecard(
        self, name: str, told: list[Told], period: Period, books: Books, pending: list[Told]
    ) -> Scorecard:
        graph, now = self._graph, self._now
        declared = graph.ruleset.customers.get(name)
        terms = graph.terms(name, now)
        zone = graph.zone(name)
        settlement: Settlement | None = None
        uptime: tuple[Figure, ...] = ()
        if declared:
            span = period.span(zone)
            settlement = books.settle(name, period, span, told, pending, now)
            uptime = settlement.figures
            if settlement.trouble:
                uptime = tuple(figures(graph, name, *span, history(self._store, graph, span, now), now))
        return Scorecard(
            name=name,
            title=(declared.title or name) if declared else name,
            declared=declared is not None,
            group=declared.group if declared else "",
            tier=terms.tier if terms else "",
            zone=zone,
            period=period.name,
            figures=counted(_standings(told)),
            metrics=by("metric", [(one.clock, one.standing) for one in told if one.standing is not None]),
            uptime=uptime,
            settlement=settlement,
            trouble=settlement.trouble if settlement else "",
        )


def _standings(told: Iterable[Told]) -> Iterator[Standing]:
    return (one.standing for one in told if one.standing is not None)
