"""Composes a paper: the report, and what else a store knows about the same customer and time. Acts: reads the store."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from operator import attrgetter

from dsl.report import SECTIONS
from engine.calendar.period import Span, last_months
from engine.commitment.days import Strip, strip
from engine.commitment.uptime import History, figures, reach
from engine.facts import Instant
from engine.graph import Graph
from engine.store import outages
from engine.store.sql import SqlStore
from reports.books import settlements
from reports.compliance import DECIDED
from reports.compliance import figures as counted
from reports.correction import Register
from reports.making import Making, Reading, span_in
from reports.paper import Month, Paper
from reports.settlement import Settlement
from reports.statement import Report, during

TITLE = "Service report"
MONTHS = 12
"""How far a trend looks back, the month of the report included."""
_DAY = 86_400


def compose(
    store: SqlStore,
    graph: Graph,
    report: Report,
    *,
    title: str = TITLE,
    show: Sequence[str] = SECTIONS,
    months: int = MONTHS,
    anew: bool = False,
) -> Paper:
    """The report as a paper, as of the instant it was made at. `anew` as in `making.make`. Raises StoreError, EngineError."""
    name = _customer(report)
    making = Making(
        store, graph, Instant(report.made_at), report.period, report.shown, zone=report.zone, anew=anew
    )
    reading = making.read([] if name is None else [name], months)
    composing = Composing(store, graph, making.known, title=title, show=show, months=months)
    [paper] = composing.papers([report], reading)
    return paper


class Composing:
    """Composes papers; what they have in common is read once. `known` are the closings of the store."""

    def __init__(
        self,
        store: SqlStore,
        graph: Graph,
        known: Register,
        *,
        title: str = TITLE,
        show: Sequence[str] = SECTIONS,
        months: int = MONTHS,
    ) -> None:
        self._store = store
        self._graph = graph
        self._known = known
        self._title = title
        self._show = tuple(show)
        self._months = months
        self._span_in = cache(lambda period, zone: span_in(graph, known, period, zone))

    def papers(self, reports: Sequence[Report], reading: Reading) -> Iterator[Paper]:
        """The papers of these reports of one period and instant, in their order; what was read is as they look back. Raises StoreError,
        EngineError."""
        declared = self._graph.ruleset.customers
        owed = self._owed(reports)
        recorded = self._recorded(reports) if "uptime" in self._show else None
        for report in reports:
            name = _customer(report) or ""
            settled = owed.get(name)
            strips = self._strips(report, name, settled, recorded) if recorded and name in declared else ()
            yield Paper(
                report,
                self._title,
                (declared[name].title or name) if name in declared else name,
                tuple(self._trend(report, reading)) if "compliance" in self._show else (),
                tuple(strips),
                settled if "credits" in self._show and report.scope.wanted.keys() == {"customer"} else None,
                self._show,
            )

    def _owed(self, reports: Sequence[Report]) -> Mapping[str, Settlement]:
        """What the month comes to, by customer; nothing of another period."""
        if not {"uptime", "credits"} & set(self._show):
            return {}
        names = [
            name
            for report in reports
            if (name := _customer(report))
            and name in self._graph.ruleset.customers
            and isinstance(report.period.start, date)
            and report.period.name == f"{report.period.start:%Y-%m}"
            and not report.zone
        ]
        if not names:
            return {}
        now = Instant(reports[0].made_at)
        found = settlements(self._store, self._graph, now, [reports[0].period], names)
        return {name: one for (name, _), one in found.items()}

    def _trend(self, report: Report, reading: Reading) -> Iterator[Month]:
        """What was decided in each of the months up to that of the period's last day, from the first one on that has any."""
        name = _customer(report)
        when = attrgetter("decided")
        decided = sorted((clock for clock in reading.clocks.of(name) if clock.decided is not None), key=when)
        months = last_months(report.period, report.zone_of(name or ""), self._months)
        begun = False
        for period in months:
            span_of = self._span_in(period, report.zone)
            start, end = span_of(name or "")
            if name is None:  # others' months begin and end within a day of it
                start, end = start - 2 * _DAY, end + 2 * _DAY
            some = decided[bisect_left(decided, start, key=when) : bisect_left(decided, end, key=when)]
            found = during(some, reading.told.of(name), self._known, span_of, report.scope)
            month = Month(period.name, counted(which for _, which in found if which in DECIDED))
            begun = begun or bool(month.figures.percent) or period is months[-1]
            if begun:
                yield month

    def _recorded(self, reports: Sequence[Report]) -> History | None:
        """The outages of all these reports."""
        if not reports:
            return None
        now = reports[0].made_at
        start = min(report.period.span(report.zone_of(_customer(report) or ""))[0] for report in reports)
        return history(self._store, self._graph, (start - _DAY, now), now)

    def _strips(
        self, report: Report, customer: str, settled: Settlement | None, recorded: History
    ) -> Iterator[Strip]:
        """Uptime as it was closed, else as it is."""
        now = report.made_at
        span = (settled.start, settled.end) if settled else report.period.span(report.zone_of(customer))
        found = settled.figures if settled else figures(self._graph, customer, *span, recorded, now)
        for one in found:
            yield strip(self._graph, one, span, recorded, now)


def _customer(report: Report) -> str | None:
    return report.scope.wanted.get("customer")


def history(store: SqlStore, graph: Graph, span: Span, now: int, *, customer: str | None = None) -> History:
    """What is recorded of outages that any commitment looks at for a period, only of one customer where it is named. Raises StoreError."""
    connection = store.connection
    start = min(span[0], now) - reach(graph.ruleset) - 2 * _DAY
    return History(
        outages.outages(connection, Instant(start), Instant(max(now, start)), customer=customer),
        outages.notices(connection, customer=customer),
        outages.known_since(connection),
    )
