"""What tells a store from every other; a copy of it has the same."""

from __future__ import annotations

import secrets

from engine.store.database import Connection


def identity(connection: Connection) -> str:
    """The store's name for itself, made when it is first asked for; inside a transaction that may write."""
    connection.execute("INSERT INTO meta VALUES ('store', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(8),))
    return known_identity(connection)


def known_identity(connection: Connection) -> str:
    """The same, "" where nobody has asked for it yet."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'store'").fetchone()
    return str(found[0]) if found else ""
