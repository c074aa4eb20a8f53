"""What is invoiced: a month as its closing kept it. Acts: reads the store."""

from __future__ import annotations

from dsl.errors import FINDINGS
from engine.calendar.period import Period
from engine.errors import EngineError
from engine.graph import Graph
from engine.plain import plain
from engine.store.sql import SqlStore
from reports import ledger
from reports.books import Books
from reports.settlement import Settlement


def invoice(store: SqlStore, graph: Graph, period: Period, customer: str) -> Settlement:
    """A customer's closed month, the same whenever it is asked for. Raises EngineError while it is open; StoreError."""
    books = Books(store, graph, ledger.register(store))
    found = books.kept([customer], [period.name]).get((customer, period.name))
    whose = plain(customer, 60)
    if found is None:
        raise EngineError(
            f"{period.name} is not closed for {whose}: credits come of closed months only",
            help=f"when the month is over: sla close {period.name}",
            exit_code=FINDINGS,
        )
    if not found.kept:
        raise EngineError(
            f"{period.name} was closed for {whose} by a program that kept no credits",
            help=f"later months have them; the figures of this one are in: sla report --period {period.name}",
            exit_code=FINDINGS,
        )
    return found
