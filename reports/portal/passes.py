"""Passes: a way to set a password for whoever holds the key that was mailed. Each works once, expires, and ends those before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reports.portal import tokens
from reports.portal.database import Database


class Purpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Pass:
    """`expires` is an instant in UTC seconds."""

    account: int
    purpose: Purpose
    expires: int


class Passes:
    """The passes of a database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, account: int, purpose: Purpose, expires: int) -> str:
        """The key of a new pass."""
        token = tokens.fresh()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM passes WHERE account = ?", (account,))
            connection.execute(
                "INSERT INTO passes (token, account, purpose, expires) VALUES (?, ?, ?, ?)",
                (tokens.digest(token), account, purpose.value, expires),
            )
        return token

    def find(self, token: str, now: int) -> Pass | None:
        """The pass of a key; None if it was never one, was used, or has expired."""
        row = self._database.row(
            "SELECT account, purpose, expires FROM passes WHERE token = ? AND expires > ?",
            (tokens.digest(token), now),
        )
        return None if row is None else Pass(row[0], Purpose(row[1]), row[2])

    def use(self, token: str, hashed: str, now: int) -> Pass | None:
        """Set the password of the pass's account, once, and end its sessions; None if the pass is none (any more)."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "DELETE FROM passes WHERE token = ? AND expires > ? RETURNING account, purpose, expires",
                (tokens.digest(token), now),
            ).fetchone()
            if found is None:
                return None
            changed = connection.execute(
                "UPDATE accounts SET password = ? WHERE id = ? AND revoked IS NULL", (hashed, found[0])
            )
            connection.execute("DELETE FROM sessions WHERE account = ?", (found[0],))
        return Pass(found[0], Purpose(found[1]), found[2]) if changed.rowcount else None
