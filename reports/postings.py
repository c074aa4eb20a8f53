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
    chosen = list(customers)
    months = books.kept(chosen, [period.name])
    found = [
        Posting(_id(name, period.name, customer, place), one, entry)
        for (customer, _), one in sorted(months.items(), key=lambda item: item[0])
        for place, entry in enumerate(one.entries, 1)
    ]
    return found, [customer for customer in chosen if (customer, period.name) not in months]


def _id(store: str, period: str, customer: str, place: int) -> str:
    """The first 32 digits of the SHA-256 of store, period, customer and the line's place, each ended by a line feed."""
    text = "".join(f"{part}\n" for part in (store, period, customer, place))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
