"""Sessions: a browser holds a random key, the database its digest with whose it is. Nothing else is in the cookie.

A session ends by itself when it was not used for a while, and after a day's work in any case; or when somebody ends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.portal import tokens
from reports.portal.database import Database

HALF = 300
"""Seconds that a session has to show a one-time code."""

TOUCH = 60
"""Seconds within which another use of a session is not worth writing down."""

_COLUMNS = "id, account, whole, began, seen, address"


@dataclass(frozen=True, slots=True)
class Session:
    """`whole` is false while a one-time code is still asked for; instants are UTC seconds."""

    id: int
    account: int
    whole: bool
    began: int
    seen: int
    address: str


class Sessions:
    """The sessions of a database; `idle` and `lifetime` are seconds. Every method raises StoreError."""

    def __init__(self, database: Database, idle: int, lifetime: int) -> None:
        self._database = database
        self._idle = idle
        self._lifetime = lifetime

    def begin(self, account: int, now: int, address: str, *, whole: bool) -> str:
        """The key of a new session."""
        token = tokens.fresh()
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE seen < ? OR began < ?", (now - self._idle, now - self._lifetime)
            )
            connection.execute(
                "INSERT INTO sessions (token, account, whole, began, seen, address) VALUES (?, ?, ?, ?, ?, ?)",
                (tokens.digest(token), account, int(whole), now, now, address),
            )
        return token

    def find(self, token: str, now: int) -> Session | None:
        """The session of a key, if it has one that has not ended."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM sessions WHERE token = ?", (tokens.digest(token),))
        if row is None:
            return None
        session = _session(row)
        lifetime = self._lifetime if session.whole else min(HALF, self._lifetime)
        # Either way: what began under a clock that was ahead does not go on for ever.
        if abs(now - session.seen) >= self._idle or abs(now - session.began) >= lifetime:
            return None
        if abs(now - session.seen) >= TOUCH:
            self._database.execute(
                "UPDATE sessions SET seen = ? WHERE id = ?", (now, session.id), lasting=False
            )
        return session

    def of(self, account: int, now: int) -> list[Session]:
        """The sessions of an account that go on, the latest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM sessions WHERE account = ? AND whole = 1 AND seen > ? AND began > ? ORDER BY seen DESC",
            (account, now - self._idle, now - self._lifetime),
        )
        return [_session(row) for row in rows]

    def end(self, session: int) -> None:
        self._database.execute("DELETE FROM sessions WHERE id = ?", (session,))

    def end_all(self, account: int) -> int:
        """Sign an account out everywhere; answer how many sessions that were."""
        return self._database.execute("DELETE FROM sessions WHERE account = ?", (account,))


def _session(row: tuple[int, int, int, int, int, str]) -> Session:
    number, account, whole, began, seen, address = row
    return Session(number, account, bool(whole), began, seen, address)
