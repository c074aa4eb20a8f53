"""Closed periods leave the store for Parquet, a part in a transaction, and single tickets come back.

A part is written, reaches the disk, and is read back before anything is removed; rows go in the transaction that lets the
store know the part. Whenever the program is killed, a ticket is in the store, or in a part that the store knows. The store is
the truth of it: what lies in the folder and is not known to it counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import terms as contents
from engine.archive import files
from engine.archive.shape import Table, asked_by, digest_of, month_of, shaped, tickets_of, unshaped
from engine.errors import EngineError
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.store import leaving
from engine.store.leaving import COLUMNS, Stored
from engine.store.sql import SqlStore
from engine.wall import local_date, start_of_date

PART = 50_000
"""Tickets in a part, at most: what is in memory, and how long other writers of a store file wait."""
_PAGE = 20_000


@dataclass(frozen=True, slots=True)
class Closed:
    """Tickets of a month (of their last event, in UTC) that may leave, with how many events."""

    month: str
    tickets: tuple[int, ...]
    events: int


def first_kept(before: Instant) -> Instant:
    """The first instant of the month of `before`, in UTC: whole months leave."""
    return Instant(start_of_date(local_date(before, "UTC").replace(day=1), "UTC"))


def closed(store: SqlStore, before: Instant, part: int = PART) -> Iterator[Closed]:
    """What may leave that was last heard of before `before`, in portions of a month of at most `part` tickets. Raises StoreError."""
    waiting: dict[str, list[tuple[int, int]]] = {}
    after = 0
    while True:
        with store.connection.trouble():
            found = leaving.may_leave(store.connection, before, after, _PAGE)
        for ticket, at, events in found:
            month = month_of(at)
            portion = waiting.setdefault(month, [])
            portion.append((ticket, events))
            if len(portion) >= part:
                yield _closed(month, waiting.pop(month))
        if len(found) < _PAGE:
            break
        after = found[-1][0]
    for month in sorted(waiting):
        yield _closed(month, waiting[month])


def _closed(month: str, found: Sequence[tuple[int, int]]) -> Closed:
    return Closed(month, tuple(ticket for ticket, _ in found), sum(events for _, events in found))


def move(
    store: SqlStore,
    folder: Path,
    before: Instant,
    graph: Graph,
    told: Callable[[Closed], None] = lambda _: None,
) -> int:
    """Move everything that may leave into `folder`; answer how many tickets went. Raises StoreError, EngineError."""
    folder = folder.resolve()
    moved = 0
    with files.alone(folder):
        clean(store, folder)
        said = asked_by(graph, store.all_terms())
        _explain(store, folder)
        for portion in closed(store, before, PART):
            if _move(store, folder, portion, before, said):
                moved += len(portion.tickets)
                told(portion)
    return moved


def _move(store: SqlStore, folder: Path, portion: Closed, before: Instant, said: frozenset[str]) -> bool:
    connection = store.connection
    with connection.trouble():
        part = shaped(leaving.rows_of(connection, portion.tickets), COLUMNS, said)
    manifest = files.write(folder, portion.month, part, said)
    written = digest_of(files.read_whole(folder, manifest))
    known = Stored(
        manifest.name,
        portion.month,
        str(folder),
        manifest.tickets,
        files.manifest_digest(folder, portion.month, manifest.name),
    )
    key = part.tables["tickets"][0].index("key")
    # Each row was read and goes with all that refers to it: SQLite need not look for what may be left behind.
    with connection.unchecked(), store.cycle(), connection.trouble():
        connection.lock(leaving.LOCK)
        connection.hold(portion.tickets)
        now = shaped(leaving.rows_of(connection, portion.tickets), COLUMNS, said)
        if now.digest != written or not leaving.still_may(connection, portion.tickets, before):
            return False  # something was heard of one of them meanwhile: the next run takes what may go then
        leaving.enter(connection, known, [row[key] for row in part.tables["tickets"][1]])
        leaving.remove(connection, portion.tickets)
    return True


def _explain(store: SqlStore, folder: Path) -> None:
    """Put what was promised, and the rules of every version, beside the parts."""
    for item in store.all_terms():
        files.keep_text(folder, f"terms/{contents.digest(item)}.json", contents.to_json(item))
    newest, _ = store.generation()
    for generation in range(1, newest + 1):
        rules = store.rules_of(generation)
        if rules is not None:
            for path, text in rules.files.items():
                inside = Path(path).name if Path(path).is_absolute() or ".." in Path(path).parts else path
                files.keep_text(folder, f"rules/{generation:06}-{rules.digest[:12]}/{inside}", text)


def clean(store: SqlStore, folder: Path) -> list[str]:
    """Remove parts that an interrupted run left: the store does not know them, and each of their tickets is in it, or in a part that
    it knows. Answers the names of parts of which that does not hold: they belong to somebody else. Raises StoreError, EngineError."""
    with store.connection.trouble():
        known = {(part.month, part.name): part for part in leaving.parts(store.connection)}
    strange = []
    for month, name in files.manifests(folder):
        if (month, name) in known:
            continue
        manifest = files.read_manifest(folder, month, name)
        elsewhere = {key: number for key, number in _keys(folder, manifest) if store.find(key) != number}
        with store.connection.trouble():
            where = set(leaving.where_archived(store.connection, elsewhere).values())
        for part in known.values():
            if part.name in where:
                place = Path(part.folder)
                archived = dict(_keys(place, files.read_manifest(place, part.month, part.name)))
                elsewhere = {key: number for key, number in elsewhere.items() if archived.get(key) != number}
        if not elsewhere:
            files.discard(folder, manifest)
        else:
            strange.append(name)
    files.sweep(folder)
    return strange


def _keys(folder: Path, manifest: files.Manifest) -> list[tuple[str, int]]:
    columns, rows = files.read(folder, manifest, ["tickets"])["tickets"]
    number, key = columns.index("id"), columns.index("key")
    return [(row[key], row[number]) for row in rows]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that the store knows, found in its folder. `restored` are tickets of it that are in the store again."""

    folder: Path
    manifest: files.Manifest
    restored: tuple[int, ...] = ()


