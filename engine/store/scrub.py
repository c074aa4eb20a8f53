"""What a database keeps of rows that are gone: free pages, the log of recent writes. Erasing ends here, on the disk.

Beside the statements that erase, because this is the one thing about it that each database does in its own way.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from engine.store.database import Connection
from engine.store.opening import open_store
from engine.store.place import Place, Server

TABLES = (
    "events",
    "tickets",
    "outbox",
    "decisions",
    "column_blocks",
    "closed_clocks",
    "outages",
    "announcements",
)
"""Those that personal text is taken out of."""


def overwriting(connection: Connection) -> None:
    """From now on what this connection deletes is overwritten with zeros, where a database has to be told."""
    if isinstance(connection, sqlite3.Connection):
        with connection.trouble():
            connection.execute("PRAGMA secure_delete = ON")


def scrub(place: Place) -> str:
    """Write the store anew without what is gone; answer what is still to do, "" if nothing is. Raises StoreError."""
    with closing(open_store(place)) as store:
        connection = store.connection
        with connection.trouble():
            if isinstance(place, Server):
                connection.execute(f"VACUUM {', '.join(TABLES)}")
                return (
                    "the server uses the space again but does not overwrite it: "
                    f"VACUUM FULL {', '.join(TABLES)} writes the tables anew, in an hour in which engines can wait"
                )
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            return shorten(connection)


def shorten(connection: Connection) -> str:
    """Take the log of recent writes into the file and cut it off; answer what stands against it."""
    if not isinstance(connection, sqlite3.Connection):
        return ""
    with connection.trouble():
        [busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return (
        "the log of recent writes still holds old pages, for others are reading them: run it again"
        if busy
        else ""
    )
