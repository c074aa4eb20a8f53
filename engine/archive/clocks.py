"""The clocks that reports count, from a part of an archive: the store's own statement, put to its Parquet files."""

from __future__ import annotations

from collections.abc import Collection

from engine.archive import files
from engine.archive.parts import Part
from engine.facts import EXCUSED, Event, Instant
from engine.store.events import decoder
from engine.store.judged import CONCERNED, SELECT, Row, concerned


def archived(
    part: Part, start: int, end: int, customers: Collection[str] = ()
) -> tuple[list[Row], dict[int, list[Event]]]:
    """Of a part, without what was restored from it: clocks decided in `[start, end)`, clocks that were not decided at `end`, and the
    excuses of its tickets; only of these customers, if any are named. Raises EngineError."""

    def table(name: str) -> str:
        path = str(part.manifest.path(part.folder, name)).replace("'", "''")
        return f"read_parquet('{path}', hive_partitioning = false) AS {name}"

    query = SELECT.format(clocks=table("clocks"), tickets=table("tickets"))
    back = set(part.restored)
    with files.connect() as connection, files.trouble(part.folder):
        values: tuple[object, ...] = concerned(start, end)
        whose = ""
        if customers:
            whose, values = " AND coalesce(customer, '') IN (SELECT unnest(?))", (*values, list(customers))
        rows = connection.execute(f"{query} ({CONCERNED}){whose}", values).fetchall()
        said = connection.execute(
            'SELECT tickets.id, events."at", sequence, source, source_id, rest'
            f" FROM {table('events')} JOIN {table('sayings')} ON code = saying JOIN {table('tickets')} ON tickets.place = events.place"
            f" WHERE kind = '{EXCUSED}'"
        ).fetchall()
    decode = decoder()
    found: dict[int, list[Event]] = {}
    for ticket, at, sequence, source, name, rest in said:
        event = Event(Instant(at), EXCUSED, decode(rest), source, name, sequence)
        found.setdefault(ticket, []).append(event)
    return [row for row in rows if row[0] not in back], found


def customers(part: Part) -> set[str]:
    """Whatever stands for a customer in a part. Raises EngineError."""
    path = str(part.manifest.path(part.folder, "tickets")).replace("'", "''")
    with files.connect() as connection, files.trouble(part.folder):
        found = connection.execute(
            f"SELECT DISTINCT coalesce(customer, '') FROM read_parquet('{path}', hive_partitioning = false)"
        ).fetchall()
    return {name for (name,) in found}
