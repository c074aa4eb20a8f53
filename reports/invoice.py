"""What is invoiced for a closed month, with the compliance to put beside it. Acts: reads what the closing kept, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.errors import FINDINGS
from engine.calendar.period import Period
from engine.errors import EngineError
from engine.graph import Graph
from engine.plain import plain
from engine.store.sql import SqlStore
from reports import ledger
from reports.books import Books
from reports.compliance import Figures, by
from reports.correction import Closing
from reports.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Invoice:
    """A settled month; `metrics` are the figures of each metric as they were told, without corrections."""

    settlement: Settlement
    closing: Closing
    metrics: Mapping[str, Figures]


def invoice(store: SqlStore, graph: Graph, period: Period, customer: str) -> Invoice:
    """The invoice of a customer's month, the same whenever it is asked for. Raises EngineError while the month is open; StoreError."""
    known = ledger.register(store)
    found = Books(store, graph, known).kept(customer, [period.name]).get(period.name)
    whose = plain(customer, 60)
    if found is None or found.closing is None:
        raise EngineError(
            f"{period.name} is not closed for {whose}: credits come of closed months only",
            help=f"when the month is over: sla close {period.name}",
            exit_code=FINDINGS,
        )
    if not found.kept:
        raise EngineError(
            f"{period.name} was closed for {whose} by a program that kept no credits",
            help="later months have them; the figures of this one are in: sla report --period " + period.name,
            exit_code=FINDINGS,
        )
    told = [
        (item.clock, item.standing)
        for _, item in ledger.told_by(store, [found.closing])
        if not item.of and item.standing is not None and item.clock.customer == customer
    ]
    return Invoice(found, found.closing, by("metric", told))
