"""The settlements of a store: those that closings kept, those of open months, and what has to be corrected. Acts: reads the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, cached_property

from dsl.commitment import Money
from engine.calendar.period import Period, Span, month
from engine.commitment.credits import Line, retainer_on
from engine.commitment.settlement import Settled, facts, settle, window
from engine.commitment.uptime import Figure, History
from engine.errors import EngineError, StoreError
from engine.facts import Instant
from engine.graph import Graph
from engine.in_force import graph_with_past, read
from engine.store import closings, outages
from engine.store import settlements as rows
from engine.store.database import Connection
from engine.store.identity import identity
from engine.store.sql import SqlStore
from engine.wall import EARLIEST, LATEST
from reports import ledger
from reports.compliance import FAILED, Figures
from reports.correction import Closing, Register, Told
from reports.making import span_in
from reports.settlement import Entry, Settlement, breaches, by_metric, differences, standing_in
from reports.settlement_rows import Kept, entry, entry_row, figure, figure_row, kept, kept_row
from reports.sources import Source
from reports.statement import Scope, during


def settlement(store: SqlStore, graph: Graph, now: Instant, period: Period, customer: str) -> Settlement:
    """What a calendar month of a declared customer comes to: as it was closed, else so far. Raises StoreError."""
    return settlements(store, graph, now, [period], [customer])[customer, period.name]


def settlements(
    store: SqlStore, graph: Graph, now: Instant, periods: Sequence[Period], customers: Iterable[str]
) -> dict[tuple[str, str], Settlement]:
    """The same of several customers and calendar months, by both; what is not closed is read a month at a time. Raises StoreError."""
    known = ledger.register(store)
    books = Books(store, graph, known)
    names = list(customers)
    found = books.kept(names, [period.name for period in periods])
    source: Source | None = None
    pending: dict[str, list[Told]] = {}
    for period in periods:
        waiting = [name for name in names if (name, period.name) not in found]
        if not waiting:
            continue
        if source is None:
            source = Source(store, graph, now)
            for item in ledger.pending(store, source, known):
                pending.setdefault(item.clock.customer, []).append(item)
        span_of = span_in(graph, known, period)
        starts, ends = zip(*map(span_of, waiting), strict=True)
        own: dict[str, list[Told]] = {}
        clocks = source.clocks((min(starts), max(ends)), waiting)
        for clock, which in during(clocks, (), known, span_of, Scope({})):
            own.setdefault(clock.customer, []).append(Told(clock, which))
        for name in waiting:
            told = own.get(name, ())
            found[name, period.name] = books.settle(
                name, period, span_of(name), told, pending.get(name, ()), now
            )
    return found


class Books:
    """The settlements of every closing, and the outages that tell what has come of them since."""

    def __init__(self, store: SqlStore, graph: Graph, known: Register) -> None:
        """Raises StoreError."""
        self._store = store
        self._graph = graph
        self._known = known
        with store.connection.trouble():
            self._kept = {row[0]: kept(row) for row in rows.settlements(store.connection)}
        self._of_rules = cache(self._graph_of)
        self._during = cache(self._part)

    # ------------------------------------------------------------ what was kept

    def kept(self, customers: Iterable[str], periods: Iterable[str]) -> dict[tuple[str, str], Settlement]:
        """Those of these months that are closed, by customer and period, as they were closed."""
        wanted = set(periods)
        chosen = [
            (name, one)
            for name in customers
            if (closed := self._known.of(name)) is not None
            for one in closed.closings
            if one.period in wanted
        ]
        numbers = list({one.id for _, one in chosen})
        figures, entries = self._read(numbers)
        counted = self._counted(numbers)
        found = {}
        for name, one in chosen:
            # Else it was closed for all others, before anybody had declared this one.
            own = one.customer == name
            row = self._kept.get(one.id) if own else None
            found[name, one.period] = Settlement(
                name, row.title if row else name, one.period, one.zone, one.start, one.end, one,
                row.retainer if row else None, tuple(figures.get(one.id, ())) if own else (),
                tuple(entries.get(one.id, ())) if own else (), counted.get((one.id, name), {}),
                kept=row is not None or not own,
            )  # fmt: skip
        return found

    def _counted(self, numbers: Sequence[int]) -> dict[tuple[int, str], dict[str, Figures]]:
        found: dict[tuple[int, str], dict[str, Figures]] = {}
        if numbers:
            with self._store.connection.trouble():
                rows_ = closings.counts(self._store.connection, numbers)
            for number, whose, metric, standing, count in rows_:
                of_metric = found.setdefault((number, whose), {})
                of_metric[metric] = replace(of_metric.get(metric, Figures()), **{standing: count})
        return found

    def _read(self, closings: Sequence[int]) -> tuple[dict[int, list[Figure]], dict[int, list[Entry]]]:
        figures: dict[int, list[Figure]] = {}
        entries: dict[int, list[Entry]] = {}
        if closings:
            names = {one.id: one.customer for one in self._known.closings}
            with self._store.connection.trouble():
                for row in rows.uptimes(self._store.connection, closings):
                    figures.setdefault(row[0], []).append(figure(names[row[0]], row))
                for row in rows.credits_of(self._store.connection, closings):
                    entries.setdefault(row[0], []).append(entry(row))
        return figures, entries

    # ------------------------------------------------------------ what a month comes to

    def settle(
        self,
        customer: str,
        period: Period,
        span: Span,
        told: Iterable[Told],
        pending: Sequence[Told],
        now: Instant,
    ) -> Settlement:
        """A month that is not closed, with the corrections of closed ones if it is the first. Raises StoreError."""
        assert isinstance(period.start, date)
        graph = self._graph
        told = list(told)
        history = self._during(window(graph, span))
        declared = graph.ruleset.customers.get(customer)
        closed = self._known.of(customer)
        trouble, entries = "", []
        try:
            settled = settle(graph, customer, period.start, span, history, breaches(told), now)
            entries = [_placed(graph, line) for line in settled.lines]
            if closed is not None and span[0] <= closed.until < span[1]:
                entries += self._corrections(customer, closed.closings, pending)
        except StoreError:
            raise
        except EngineError as error:
            settled, trouble, entries = Settled(), str(error), []
        return Settlement(
            customer, declared.title if declared else customer, period.name, graph.zone(customer), *span, None,
            settled.retainer, settled.figures, tuple(entries), by_metric(told), trouble,
        )  # fmt: skip

    def enter(self, connection: Connection, number: int, one: Settlement) -> None:
        """Keep what a closing of that number came to, inside its transaction."""
        identity(connection)
        since, _ = window(self._graph, (one.start, one.end))
        beside = Kept(one.title, one.retainer, since, self._facts(one.customer, (since, one.end)))
        rows.enter(
            connection,
            (number, *kept_row(beside, one.digest)),
            [figure_row(place, figure) for place, figure in enumerate(one.figures, 1)],
            [entry_row(place, entry) for place, entry in enumerate(one.entries, 1)],
        )

    def _part(self, span: Span) -> History:
        everything = self._everything
        start, end = span
        outages_ = [
            one for one in everything.outages if one.start < end and (one.end is None or one.end > start)
        ]
        return History(outages_, everything.notices, everything.since)

    @cached_property
    def _everything(self) -> History:
        connection = self._store.connection
        return History(
            outages.outages(connection, Instant(EARLIEST), Instant(LATEST)),
            outages.notices(connection),
            outages.known_since(connection),
        )

    # ------------------------------------------------------------ what must be corrected

    def _corrections(
        self, customer: str, closings: Sequence[Closing], pending: Sequence[Told]
    ) -> list[Entry]:
        own = [one for one in closings if one.customer == customer and one.id in self._kept]
        moved = {item.of for item in pending if FAILED & {item.was, item.standing}}
        doubtful = [one for one in own if one.period in moved or self._moved(one)]
        if not doubtful:
            return []
        told = [
            *((closing.period, item) for closing, item in ledger.told_by(self._store, own)),
            *((item.of, item) for item in pending),
        ]
        _, entries = self._read([one.id for one in own])
        found: list[Entry] = []
        for one in doubtful:
            before = [
                entry
                for closing in own
                for entry in entries.get(closing.id, ())
                if (entry.of or closing.period) == one.period
            ]
            found += differences(one.period, before, self._anew(one, standing_in(one.period, told)))
        return found

    def _moved(self, one: Closing) -> bool:
        row = self._kept[one.id]
        return self._facts(one.customer, (row.since, one.end)) != row.facts

    def _facts(self, customer: str, span: Span) -> str:
        return facts(customer, span, self._during(span))

    def _anew(self, one: Closing, told: Iterable[Told]) -> list[Entry]:
        """The lines of a closed month by the rules that closed it, and by what is known today. A retainer that it lacks may be
        given in the rules in force."""
        graph = self._of_rules(one.rules)
        first = month(one.period).start
        assert isinstance(first, date)
        retainer = self._kept[one.id].retainer or self._retainer(one.customer, first)
        try:
            settled: Settled = settle(
                graph,
                one.customer,
                first,
                (one.start, one.end),
                self._during(window(graph, (one.start, one.end))),
                breaches(told),
                one.end,
                retainer,
            )
        except EngineError as error:
            raise EngineError(
                f"correction of {one.period}: {error}", help=error.help, exit_code=error.exit_code
            ) from error
        return [_placed(graph, line) for line in settled.lines]

    def _retainer(self, customer: str, day: date) -> Money | None:
        rules = self._graph.ruleset
        declared = rules.customers.get(customer)
        found = retainer_on(day, declared, rules.groups.get(declared.group)) if declared else None
        return found.money if found else None

    def _graph_of(self, digest: str) -> Graph:
        if digest == self._graph.digest:
            return self._graph
        stored = self._store.rules_named([digest])
        if not stored:
            raise StoreError(
                f"{self._store.connection.place}: the rules {digest[:12]} that closed a month are not in the store",
                help="restore the store from a backup that has them",
            )
        return graph_with_past(self._store, read(stored[0]))


def _placed(graph: Graph, line: Line) -> Entry:
    return Entry(line, graph.where(line.origin))
