"""Our own event format as JSON Lines, fast: what is written plainly is decoded a block at a time.

A line that the decoder does not take as it stands (fields beside `data`, a null, a mistake) goes the general way of
`shapes`, which also finds the words for what is wrong. Both ways make the same event of the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from math import floor
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta

from engine import wall
from engine.intake.fields import MAX_FIELD, MAX_NAME, kind_of, name_of
from engine.intake.mapping import Map, load_map
from engine.intake.reading import MAX_VALUE, Record, blocks, json_object, json_record, refuse_binary
from engine.intake.reject import Reject
from engine.intake.shapes import EventRow, Reading, event

Chunk = dict[str, list[EventRow]]
"""Events by their source."""

_Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
_Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
_Text = Annotated[str, Meta(max_length=MAX_VALUE)]

_REMEMBERED = 200_000
"""Texts of `data` that are remembered as checked: most changes say the same few things."""


_NO_DATA = msgspec.Raw(b"{}")


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    ticket: _Name
    at: str | _Integer
    kind: str
    id: _Name
    data: msgspec.Raw = _NO_DATA
    source: str = ""
    sequence: _Integer | None = None


_LINE = msgspec.json.Decoder(_Line)
_DATA = msgspec.json.Decoder(
    dict[Annotated[str, Meta(min_length=1, max_length=MAX_FIELD)], _Text | _Integer | bool]
)


def is_own(map_: Map) -> bool:
    """Whether a map is the built-in one of our own format."""
    return map_ == load_map("events")


def own_events(
    file: BinaryIO, map_: Map, refuse: Callable[[Reject], None], read: Callable[[int], None]
) -> Iterator[Chunk]:
    """The events of a JSON Lines file, a block of lines at a time. Raises RefusedFileError for a binary file."""
    reader = _Reader(map_, refuse)
    for first, block in blocks(file, read):
        if first == 1:
            refuse_binary(None if block is None else block[: block.find(b"\n")])
        yield reader.chunk(first, block)


class _Reader:
    def __init__(self, map_: Map, refuse: Callable[[Reject], None]) -> None:
        self._map = map_
        self._refuse = refuse
        self._general = Reading(map_, None)
        self._kinds: set[str] = set()
        self._checked: dict[bytes, str] = {}

    def chunk(self, first: int, block: bytes | None) -> Chunk:
        """The events of a block that begins in line `first`."""
        if block is None:
            json_record(first, None, self._refuse)
            return {}
        if len(self._checked) > _REMEMBERED:
            self._checked.clear()
        try:
            decoded = _LINE.decode_lines(block)
            # Blank lines are passed over by the decoder: then the lines have to be counted one by one.
            if len(decoded) == block.count(b"\n") + (not block.endswith(b"\n")):
                _once_each(block, decoded)
                return {self._map.source: self._rows(first, decoded)}
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        chunk: Chunk = {}
        for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), first):
            try:
                plain = [_LINE.decode(line)]
                _once_each(line, plain)
                chunk.setdefault(self._map.source, []).extend(self._rows(number, plain))
            except (msgspec.MsgspecError, ValueError, RecursionError):
                record = json_record(number, line, self._refuse)
                if record is not None:
                    self._one(record, chunk)
        return chunk

    def _one(self, record: Record, chunk: Chunk) -> None:
        try:
            source, row = event(self._general, record)
        except ValueError as error:
            self._refuse(Reject(record.line, str(error), record.text))
        else:
            chunk.setdefault(source, []).append(row)

    def _rows(self, first: int, lines: list[_Line]) -> list[EventRow]:
        """The events of plain lines; raises ValueError if one of them has to go the general way."""
        # A column at a time: what is asked of every value is then asked once, or in a loop without a call.
        if any(line.source for line in lines):
            raise ValueError("has a source of its own")
        tickets = [line.ticket for line in lines]
        names = [line.id for line in lines]
        _plain(tickets)
        _plain(names)
        kinds = [line.kind for line in lines]
        self._kinds.update(map(kind_of, set(kinds) - self._kinds))
        instants = [line.at if isinstance(line.at, int) else _instant(line.at) for line in lines]
        if min(instants) < wall.EARLIEST or max(instants) >= wall.LATEST:
            raise ValueError("no year of ours")
        sequences = [
            number if line.sequence is None else line.sequence for number, line in enumerate(lines, first)
        ]
        raws = [bytes(line.data) for line in lines]
        checked = self._checked
        for raw in set(raws).difference(checked):
            if raw.count(b":") != len(_DATA.decode(raw)):
                json_object(raw)  # a colon in a text, or a key that stands twice
            checked[raw] = raw.decode()
        return list(
            zip(tickets, instants, sequences, kinds, [checked[raw] for raw in raws], names, strict=True)
        )


def _once_each(text: bytes, lines: list[_Line]) -> None:
    """Raise ValueError unless the keys of lines stand in `text` as often as the decoder, which takes the last of two, saw them.

    The names of keys within texts are no mistake: then the general way tells.
    """
    every = len(lines)
    bodies = [line.data for line in lines if line.data is not _NO_DATA]
    ordered = sum(line.sequence is not None for line in lines)
    for key, given in (
        (b'"ticket"', every),
        (b'"at"', every),
        (b'"kind"', every),
        (b'"id"', every),
        (b'"data"', len(bodies)),
        (b'"sequence"', ordered),
        (b'"source"', 0),
    ):
        found = text.count(key)
        if found != given and found - sum(bytes(body).count(key) for body in bodies) != given:
            raise ValueError("a key stands twice")


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return floor(moment.timestamp())


def _plain(texts: list[str]) -> None:
    """Raise ValueError unless each text is a name just as it is stored."""
    joined = "".join(texts)
    if joined.isascii() and joined.isprintable() and " " not in joined:
        return
    for text in texts:
        if name_of("name", text) != text:
            raise ValueError("not as it is stored")
