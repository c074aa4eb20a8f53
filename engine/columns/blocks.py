"""What many tickets' events say, as bytes: how blocks of columns are kept, and made one again. Pure.

Everything that a block knows of its tickets is in it, the words too, so that taking out a block takes out all of it. A thing
said has the same bytes in every block; so blocks become one by looking bytes up, and each thing is read once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.columns.told import I32, I64, LIVE, U32, Flags, Saying, Told
from engine.facts import FieldValue
from engine.terms import Terms

T = TypeVar("T")

FORMAT = 1
"""What bodies are written in, and how tickets are put into blocks; others are not read."""

_TERMINATOR = b"\n"


class _Body(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    promised: list[str | None]
    sayings: bytes
    ids: memoryview
    sizes: memoryview
    pinned: memoryview
    apart: memoryview
    at: memoryview
    saying: memoryview


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Body)


@dataclass(frozen=True, slots=True)
class Piece:
    """`Told` with sayings as JSON, promises as digests of terms (None: nothing is promised) and events counted by ticket in `sizes`."""

    fields: frozenset[str]
    promised: Sequence[str | None]
    sayings: Sequence[bytes]
    ids: I64
    sizes: U32
    pinned: I32
    apart: Flags
    at: U32
    saying: U32

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, chosen: Flags) -> Piece:
        """The tickets that `chosen` marks."""
        if chosen.all():
            return self
        events = np.repeat(chosen, self.sizes)
        return replace(
            self,
            ids=self.ids[chosen],
            sizes=self.sizes[chosen],
            pinned=self.pinned[chosen],
            apart=self.apart[chosen],
            at=self.at[events],
            saying=self.saying[events],
        )


def piece_of(told: Told, digest: Callable[[Terms], str]) -> Piece:
    """The same as a piece; `digest` names terms."""
    return Piece(
        fields=told.fields,
        promised=[None if terms is None else digest(terms) for terms in told.terms],
        sayings=[_line(saying) for saying in told.sayings],
        ids=told.ids,
        sizes=np.diff(told.starts).astype(np.uint32),
        pinned=told.pinned,
        apart=told.apart,
        at=told.at,
        saying=told.saying,
    )


def told_of(piece: Piece, terms: Mapping[str, Terms]) -> Told:
    """The tickets of a piece; `terms` by their digests."""
    starts = np.zeros(len(piece.ids) + 1, dtype=np.int64)
    np.cumsum(piece.sizes, out=starts[1:])
    return Told(
        fields=piece.fields,
        sayings=_read(piece.sayings),
        terms=[None if digest is None else terms[digest] for digest in piece.promised],
        ids=piece.ids,
        starts=starts,
        at=piece.at,
        saying=piece.saying,
        pinned=piece.pinned,
        apart=piece.apart,
    )


def joined(pieces: Collection[Piece], fields: frozenset[str]) -> Piece:
    """Pieces that all keep at least `fields` as one that keeps these, its tickets in the order of the pieces."""
    tickets, events = sum(map(len, pieces)), sum(len(item.at) for item in pieces)
    whole = Piece(
        fields=fields,
        promised=(),
        sayings=(),
        ids=np.empty(tickets, dtype=np.int64),
        sizes=np.empty(tickets, dtype=np.uint32),
        pinned=np.empty(tickets, dtype=np.int32),
        apart=np.empty(tickets, dtype=np.bool_),
        at=np.empty(events, dtype=np.uint32),
        saying=np.empty(events, dtype=np.uint32),
    )
    sayings: dict[bytes, int] = {}
    promised: dict[str | None, int] = {}
    ticket = event = 0
    for item in pieces:
        last, end = ticket + len(item), event + len(item.at)
        whole.ids[ticket:last] = item.ids
        whole.sizes[ticket:last] = item.sizes
        whole.apart[ticket:last] = item.apart
        whole.pinned[ticket:last] = _codes(item.promised, promised)[item.pinned]
        whole.at[event:end] = item.at
        whole.saying[event:end] = _codes(item.sayings, sayings)[item.saying]
        ticket, event = last, end
    return replace(whole, promised=list(promised), sayings=list(sayings))


def compact(piece: Piece) -> Piece:
    """The same without what none of its tickets says or is promised."""
    said = np.unique(piece.saying)
    held = np.unique(piece.pinned[piece.pinned >= 0])
    pinned = piece.pinned.copy()
    pinned[pinned >= 0] = np.searchsorted(held, pinned[pinned >= 0])
    return replace(
        piece,
        promised=[piece.promised[number] for number in held.tolist()],
        sayings=[piece.sayings[number] for number in said.tolist()],
        saying=np.searchsorted(said, piece.saying).astype(np.uint32),
        pinned=pinned,
    )


def to_bytes(piece: Piece) -> bytes:
    """The body of a block."""

    def raw(values: NDArray[Any], kind: str) -> memoryview:
        return memoryview(values.astype(kind).tobytes())

    return _ENCODER.encode(
        _Body(
            promised=list(piece.promised),
            sayings=_TERMINATOR.join(piece.sayings),
            ids=raw(piece.ids, "<i8"),
            sizes=raw(piece.sizes, "<u4"),
            pinned=raw(piece.pinned, "<i4"),
            apart=raw(piece.apart, "?"),
            at=raw(piece.at, "<u4"),
            saying=raw(piece.saying, _numbers(len(piece.sayings))),
        )
    )


def from_bytes(fields: frozenset[str], body: bytes) -> Piece:
    """The piece that a body holds. Raises ValueError if it holds none."""
    try:
        found = _DECODER.decode(body)
    except msgspec.DecodeError as error:
        raise ValueError("not the body of a block") from error
    sayings = found.sayings.split(_TERMINATOR) if found.sayings else []
    return Piece(
        fields=fields,
        promised=found.promised,
        sayings=sayings,
        ids=np.frombuffer(found.ids, dtype="<i8"),
        sizes=np.frombuffer(found.sizes, dtype="<u4"),
        pinned=np.frombuffer(found.pinned, dtype="<i4"),
        apart=np.frombuffer(found.apart, dtype="?"),
        at=np.frombuffer(found.at, dtype="<u4"),
        saying=np.frombuffer(found.saying, dtype=_numbers(len(sayings))),
    )


def _numbers(count: int) -> str:
    """What numbers so many sayings."""
    return "<u2" if count <= 1 << 16 else "<u4"


def checksum(format_: int, fields: str, body: bytes) -> int:
    """CRC-32 of what a block says."""
    return zlib.crc32(body, zlib.crc32(f"{format_} {fields}".encode()))


def _codes(words: Sequence[T], known: dict[T, int]) -> I64:
    """The number in `known`, which grows, of each word; and -1 at the end, for what has none."""
    return np.array([*(known.setdefault(word, len(known)) for word in words), LIVE], dtype=np.int64)


def _line(saying: Saying) -> bytes:
    return json.dumps((saying[0], dict(saying[1])), separators=(",", ":"), sort_keys=True).encode()


_SAYINGS = msgspec.json.Decoder(list[tuple[str, dict[str, FieldValue]]])


def _read(lines: Sequence[bytes]) -> list[Saying]:
    whole = b"[" + b",".join(lines) + b"]"
    try:
        return list(_SAYINGS.decode(whole))
    except msgspec.DecodeError:  # half a surrogate pair, which an action of a person's may hold
        return [(kind, data) for kind, data in json.loads(whole)]
