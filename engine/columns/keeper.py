"""Keeps the columns of open tickets true: behind a cycle, a portion at a time, so that neither thresholds nor other writers wait.

A pass begins with one look at what has changed. Each block is then read: where nothing has changed it is confirmed, else it is
made of what it was and of its changed tickets, or from the tables where it is missing or in doubt. Whatever happens meanwhile
counts as changed for the next pass.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from engine import terms as contents
from engine.columns.blocks import FORMAT, Piece, checksum, compact, joined, piece_of, to_bytes
from engine.columns.load import Changes, sound, within
from engine.columns.told import LAST, asked, tell_fields
from engine.facts import Instant
from engine.graph import Graph
from engine.store.column_blocks import Head, number_of
from engine.store.protocol import Store
from engine.terms import Terms

PORTION = 1_000
"""Tickets read in a step, at most."""
LOOKS = 20
"""Blocks looked at in a step, at most."""
REST = 300
"""Seconds between two passes."""


@dataclass(slots=True)
class _Pass:
    mark: int
    fields: frozenset[str]
    terms: dict[str, Terms]
    changes: Changes
    numbers: list[int]


@dataclass(slots=True)
class _Block:
    number: int
    drops: int
    pieces: list[Piece]
    rest: list[int]


class Keeper:
    """The columns of one store; used by one thread."""

    def __init__(self) -> None:
        self._pass: _Pass | None = None
        self._block: _Block | None = None
        self._rests_until = 0

    def step(self, store: Store, graph: Graph, now: Instant) -> bool:
        """A portion of the work; whether there is more. Raises StoreError."""
        if self._pass is None:
            if self._rests_until - REST <= now < self._rests_until:
                return False
            self._pass = _begun(store, graph)
        work = self._pass
        if self._block is None:
            if not work.numbers:
                self._pass, self._rests_until = None, now + REST
                return False
            self._block = _next(store, work)
        elif self._block.rest:
            block = self._block
            part, block.rest = block.rest[:PORTION], block.rest[PORTION:]
            told = tell_fields(store.tickets(part), work.fields, LAST)
            block.pieces.append(piece_of(told, contents.digest))
        else:
            _written(store, work, self._block)
            self._block = None
        return True


def _begun(store: Store, graph: Graph) -> _Pass:
    """Look at what has changed."""
    blocks = store.blocks
    mark = blocks.mark()
    terms = {contents.digest(item): item for item in store.all_terms()}
    oldest = min((head.mark for head in blocks.heads()), default=mark)
    numbers = list(range(number_of(blocks.newest()) + 1))
    return _Pass(mark, asked(graph, terms.values()), terms, Changes(blocks.changed(oldest)), numbers)


def _next(store: Store, work: _Pass) -> _Block | None:
    """The next block that there is something to do with; None if there is none among those looked at."""
    same: dict[int, int] = {}
    block = None
    for _ in range(min(LOOKS, len(work.numbers))):
        block = _opened(store, work, work.numbers.pop(), same)
        if block is not None:
            break
    if same:
        store.blocks.confirm(same, work.mark)
    return block


def _opened(store: Store, work: _Pass, number: int, same: dict[int, int]) -> _Block | None:
    """What there is to do with a block; None and, unless another engine has done it, its mark in `same` if there is nothing."""
    drops = store.blocks.drops()
    found = store.blocks.body(number)
    piece = None
    if found is not None:
        head, body = found
        piece = sound(head, body, work.fields, work.terms, max(work.mark, store.blocks.mark()))
        if piece is not None and head.mark > work.mark:
            return None
    if found is None or piece is None or piece.fields != work.fields:
        return _Block(number, drops, [], store.blocks.open_tickets(number))
    gone, still_open = work.changes.of(number, head.mark)
    if not len(gone):
        same[number] = head.mark
        return None
    return _Block(number, drops, [piece.only(~within(piece.ids, gone))], still_open.tolist())


def _written(store: Store, work: _Pass, block: _Block) -> None:
    piece = compact(joined(block.pieces, work.fields))
    body = to_bytes(piece)
    fields = json.dumps(sorted(work.fields))
    head = Head(block.number, work.mark, FORMAT, fields, checksum(FORMAT, fields, body))
    store.blocks.write(head, body, block.drops)
