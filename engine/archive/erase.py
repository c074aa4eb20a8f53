"""Personal text out of an archive: a part is written anew without it, and takes the place of the old one in one transaction.

The store says which of the two counts; the other is removed from the disk, now or by whoever works on the archive next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import terms as contents
from engine.archive import files
from engine.archive.parts import Part, clean, parts
from engine.archive.shape import Table, shaped, tickets_of, unshaped
from engine.erasure import Kept, same_clocks
from engine.errors import EngineError
from engine.store import closings, leaving
from engine.store.erasure import Erased
from engine.store.leaving import COLUMNS, Rows, Stored
from engine.store.sql import SqlStore

Chosen = Callable[[Part, Table], set[int]]
"""The ids of tickets of a part, from its table of tickets, that are to lose their text."""


def of_customer(customer: str) -> Chosen:
    """The tickets of a declared customer, or of one that the tickets call so and nobody declared."""

    def chosen(_: Part, tickets: Table) -> set[int]:
        head, rows = tickets
        number, declared, called = (head.index(name) for name in ("id", "declared", "customer"))
        return {
            row[number]
            for row in rows
            if row[declared] == customer or (not row[declared] and row[called] == customer)
        }

    return chosen


def ended_before(instant: int) -> Chosen:
    """The tickets of parts of which nothing was heard since `instant`: all that are archived have ended."""

    def chosen(part: Part, tickets: Table) -> set[int]:
        number = tickets[0].index("id")
        return {row[number] for row in tickets[1]} if part.manifest.heard[1] < instant else set()

    return chosen


def preview(store: SqlStore, kept: Kept, chosen: Chosen, now: int) -> Erased:
    """What would go; nothing is written. Raises StoreError, EngineError."""
    return sum((item.erased for item in _rewritings(store, kept, chosen, now)), Erased())


def forget(store: SqlStore, kept: Kept, chosen: Chosen, now: int) -> Erased:
    """Erase the text of these tickets in every part. What is done stays done, and doing it again goes on. Raises StoreError,
    EngineError."""
    done = Erased()
    for folder in sorted({part.folder for part in parts(store)}):
        with files.alone(folder):
            clean(store, folder)
            for item in _rewritings(store, kept, chosen, now, folder):
                _replace(store, item.part, item.rows, item.keys)
                done += item.erased
    return done


@dataclass(frozen=True, slots=True)
class _Rewriting:
    part: Part
    rows: Rows
    erased: Erased
    keys: tuple[str, ...]


def _rewritings(
    store: SqlStore, kept: Kept, chosen: Chosen, now: int, folder: Path | None = None
) -> Iterator[_Rewriting]:
    """The parts that lose something, with the rows that are left."""
    terms = {contents.digest(item): item for item in store.all_terms()}
    for part in parts(store):
        if folder is not None and part.folder != folder:
            continue
        ids = chosen(part, files.read(part.folder, part.manifest, ["tickets"])["tickets"])
        if not ids:
            continue
        before = unshaped(files.read_whole(part.folder, part.manifest), COLUMNS)
        after, erased = without_text(before, ids, kept)
        if not erased.tickets:
            continue
        keys = {row[0]: row[1] for row in before["tickets"]}
        moved = sum(
            ticket.id in ids and not same_clocks(ticket, kept, now)
            for ticket in tickets_of(before, terms, keys)
        )
        losing = tuple(keys[number] for number in sorted(ids & keys.keys()))
        yield _Rewriting(part, after, erased + Erased(stored_only=moved), losing)


def without_text(rows: Rows, tickets: set[int], kept: Kept) -> tuple[Rows, Erased]:
    """The same rows without the text of these tickets, and what went. Pure."""
    changed: set[int] = set()
    events = []
    for number, ticket, at, sequence, kind, data, source, name in rows["events"]:
        told = json.loads(data)
        left = kept.of(kind, told) if ticket in tickets else told
        if left != told:
            changed.add(ticket)
        events.append(
            (number, ticket, at, sequence, kind, _text(left) if left != told else data, source, name)
        )
    of = COLUMNS["outbox"].index("ticket")
    gone = [row[of] for row in rows["outbox"] if row[of] in tickets]
    number = COLUMNS["tickets"].index("id")
    lost = sum(before[5] != after[5] for before, after in zip(rows["events"], events, strict=True))
    found: Rows = {
        **rows,
        "tickets": [_emptied(row, kept) if row[number] in tickets else row for row in rows["tickets"]],
        "events": events,
        "decisions": [_unreasoned(row, tickets) for row in rows["decisions"]],
        "outbox": [row for row in rows["outbox"] if row[of] not in tickets],
    }
    return found, Erased(len(changed.union(gone)), lost, len(gone))


_EMPTIED = {"subject": None, "assignee": "", "queue": "", "team": "", "tags": "", "step": ""}


def _emptied(row: tuple[object, ...], kept: Kept) -> tuple[object, ...]:
    told = dict(zip(COLUMNS["tickets"], row, strict=True)) | _EMPTIED
    for name in ("status", "priority"):
        told[name] = kept.of("changed", {name: str(told[name] or "")}).get(name) or ""
    return tuple(told.values())


def _unreasoned(row: tuple[object, ...], tickets: set[int]) -> tuple[object, ...]:
    told = dict(zip(COLUMNS["decisions"], row, strict=True))
    return tuple((told | {"reason": ""}).values()) if told["ticket"] in tickets else row


def _text(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _replace(store: SqlStore, part: Part, rows: Rows, losing: Sequence[str]) -> None:
    folder, old = part.folder, part.manifest
    said = frozenset(old.said)
    manifest = files.write(folder, old.month, shaped(rows, COLUMNS, said), said)
    files.read_whole(folder, manifest)
    known = Stored(
        manifest.name,
        old.month,
        str(folder),
        manifest.tickets,
        files.manifest_digest(folder, old.month, manifest.name),
    )
    with store.cycle(), store.connection.trouble():
        store.connection.lock(leaving.LOCK)
        if not leaving.replace(store.connection, old.name, known):
            raise EngineError(f"{folder}: part {old.name} was replaced meanwhile", help="run it again")
        closings.without_text(store.connection, losing)
    files.discard(folder, old)
