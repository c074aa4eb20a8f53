"""How often something may be tried: by account and by address, in a sliding window. Kept in the database, so that a restart forgives nothing.

Keys are digests, so that addresses of people who have no account are not collected here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from reports.portal.database import Database


class Limit(NamedTuple):
    """At most so many tries in so many seconds."""

    tries: int
    seconds: int


BY_ACCOUNT = "account"
BY_ADDRESS = "address"

LIMITS: Mapping[tuple[str, str], Limit] = MappingProxyType(
    {
        ("sign-in", BY_ACCOUNT): Limit(10, 900),
        ("sign-in", BY_ADDRESS): Limit(50, 900),
        ("reset", BY_ACCOUNT): Limit(3, 3600),
        ("reset", BY_ADDRESS): Limit(20, 3600),
        ("code", BY_ACCOUNT): Limit(5, 900),
        ("code", BY_ADDRESS): Limit(50, 900),
        ("password", BY_ADDRESS): Limit(50, 900),
        ("password", BY_ACCOUNT): Limit(10, 900),
    }
)
"""By what is tried, and whose tries are counted."""

_LONGEST = max(limit.seconds for limit in LIMITS.values())


class Limits:
    """The tries of a database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, what: str, account: str, address: str, now: int) -> int:
        """Count a try; answer 0 if it may be made, else the seconds after which another one may. `account` is any text that stands for
        one, whether or not it exists."""
        wait = 0
        keys = {by: _key(what, by, text) for by, text in ((BY_ACCOUNT, account), (BY_ADDRESS, address))}
        with self._database.transaction() as connection:
            # Also what a clock that was ahead has left behind: it would keep people out until then.
            connection.execute(
                "DELETE FROM tries WHERE at NOT BETWEEN ? AND ?", (now - _LONGEST + 1, now + _LONGEST)
            )
            for by, key in keys.items():
                limit = LIMITS[what, by]
                # The try that is to be long ago before there is room for another one.
                found = connection.execute(
                    "SELECT at FROM tries WHERE key = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
                    (key, now - limit.seconds, limit.tries - 1),
                ).fetchone()
                if found is not None:
                    wait = max(wait, found[0] + limit.seconds - now)
            if not wait:
                connection.executemany(
                    "INSERT INTO tries (key, at) VALUES (?, ?)", [(key, now) for key in keys.values()]
                )
        return wait

    def forgive(self, what: str, account: str) -> None:
        """Forget the tries of an account: it has shown that it is itself."""
        self._database.execute(
            "DELETE FROM tries WHERE key = ?", (_key(what, BY_ACCOUNT, account),), lasting=False
        )


def _key(what: str, by: str, text: str) -> bytes:
    return hashlib.sha256(f"{what}\n{by}\n{text}".encode("utf-8", "replace")).digest()
