"""Links for people and programs without an account: a report, a status badge, a calendar of due times. Each is a key of its own that
can be revoked; which customer it shows is written beside it, never in the address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reports.portal import tokens
from reports.portal.database import Database

_COLUMNS = "id, kind, customer, publication, account, made, expires, revoked, used"


class Kind(StrEnum):
    REPORT = "report"
    BADGE = "badge"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Link:
    """`publication` is that of a report; `account` made it, None: whoever runs the portal. Instants are UTC seconds, `expires` None for
    never, `used` the last time."""

    id: int
    kind: Kind
    customer: str
    publication: int | None
    account: int | None
    made: int
    expires: int | None
    revoked: int | None
    used: int | None

    def works(self, now: int) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class Links:
    """The links of a database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(
        self,
        kind: Kind,
        customer: str,
        now: int,
        *,
        publication: int | None = None,
        account: int | None = None,
        expires: int | None = None,
    ) -> str:
        """The key of a new link. It is told this once."""
        token = tokens.fresh()
        self._database.execute(
            "INSERT INTO links (token, kind, customer, publication, account, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tokens.digest(token), kind.value, customer, publication, account, now, expires),
        )
        return token

    def find(self, kind: Kind, token: str, now: int) -> Link | None:
        """The link of a key; None whether it never was one of that kind, has expired or was revoked."""
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM links WHERE token = ? AND kind = ?", (tokens.digest(token), kind.value)
        )
        link = None if row is None else _link(row)
        if link is None or not link.works(now):
            return None
        if link.used is None or now - link.used >= 3600:
            self._database.execute("UPDATE links SET used = ? WHERE id = ?", (now, link.id), lasting=False)
        return link

    def all(self, customer: str = "") -> list[Link]:
        """Every link, or those of one customer, in the order in which they were made."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM links WHERE ? IN ('', customer) ORDER BY id", (customer,)
        )
        return [_link(row) for row in rows]

    def revoke(self, number: int, now: int, *, customer: str = "") -> bool:
        """End a link, of that customer only where one is named; false if there is none, or it was ended before."""
        return bool(
            self._database.execute(
                "UPDATE links SET revoked = ? WHERE id = ? AND revoked IS NULL AND ? IN ('', customer)",
                (now, number, customer),
            )
        )


def _link(row: tuple[int, str, str, int | None, int | None, int, int | None, int | None, int | None]) -> Link:
    number, kind, *rest = row
    return Link(number, Kind(kind), *rest)  # type: ignore[arg-type]