def parts(store: SqlStore, folder: Path | None = None) -> list[Part]:
    """The parts of this store's archive; `folder` is where it is now, if it was moved. Raises StoreError, EngineError."""
    connection = store.connection
    found = []
    with connection.trouble():
        stored = [(part, leaving.restored(connection, part.name)) for part in leaving.parts(connection)]
    for part, back in stored:
        place = Path(part.folder) if folder is None else folder
        if files.manifest_digest(place, part.month, part.name) != part.manifest:
            raise EngineError(
                f"{place}: the manifest of part {part.name} is not the one that the store knows",
                help="bring the archive back from a backup",
            )
        found.append(Part(place, files.read_manifest(place, part.month, part.name), tuple(back)))
    return found


def tickets(store: SqlStore, found: Iterable[Part], until: Instant | None = None) -> Iterator[Ticket]:
    """Archived tickets with their events (not after `until`) and pins, as the store would tell them. Raises EngineError."""
    terms = {contents.digest(item): item for item in store.all_terms()}
    for part in found:
        tables = files.read(part.folder, part.manifest, ["tickets", "sayings", "events", "pins"])
        rows = unshaped(tables, {table: COLUMNS[table] for table in ("tickets", "events", "pins")})
        if until is not None:
            rows["events"] = [row for row in rows["events"] if row[2] <= until]
            rows["pins"] = [row for row in rows["pins"] if row[1] <= until]
        back = set(part.restored)
        for ticket in tickets_of(rows, terms, {row[0]: row[1] for row in rows["tickets"]}):
            if ticket.id not in back:
                yield ticket


def restore(store: SqlStore, keys: Sequence[str], folder: Path | None = None) -> list[str]:
    """Bring tickets back into the store; answer the keys of those that are not archived. Raises StoreError, EngineError."""
    connection = store.connection
    with connection.trouble():
        where = leaving.where_archived(connection, keys)
    known = {part.manifest.name: part for part in parts(store, folder)}
    for name in sorted(set(where.values())):
        part = known[name]
        tables = files.read_whole(part.folder, part.manifest)
        wanted = {key for key in keys if where.get(key) == name}
        rows = unshaped(_only(tables, wanted), COLUMNS)
        with store.cycle(), connection.trouble():
            connection.lock(leaving.LOCK)
            if leaving.where_archived(connection, wanted) != dict.fromkeys(wanted, name):
                raise EngineError(f"{part.folder}: part {name} was changed meanwhile", help="run it again")
            leaving.put_back(connection, rows)
            leaving.no_longer_archived(connection, name, [(row[0], row[1]) for row in rows["tickets"]])
    return [key for key in keys if key not in where]


def _only(tables: dict[str, Table], keys: set[str]) -> dict[str, Table]:
    """The same tables with rows of these tickets alone, and their places counted anew."""
    head, rows = tables["tickets"]
    chosen = [row for row in rows if row[head.index("key")] in keys]
    place = {row[0]: number for number, row in enumerate(chosen)}
    found: dict[str, Table] = {}
    for table, (columns, rows) in tables.items():
        if table == "sayings":
            found[table] = (columns, rows)
        else:
            found[table] = (columns, [(place[row[0]], *row[1:]) for row in rows if row[0] in place])
    return found
