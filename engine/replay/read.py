"""Portions of a history: parts of an archive, and tickets of a store.

What a process needs to read one is a plain value that travels. A reader stays where it is and remembers what it has met.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import TypeAlias

import numpy as np

from engine.archive import files
from engine.archive.parts import Part
from engine.columns.told import LAST, Told, asked, asked_of_ladders, tell_fields
from engine.facts import EXCUSED, Event, Fields, Instant, Pin, Ticket
from engine.graph import Graph
from engine.replay.judge import Portion
from engine.replay.part import PartReader
from engine.store.opening import open_store
from engine.store.place import Place
from engine.store.sql import SqlStore
from engine.terms import Terms
from engine.wall import EARLIEST

ARCHIVED = 250_000
"""Tickets of an archive that are read at a time, about."""
STORED = 20_000
"""Ids of a store that are read at a time."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Parts of an archive that are read at a time."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The tickets of a store with ids from `first` to `last`."""

    place: Place
    first: int
    last: int


Source: TypeAlias = Shelf | Rows


def archived(parts: Sequence[Part], until: int, since: int = EARLIEST) -> list[Source]:
    """Parts of an archive, without those whose tickets all opened after `until` or before `since`."""
    found: list[Source] = []
    held: list[Part] = []
    for part in parts:
        if part.manifest.opened[0] > until or part.manifest.opened[1] < since:
            continue
        held.append(part)
        if sum(each.manifest.tickets for each in held) >= ARCHIVED:
            found.append(Shelf(tuple(held)))
            held = []
    return [*found, Shelf(tuple(held))] if held else found


def stored(store: SqlStore, place: Place) -> list[Source]:
    """The tickets of a store. Raises StoreError."""
    with store.connection.trouble():
        [last] = store.connection.execute("SELECT coalesce(max(id), 0) FROM tickets").fetchone()
    return [Rows(place, first, min(first + STORED - 1, last)) for first in range(1, last + 1, STORED)]


class Reader:
    """Reads portions as these rules need to know them, with what happens up to `until`.

    `promised` are the terms by digest that pins name; None leaves the pins out, so that the rules promise. `threads` are
    DuckDB's, 0 for as many as there are cores. With `ladders` what steps of ladders ask about is read as well.
    """

    def __init__(
        self,
        graphs: Iterable[Graph],
        until: int,
        promised: Mapping[str, Terms] | None = None,
        threads: int = 1,
        *,
        ladders: bool = False,
    ) -> None:
        self._graphs = tuple(graphs)
        self._until = until
        self._promised = promised
        self._threads = threads
        self._ladders = ladders
        self._parts: PartReader | None = None

    def read(self, source: Source) -> Portion:
        """Raises EngineError, StoreError."""
        return self._shelf(source) if isinstance(source, Shelf) else self._rows(source)

    def _rows(self, source: Rows) -> Portion:
        store = open_store(source.place, read_only=True)
        try:
            found = list(store.tickets(range(source.first, source.last + 1), Instant(self._until)))
        finally:
            store.close()
        if self._promised is None:
            found = [replace(ticket, pins=()) for ticket in found]
        fields = self._asked(pin.terms for ticket in found for pin in ticket.pins)
        told = tell_fields(found, fields, self._until)
        return Portion(
            replace(told, ids=np.arange(len(told), dtype=np.int64)),
            found.__getitem__,
            lambda places: [found[place].key for place in places],
        )

    def _shelf(self, source: Shelf) -> Portion:
        promised = self._promised
        if self._parts is None:
            terms = () if promised is None else promised.values()
            digests = None if promised is None else tuple(promised)
            self._parts = PartReader(self._asked(terms), digests, self._threads)
        self._parts.renew()
        read = [self._parts.read(part) for part in source.parts]
        lexicon = self._parts.lexicon
        bounds = [0, *accumulate(len(part.sizes) for part in read)]
        sizes = np.concatenate([part.sizes for part in read])
        starts = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=starts[1:])
        at = np.concatenate([part.at for part in read])
        apart = np.concatenate([part.repinned for part in read])
        has = np.flatnonzero(sizes)
        apart[has[at[starts[has]] < 0]] = True
        told = Told(
            fields=lexicon.fields,
            sayings=tuple(lexicon.sayings),  # the reader goes on meanwhile
            terms=[*({} if promised is None else promised).values(), None],
            ids=np.arange(len(sizes), dtype=np.int64),
            starts=starts,
            at=np.clip(at, 0, LAST).astype(np.uint32),
            saying=np.concatenate([part.saying for part in read]),
            pinned=np.concatenate([part.pinned for part in read]),
            apart=apart,
        )

        @cache
        def excuses() -> dict[int, list[Fields]]:
            return _excuses(source.parts, bounds)

        def ticket(place: int) -> Ticket:
            low, high = int(starts[place]), int(starts[place + 1])
            events = []
            excused = 0
            for number in range(low, high):
                kind, data = told.sayings[int(told.saying[number])]
                if kind == EXCUSED:
                    data, excused = excuses()[place][excused], excused + 1
                events.append(Event(Instant(int(at[number])), kind, data, "", "", number))
            which = bisect_right(bounds, place) - 1
            pins = (
                Pin(Instant(moment), told.terms[number], cause)
                for moment, cause, number in read[which].pins(place - bounds[which])
            )
            return Ticket(place, "", tuple(events), tuple(pins))

        def keys(places: Sequence[int]) -> list[str]:
            which = [bisect_right(bounds, place) - 1 for place in places]
            names = {number: _keys(source.parts[number]) for number in set(which)}
            return [
                names[number][place - bounds[number]] for number, place in zip(which, places, strict=True)
            ]

        return Portion(told, ticket, keys)

    def _asked(self, terms: Iterable[Terms | None]) -> frozenset[str]:
        """The fields that any of the rules, and these terms under them, may ask about."""
        known = list({id(one): one for one in terms}.values())
        fields = [asked(graph, known) for graph in self._graphs]
        fields += map(asked_of_ladders, self._graphs) if self._ladders else ()
        return frozenset[str]().union(*fields)


def _excuses(parts: Sequence[Part], bounds: Sequence[int]) -> dict[int, list[Fields]]:
    """What excuses say, by place in the order in which they count; columns leave it out, for no clock asks."""
    found: dict[int, list[Fields]] = {}
    for part, bound in zip(parts, bounds, strict=False):
        paths = [str(part.manifest.path(part.folder, table)) for table in ("events", "sayings")]
        with files.connect() as connection, files.trouble(part.folder):
            rows = connection.execute(
                "SELECT place, rest FROM read_parquet(?, hive_partitioning = false, file_row_number = true) AS events"
                f" JOIN read_parquet(?, hive_partitioning = false) ON code = saying WHERE kind = '{EXCUSED}'"
                " ORDER BY events.file_row_number",
                paths,
            ).fetchall()
        for place, rest in rows:
            found.setdefault(bound + place, []).append(json.loads(rest))
    return found


def _keys(part: Part) -> list[str]:
    """What people call the tickets of a part, by place."""
    path = str(part.manifest.path(part.folder, "tickets"))
    with files.connect() as connection, files.trouble(part.folder):
        rows = connection.execute(
            "SELECT key FROM read_parquet(?, hive_partitioning = false) ORDER BY place", [path]
        ).fetchall()
    return [key for (key,) in rows]
