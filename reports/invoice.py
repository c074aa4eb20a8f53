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
    """The closed month of a customer, by its name, an alias, or the name that it had then; the same whenever it is asked for. Raises
    EngineError while it is open, and where it was closed without that customer; StoreError."""
    known = ledger.register(store)
    declared = graph.customer(customer)
    name = known.name_in(period.name, customer, declared.name if declared else "")
    if declared is None and name not in known.customers():
        raise EngineError(f"there is no customer {plain(name, 60)!r} in the rules", exit_code=FINDINGS)
    found = Books(store, graph, known).kept([name], [period.name]).get((name, period.name))
    whose = plain(name, 60)
    if found is None:
        raise EngineError(
            f"{period.name} is not closed for {whose}: credits come of closed months only",
            help=f"when the month is over: sla close {period.name}",
            exit_code=FINDINGS,
        )
    if found.closing is not None and found.closing.customer != name:
        raise EngineError(
            f"{period.name} was closed without {whose}: the rules did not declare that customer then",
            help="if it had another name, ask for that one",
            exit_code=FINDINGS,
        )
    if not found.kept:
        raise EngineError(
            f"{period.name} was closed for {whose} by a program that kept no credits",
            help=f"later months have them; the figures of this one are in: sla report --period {period.name}",
            exit_code=FINDINGS,
        )
    return found
