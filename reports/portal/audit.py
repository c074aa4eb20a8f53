"""The audit log: who asked for what, when, from where, and what came of it. Keys are never in it: a route is told by its pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.portal.database import Database

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Entry:
    """`account` and `link` are ids of those who asked, None where it was neither; `status` is that of HTTP, 0 of what was done at the
    command line; `outcome` says in words what happened, "" where the status says it all."""

    at: int
    account: int | None
    link: int | None
    customer: str
    address: str
    method: str
    route: str
    status: int
    outcome: str = ""


class Audit:
    """The audit log of a database. Every method raises StoreError."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days
        self._pruned = 0

    def enter(self, entry: Entry) -> None:
        """Write down what happened; once a day, what is older than so many days is forgotten."""
        today = entry.at // DAY
        if today != self._pruned:
            self._pruned = today
            self._database.execute("DELETE FROM audit WHERE at < ?", (entry.at - self._days * DAY,))
        self._database.execute(
            "INSERT INTO audit (at, account, link, customer, address, method, route, status, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.at, entry.account, entry.link, entry.customer, entry.address),
                *(entry.method, entry.route, entry.status, entry.outcome),
            ),
            lasting=False,
        )

    def entries(self, *, since: int = 0, customer: str = "", email: str = "") -> Iterator[tuple[Entry, str]]:
        """Entries since an instant, of one customer or account or of all, oldest first, each with the account's address ("" if it has gone)."""
        last = 0
        while True:
            rows = self._database.rows(
                "SELECT audit.id, at, account, link, audit.customer, address, method, route, status, outcome, coalesce(email, '')"
                " FROM audit LEFT JOIN accounts ON accounts.id = account"
                " WHERE audit.id > ? AND at >= ? AND ? IN ('', audit.customer) AND ? IN ('', email) ORDER BY audit.id LIMIT 1000",
                (last, since, customer, email.casefold()),
            )
            for number, *row, account in rows:
                last = number
                yield Entry(*row), account
            if not rows:
                return
