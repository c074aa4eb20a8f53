"""Closes months: what is told of them then stays told, whatever is heard, edited or excused later. Acts: writes closings.

Months of a customer are closed in order and without a gap, so that what is corrected has one place to go: the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dsl.errors import FINDINGS
from engine.calendar.period import Period, Span, following, month
from engine.errors import EngineError
from engine.facts import Instant
from engine.graph import Graph
from engine.store import closings, judged
from engine.store.sql import SqlStore
from engine.wall import format_local
from reports import ledger
from reports.books import Books
from reports.compliance import Figures, figures
from reports.correction import Closing, Register, Told
from reports.making import spans
from reports.settlement import Settlement
from reports.sources import Source
from reports.statement import Scope, during


class UnsettledError(EngineError):
    """Credits that cannot be counted: by customer, why."""

    def __init__(self, period: str, reasons: Mapping[str, str]) -> None:
        super().__init__(
            f"{period} cannot be closed for {', '.join(reasons)}: nothing has been written",
            help="let a `retainer` line of the customer or its group cover the month, or close the others one by one with --customer",
            exit_code=FINDINGS,
        )
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Done:
    """What came of closing a month for a customer ("": all others): `anew` is false where it was closed before."""

    closing: Closing
    figures: Figures
    settlement: Settlement
    corrections: int
    anew: bool


def close(store: SqlStore, graph: Graph, now: Instant, period: Period, customer: str = "") -> list[Done]:
    """Close a month for a customer, or for everybody: those declared, those that have clocks in it, and whoever may come. What
    is closed stays as it is. Raises EngineError if the month is not over, or is not the next; StoreError.

    Everything is read before the transaction, which others wait for: what is written meanwhile has a higher number than the
    closings' mark, and is corrected if it makes a difference.
    """
    connection = store.connection
    while True:
        known = ledger.register(store)
        books = Books(store, graph, known)
        found = _looked(store, books, known, graph, now, period, customer)
        with store.cycle():
            with connection.trouble():
                connection.lock(closings.LOCK)
            if ledger.register(store).closings != known.closings:
                continue  # somebody else has closed something: what is pending may be told by now
            with connection.trouble():
                for done, told in found:
                    if done.anew:
                        books.enter(connection, ledger.enter(connection, done.closing, told), done.settlement)
        return [done for done, _ in found]


def _looked(
    store: SqlStore,
    books: Books,
    known: Register,
    graph: Graph,
    now: Instant,
    period: Period,
    customer: str,
) -> list[tuple[Done, list[Told]]]:
    """What closing comes to, with what is told, by customer."""
    with store.connection.trouble():
        mark = judged.settled(store.connection)
    source = Source(store, graph, now)
    span_of, widest = spans(graph, known, period)
    own: dict[str, list[Told]] = {}
    clocks = source.clocks(widest, [customer] if customer else ())
    for clock, which in during(clocks, (), known, span_of, Scope({})):
        own.setdefault(clock.customer, []).append(Told(clock, which))
    pending: dict[str, list[Told]] = {}
    for item in ledger.pending(store, source, known):
        pending.setdefault(item.clock.customer, []).append(item)
    everybody = {"", *graph.ruleset.customers, *known.customers(), *own, *pending}
    found = []
    reasons: dict[str, str] = {}
    for name in [customer] if customer else sorted(everybody):
        before = known.covers(name, period.name)
        if before is None:
            _refuse(known, name, period, span_of(name), graph.zone(name), now)
            told = [*own.get(name, ()), *pending.get(name, ())]
            start, end = span_of(name)
            settled = books.settle(name, period, (start, end), own.get(name, ()), pending.get(name, ()), now)
            if settled.trouble:
                reasons[name] = settled.trouble
                continue
            closing = Closing(
                0, period.name, name, graph.zone(name), start, end, now, graph.digest, ledger.data_digest(told), mark
            )  # fmt: skip
            found.append((_done(closing, told, replace(settled, closing=closing), anew=True), told))
        elif before.customer == name or customer:  # not those who came after it was closed for all
            told = [item for _, item in ledger.told_by(store, [before]) if item.clock.customer == name]
            settled = books.kept([name], [period.name])[name, period.name]
            found.append((_done(before, told, settled, anew=False), told))
    if reasons:
        raise UnsettledError(period.name, reasons)
    return found


def _refuse(known: Register, customer: str, period: Period, span: Span, zone: str, now: Instant) -> None:
    if span[1] > now:
        whose = f" for {customer}" if customer else ""
        raise EngineError(
            f"{period.name} is not over{whose}: it ends at {format_local(span[1], zone)} {zone}",
            help="close it then",
            exit_code=FINDINGS,
        )
    closed = known.of(customer)
    if closed is None:
        return
    last = closed.last
    expected = following(month(last.period)).name
    if period.name == expected:
        return
    whose = customer or "everybody"
    if period.name < expected:
        raise EngineError(
            f"{last.period} is closed already for {whose}: what is heard about {period.name} corrects {expected}",
            help=f"the next to close is {expected}",
            exit_code=FINDINGS,
        )
    raise EngineError(
        f"{expected} is not closed yet for {whose}",
        help=f"close it first: sla close {expected}",
        exit_code=FINDINGS,
    )


def _done(closing: Closing, told: list[Told], settled: Settlement, *, anew: bool) -> Done:
    own: Iterator[Told] = (item for item in told if not item.of)
    counted = figures(item.standing for item in own if item.standing is not None)
    return Done(closing, counted, settled, sum(1 for item in told if item.of), anew)
