"""Looking after a store, wherever it is: what it is, bringing it to the present version, and a copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsl.errors import USAGE, advised
from engine.errors import StoreError
from engine.store.database import Connection
from engine.store.place import Place, Server


@dataclass(frozen=True, slots=True)
class Status:
    """A store at a glance. `size` is in bytes, of a file with the log of recent writes; instants are UTC seconds."""

    store: str
    version: int
    program_version: int
    size: int
    tickets: int | None = None
    open_tickets: int | None = None
    events: int | None = None
    clocks: int | None = None
    alerts: int | None = None
    generation: int | None = None
    rules_digest: str | None = None
    rules_since: int | None = None
    last_event: int | None = None


def counted(connection: Connection, known: Status) -> Status:
    """The same with what is in the store."""

    def one(query: str) -> int | None:
        [value] = connection.execute(query).fetchone()
        return None if value is None else int(value)

    rules = connection.execute(
        "SELECT generation, digest, at FROM rule_sets ORDER BY generation DESC LIMIT 1"
    ).fetchone()
    return Status(
        known.store,
        known.version,
        known.program_version,
        known.size,
        tickets=one("SELECT count(*) FROM tickets"),
        open_tickets=one("SELECT count(*) FROM tickets WHERE closed = 0"),
        events=one("SELECT count(*) FROM events"),
        clocks=one("SELECT count(*) FROM clocks"),
        alerts=one("SELECT count(*) FROM alerts"),
        generation=rules[0] if rules else None,
        rules_digest=rules[1] if rules else None,
        rules_since=rules[2] if rules else None,
        last_event=one("SELECT max(at) FROM events"),
    )


def status(place: Place) -> Status:
    """What is in the store; of one of an older version only its size. Raises `StoreError`."""
    if isinstance(place, Server):
        from engine.store import postgres_care

        return postgres_care.status(place)
    from engine.store import sqlite_care

    return sqlite_care.status(place)


def migrate(place: Place) -> list[str]:
    """Bring the store to the present version; answer the names of the steps taken. Raises `StoreError`."""
    if isinstance(place, Server):
        from engine.store import postgres_care

        return postgres_care.migrate(place)
    from engine.store import sqlite_care

    return sqlite_care.migrate(place)


def backup(place: Place, target: Path) -> int:
    """Copy the store to the new file `target` and verify the copy; answer its bytes. Raises `StoreError`."""
    if isinstance(place, Server):
        raise StoreError(
            f"{place}: a server's database is not copied to a file by this program",
            help=f"{advised('pg_dump', '--format=custom', f'--file={target}', place)} does it, and pg_restore brings it back",
            exit_code=USAGE,
        )
    from engine.store import sqlite_care

    return sqlite_care.backup(place, target)
