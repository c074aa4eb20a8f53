"""What closings told, out of the store and into it, as the values that `correction` works on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from engine.clock import State
from engine.excuse import Excuse
from engine.store import closings
from engine.store.database import Connection
from engine.store.sql import SqlStore
from reports.compliance import Judged, Standing
from reports.correction import Closing, Register, Told, corrections
from reports.sources import Source

_SEED = "tiercel closing 1"


def register(store: SqlStore) -> Register:
    """Every closing. Raises StoreError."""
    with store.connection.trouble():
        return Register(Closing(*row) for row in closings.closings(store.connection))


def told_by(store: SqlStore, chosen: Sequence[Closing]) -> list[tuple[Closing, Told]]:
    """What these closings told. Raises StoreError."""
    if not chosen:
        return []
    by_id = {item.id: item for item in chosen}
    with store.connection.trouble():
        rows = closings.told_by(store.connection, list(by_id))
    return [(by_id[row[0]], _told(row)) for row in rows]


def pending(store: SqlStore, source: Source, known: Register) -> list[Told]:
    """The corrections that no closing has told. Raises StoreError."""
    mark = known.mark()
    if mark is None:
        return []
    keys, clocks = source.changed_after(mark)
    with store.connection.trouble():
        rows = closings.told_of(store.connection, sorted(keys))
        periods = {row[0]: row[1] for row in closings.closings(store.connection)}
    told = [(periods[row[0]], _told(row)) for row in rows]
    return list(corrections(known, told, clocks, keys))


def enter(connection: Connection, closing: Closing, told: Iterable[Told]) -> int:
    """Keep a closing, inside a transaction; answer its number."""
    rows = [_row(item) for item in told]
    return closings.enter(
        connection,
        (
            None, closing.period, closing.customer, closing.zone, closing.start, closing.end, closing.at, closing.rules, closing.data,
            closing.mark,
        ),
        rows,
    )  # fmt: skip


def data_digest(told: Iterable[Told]) -> str:
    """SHA-256 of what is told, but for the text of excuses, which may have to be erased."""
    found = hashlib.sha256(_SEED.encode())
    for row in sorted(map(_row, told), key=repr):
        found.update(json.dumps([*row[:14], row[14] is not None, *row[16:]]).encode())
    return found.hexdigest()


def _row(item: Told) -> closings.Row:
    clock = item.clock
    return (
        *clock.key,
        clock.group,
        clock.tier,
        clock.priority,
        clock.team,
        clock.state.value,
        clock.started,
        clock.stopped,
        clock.target,
        clock.due,
        clock.decided,
        None if clock.excuse is None else clock.excuse.reason,
        None if clock.excuse is None else clock.excuse.by,
        None if item.standing is None else item.standing.value,
        None if item.was is None else item.was.value,
        item.of,
    )


def _told(row: closings.Row) -> Told:
    reason, person, which, was, of = row[15:]
    excuse = None if reason is None else Excuse(reason, person)
    clock = Judged(*(*row[1:9], State(row[9]), *row[10:15], excuse))
    return Told(clock, None if which is None else Standing(which), None if was is None else Standing(was), of)
