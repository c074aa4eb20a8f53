"""Accounts of the portal: an address, the customer that it belongs to, and how it shows that it is itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dsl.errors import FINDINGS
from engine.errors import EngineError
from reports.portal.database import Database

_COLUMNS = "id, email, customer, created, password, revoked, secret IS NOT NULL"


LONGEST = 320
"""Characters of a mail address at most (RFC 5321, 4.5.3.1)."""


class Standing(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Account:
    """`customer` is a declared name; `password` an argon2id hash, None until the invitation was accepted; instants are UTC seconds."""

    id: int
    email: str
    customer: str
    created: int
    password: str | None
    revoked: int | None
    second_factor: bool

    @property
    def standing(self) -> Standing:
        if self.revoked is not None:
            return Standing.REVOKED
        return Standing.INVITED if self.password is None else Standing.ACTIVE


def normal(email: str) -> str:
    """The one writing of an address by which its account is known and its tries are counted."""
    return email[:LONGEST].strip().casefold()


class Accounts:
    """The accounts of a database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite(self, email: str, customer: str, now: int) -> Account:
        """The account of an address that is to belong to a customer; one that was revoked begins anew. Raises EngineError if it is active."""
        known = self.by_email(email)
        if known is not None and known.standing is Standing.ACTIVE:
            raise EngineError(
                f"{known.email} has an account of {known.customer} already",
                help="to send a new way in: sla portal reset; to end it: sla portal revoke",
                exit_code=FINDINGS,
            )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO accounts (email, customer, created) VALUES (?, ?, ?) ON CONFLICT (email) DO UPDATE SET"
                " customer = excluded.customer, created = excluded.created, password = NULL, revoked = NULL,"
                " secret = NULL, asked = NULL",
                (normal(email), customer, now),
            )
        found = self.by_email(email)
        assert found is not None
        return found

    def by_email(self, email: str) -> Account | None:
        """The account of an address, in whatever case it is written."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM accounts WHERE email = ?", (normal(email),))
        return None if row is None else _account(row)

    def by_id(self, number: int) -> Account | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM accounts WHERE id = ?", (number,))
        return None if row is None else _account(row)

    def all(self, customer: str = "") -> list[Account]:
        """Every account, or those of one customer, by customer and address."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM accounts WHERE ? IN ('', customer) ORDER BY customer, email", (customer,)
        )
        return [_account(row) for row in rows]

    def set_password(self, account: int, hashed: str) -> None:
        self._database.execute("UPDATE accounts SET password = ? WHERE id = ?", (hashed, account))

    def revoke(self, account: int, now: int) -> None:
        """End an account with everything that it has opened: sessions, ways in, and the links that it made."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE accounts SET revoked = ?, password = NULL, secret = NULL, asked = NULL WHERE id = ?",
                (now, account),
            )
            for table in ("sessions", "passes", "recovery"):
                connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))
            connection.execute(
                "UPDATE links SET revoked = ? WHERE account = ? AND revoked IS NULL", (now, account)
            )

    def erase(self, account: int) -> None:
        """Take an account out with all that names it: the audit log keeps what was looked at, and not by whom."""
        with self._database.transaction() as connection:
            for table in ("sessions", "passes", "recovery"):
                connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))
            connection.execute("UPDATE links SET account = NULL WHERE account = ?", (account,))
            connection.execute("UPDATE audit SET account = NULL, address = '' WHERE account = ?", (account,))
            connection.execute("DELETE FROM accounts WHERE id = ?", (account,))


def _account(row: tuple[int, str, str, int, str | None, int | None, int]) -> Account:
    return Account(*row[:6], bool(row[6]))
