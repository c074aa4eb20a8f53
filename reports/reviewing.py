"""The months of customers, looked at for another talk. Acts: reads what closings kept, and counts months that are not closed."""

from __future__ import annotations

from collections.abc import Iterable

from engine.calendar.period import Period
from engine.facts import Instant
from engine.graph import Graph
from engine.store.sql import SqlStore
from reports.books import settlements
from reports.renegotiation import Talk, months_to_look_at, needs_talk
from reports.settlement import Settlement


def reviews(
    store: SqlStore, graph: Graph, now: Instant, period: Period, customers: Iterable[str]
) -> dict[str, tuple[Talk, ...]]:
    """What concerns each of these declared customers, by the months up to that one. A month in which nothing was decided and nothing
    measured is not known. Raises StoreError."""
    names = list(customers)
    periods = months_to_look_at(graph.ruleset, period)
    found = settlements(store, graph, now, periods, names)
    return {
        name: needs_talk(
            graph.ruleset,
            name,
            _tier(graph, name, period, now),
            [_known(found[name, each.name]) for each in periods],
        )
        for name in names
    }


def _known(one: Settlement) -> Settlement | None:
    measured = any(figure.measured for figure in one.figures)
    return one if one.closing or measured or one.metrics or one.entries or one.trouble else None


def _tier(graph: Graph, customer: str, period: Period, now: int) -> str:
    """The tier of a customer at the end of a month, or now if it has not ended."""
    terms = graph.terms(customer, min(now, period.span(graph.zone(customer))[1] - 1))
    return terms.tier if terms else ""
