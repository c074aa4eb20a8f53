"""Columns of open tickets: from the blocks that the store keeps, and from its tables what has changed since or is in doubt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine import terms as contents
from engine.columns.blocks import FORMAT, Piece, checksum, from_bytes, joined, piece_of, told_of
from engine.columns.told import I64, LAST, Flags, Told, asked, tell_fields
from engine.graph import Graph
from engine.store.column_blocks import SIZE, Head, number_of
from engine.store.protocol import Store
from engine.terms import Terms


def load(store: Store, graphs: Iterable[Graph], ids: Sequence[int] | None = None) -> Told:
    """What the events of these tickets say (of the open ones if None), in no order of tickets, with every field that these rules ask about.

    Raises StoreError.
    """
    known = tuple(graphs)
    while True:
        drops = store.blocks.drops()
        terms = {contents.digest(item): item for item in store.all_terms()}
        fields = frozenset[str]().union(*(asked(graph, terms.values()) for graph in known))
        pieces, rest = _current(store, fields, terms, ids)
        piece = piece_of(tell_fields(store.tickets(rest), fields, LAST), contents.digest)
        # Of what left the store meanwhile no trace is in `changed`; and a promise may have been made meanwhile.
        if store.blocks.drops() == drops and terms.keys() >= set(piece.promised) - {None}:
            return told_of(joined([*pieces, piece], fields), terms)


def sound(
    head: Head, body: bytes, fields: frozenset[str], terms: Mapping[str, Terms], mark: int
) -> Piece | None:
    """What a block holds; None where it is in doubt or lacks one of `fields`. `mark` is the newest that a block may have."""
    if head.format != FORMAT or head.mark > mark or checksum(head.format, head.fields, body) != head.checksum:
        return None
    kept = frozenset(json.loads(head.fields))
    if not fields <= kept:
        return None
    try:
        piece = from_bytes(kept, body)
    except ValueError:
        return None
    known = terms.keys() >= set(piece.promised) - {None}
    return piece if known else None


class Changes:
    """What has changed since some writing, to be asked of block by block."""

    def __init__(self, rows: Iterable[tuple[int, int, bool]]) -> None:
        table = np.array(list(rows), dtype=np.int64).reshape(-1, 3)
        table = table[np.argsort(table[:, 0], kind="stable")]
        self._ids, self._written, self._open = table[:, 0], table[:, 1], table[:, 2] == 1

    def of(self, number: int, mark: int) -> tuple[I64, I64]:
        """The tickets of a block that may be otherwise than they were at `mark`: all, and the open ones."""
        low, high = np.searchsorted(self._ids, (number * SIZE + 1, (number + 1) * SIZE + 1))
        later = self._written[low:high] > mark
        ids = self._ids[low:high]
        # What was written and awaits an engine again is there twice.
        return np.unique(ids[later]), np.unique(ids[later & self._open[low:high]])


def _current(
    store: Store, fields: frozenset[str], terms: Mapping[str, Terms], ids: Sequence[int] | None
) -> tuple[list[Piece], list[int]]:
    """What blocks say that is still so, and the tickets that have to be read."""
    blocks = store.blocks
    mark = blocks.mark()
    found: list[tuple[Head, Piece]] = []
    for head, body in blocks.read():
        piece = sound(head, body, fields, terms, mark)
        if piece is not None:
            found.append((head, piece))
    # After the blocks: what happens between the two is read twice, and not never.
    changes = Changes(blocks.changed(min(head.mark for head, _ in found)) if found else ())
    wanted = None if ids is None else np.unique(np.array(ids, dtype=np.int64))
    pieces: list[Piece] = []
    rest: list[int] = []
    for head, piece in found:
        gone, still_open = changes.of(head.number, head.mark)
        chosen = ~within(piece.ids, gone)
        if wanted is not None:
            chosen &= within(piece.ids, wanted)
        else:
            rest += still_open.tolist()
        pieces.append(piece.only(chosen))
    if wanted is not None:
        have = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *(piece.ids for piece in pieces)]))
        return pieces, wanted[~within(wanted, have)].tolist()
    there = {head.number for head, _ in found}
    for number in range(number_of(blocks.newest()) + 1):
        if number not in there:
            rest += blocks.open_tickets(number)
    return pieces, rest


def within(values: I64, known: I64) -> Flags:
    """Which values are among `known`, which are in order."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: Flags = known[place] == values
    return found
