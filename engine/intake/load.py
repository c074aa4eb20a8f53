"""Loads a file into a store: reads, converts, and commits a chunk at a time, so that a killed import is just run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Protocol

from engine.intake.mapping import Format, Map
from engine.intake.own import Chunk, is_own, own_events
from engine.intake.reading import Record, RefusedFileError, csv_header, csv_rows, jsonl
from engine.intake.reject import Reject
from engine.intake.shapes import EventRow, Found, convert

CHUNK = 20_000
"""Events from which on a transaction is closed."""

MAX_REJECTS = 100_000
"""Rejects that are kept with their reason; more of them are only counted."""


class EventSink(Protocol):
    """The part of a store that an import needs."""

    def append(self, source: str, rows: list[EventRow]) -> tuple[int, int]:
        """Append events in one transaction; answer how many were new and how many known."""
        ...


@dataclass(slots=True)
class Outcome:
    """What an import did: events that were `new` or already `known`, and the rows that were refused."""

    new: int = 0
    known: int = 0
    refused: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def refuse(self, reject: Reject) -> None:
        self.refused += 1
        if len(self.rejects) < MAX_REJECTS:
            self.rejects.append(reject)


def load(store: EventSink, file: BinaryIO, map_: Map, form: Format, read: Callable[[int], None]) -> Outcome:
    """Import a file by a map. `read` is told how many bytes have been taken.

    Raises RefusedFileError if the file as a whole cannot be what it was said to be, StoreError from the store.
    """
    outcome = Outcome()
    taken = 0

    def count(size: int) -> None:
        nonlocal taken
        taken = size
        read(size)

    for chunk in _chunks(file, map_, form, outcome, count):
        for source, rows in chunk.items():
            new, known = store.append(source, rows)
            outcome.new += new
            outcome.known += known
    if not taken:
        raise RefusedFileError("the file is empty")
    return outcome


def _chunks(
    file: BinaryIO, map_: Map, form: Format, outcome: Outcome, read: Callable[[int], None]
) -> Iterator[Chunk]:
    if form is Format.JSONL and is_own(map_):
        yield from _gathered(own_events(file, map_, outcome.refuse, read))
        return
    found = _found(file, map_, form, outcome, read)
    while events := list(islice(found, CHUNK)):
        chunk: Chunk = {}
        for source, row in events:
            chunk.setdefault(source, []).append(row)
        yield chunk


def _gathered(pieces: Iterable[Chunk]) -> Iterator[Chunk]:
    """Small chunks as few that are worth a transaction."""
    chunk: Chunk = {}
    for piece in pieces:
        for source, rows in piece.items():
            chunk.setdefault(source, []).extend(rows)
        if sum(map(len, chunk.values())) >= CHUNK:
            yield chunk
            chunk = {}
    yield chunk


def _found(
    file: BinaryIO, map_: Map, form: Format, outcome: Outcome, read: Callable[[int], None]
) -> Iterator[Found]:
    records: Iterator[Record]
    if form is Format.JSONL:
        columns = None
        records = jsonl(file, outcome.refuse, read)
    else:
        header, source = csv_header(file, map_.delimiter, read)
        columns = frozenset(header)
        _check_columns(map_, header)
        records = csv_rows(header, source, map_.delimiter, outcome.refuse)
    return convert(map_, columns, records, outcome.refuse)


def _check_columns(map_: Map, header: list[str]) -> None:
    wanted = [*map_.columns.model_dump(exclude_none=True).values(), *map_.fields.values()]
    missing = sorted({name for name in wanted if name not in header and name not in map_.optional})
    if missing:
        raise RefusedFileError(
            f"the file has no column {', '.join(repr(name) for name in missing)}",
            help=f"its columns are: {', '.join(header)[:500]}; choose another --map",
        )
