"""Credits for accounting: one line for each line of the statements of a closed month. Acts: reads what closings kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from engine.calendar.period import Period
from engine.graph import Graph
from engine.store.identity import known_identity
from engine.store.sql import SqlStore
from reports import ledger
from reports.books import Books
from reports.settlement import Entry, Settlement


@dataclass(frozen=True, slots=True)
class Posting:
    """`id` is the same whenever the line is exported, and no other line of any store has it."""

    id: str
    settlement: Settlement
    entry: Entry


def postings(
    store: SqlStore, graph: Graph, period: Period, customers: Iterable[str]
) -> tuple[list[Posting], list[str]]:
    """Every line of these customers' month, by customer and in the order of the statement; and the customers whose month is not
    closed. Raises StoreError."""
    known = ledger.register(store)
    books = Books(store, graph, known)
    with store.connection.trouble():
        name = known_identity(store.connection)
    found: list[Posting] = []
    waiting: list[str] = []
    for customer in customers:
        month = books.kept(customer, [period.name]).get(period.name)
        if month is None:
            waiting.append(customer)
            continue
        found += [
            Posting(_id(name, period.name, customer, place), month, entry)
            for place, entry in enumerate(month.entries, 1)
        ]
    return found, waiting


def _id(store: str, period: str, customer: str, place: int) -> str:
    """The first 32 digits of the SHA-256 of store, period, customer and the line's place, each ended by a line feed."""
    text = "".join(f"{part}\n" for part in (store, period, customer, place))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
