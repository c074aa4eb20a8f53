"""Composes a paper: the report, and what else a store knows about the same customer and time. Acts: reads the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dsl.report import SECTIONS
from engine.calendar.period import Period, Span, month_of
from engine.commitment.days import Strip, strip
from engine.commitment.uptime import History, figures, reach
from engine.facts import Instant
from engine.graph import Graph
from engine.store import outages
from engine.store.sql import SqlStore
from reports import ledger
from reports.books import settlement
from reports.compliance import figures as counted
from reports.making import span_in
from reports.paper import Month, Paper
from reports.settlement import Settlement
from reports.sources import Source
from reports.statement import Report, during

MONTHS = 12
"""How far a trend looks back, the month of the report included."""
_DAY = 86_400


def compose(
    store: SqlStore,
    graph: Graph,
    report: Report,
    *,
    title: str = "Service report",
    show: Sequence[str] = SECTIONS,
    months: int = MONTHS,
    anew: bool = False,
) -> Paper:
    """The report as a paper, as of the instant it was made at. `anew` as in `making.make`. Raises StoreError, EngineError."""
    name = report.scope.wanted.get("customer", "")
    declared = graph.ruleset.customers.get(name)
    settled = _settled(store, graph, report, name) if declared and {"uptime", "credits"} & set(show) else None
    return Paper(
        report,
        title,
        (declared.title or name) if declared else name,
        tuple(_trend(store, graph, report, months, anew=anew)) if "compliance" in show else (),
        tuple(_strips(store, graph, report, name, settled)) if declared and "uptime" in show else (),
        settled if "credits" in show else None,
        tuple(show),
    )


def _settled(store: SqlStore, graph: Graph, report: Report, customer: str) -> Settlement | None:
    """What the month comes to; None of another period, or of a part of what the customer has."""
    start = report.period.start
    whole = isinstance(start, date) and report.period.name == f"{start:%Y-%m}" and not report.zone
    if not whole or report.scope.wanted.keys() != {"customer"}:
        return None
    return settlement(store, graph, Instant(report.made_at), report.period, customer)


def _trend(store: SqlStore, graph: Graph, report: Report, months: int, *, anew: bool) -> Iterator[Month]:
    """The figures of the months up to that of the period's last day, from the first one on that has any."""
    customer = report.scope.wanted.get("customer", "")
    known = ledger.register(store)
    wanted = _months(report, customer, months)
    spans_of = [span_in(graph, known, period, report.zone) for period in wanted]
    names = [customer] if customer else ["", *graph.ruleset.customers, *known.customers()]
    widest = (
        min(spans_of[0](name)[0] for name in names),
        max(spans_of[-1](name)[1] for name in names),
    )
    source = Source(store, graph, Instant(report.made_at), anew=anew, customer=customer)
    clocks = source.clocks(widest)
    told = ledger.told_by(store, [one for one in known.touching(*widest) if one.customer in {"", *names}])
    begun = False
    for period, span_of in zip(wanted, spans_of, strict=True):
        found = during(clocks, told, known, span_of, report.scope)
        month = Month(period.name, counted(which for _, which in found))
        begun = begun or bool(month.figures.percent) or period is wanted[-1]
        if begun:
            yield month


def _months(report: Report, customer: str, months: int) -> list[Period]:
    found = [month_of(_last(report, customer), report.zone_of(customer))]
    while len(found) < months:
        first = found[0].start
        assert isinstance(first, date)
        before = first - timedelta(days=1)
        found.insert(0, Period(before.replace(day=1), first))
    return found


def _last(report: Report, customer: str) -> int:
    return report.period.span(report.zone_of(customer))[1] - 1


def _strips(
    store: SqlStore, graph: Graph, report: Report, customer: str, settled: Settlement | None
) -> Iterator[Strip]:
    """Uptime as it was closed, else as it is."""
    now = report.made_at
    span = (settled.start, settled.end) if settled else report.period.span(report.zone_of(customer))
    known = history(store, graph, span, now)
    found = settled.figures if settled else tuple(figures(graph, customer, *span, known, now))
    for one in found:
        yield strip(graph, one, span, known, now)


def history(store: SqlStore, graph: Graph, span: Span, now: int, *, customer: str | None = None) -> History:
    """What is recorded of outages that any commitment looks at for a period, only of one customer where it is named. Raises StoreError."""
    connection = store.connection
    start = min(span[0], now) - reach(graph.ruleset) - 2 * _DAY
    return History(
        outages.outages(connection, Instant(start), Instant(max(now, start)), customer=customer),
        outages.notices(connection, customer=customer),
        outages.known_since(connection),
    )
