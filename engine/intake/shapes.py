"""Records into events, for the three shapes that a map can have.

`events` and `tickets` read a row at a time. `changes` needs all rows of a ticket together, wherever they stand in
the file, so it holds what the map takes of them in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.facts import CLOSED, OPENED, REPLY, RESOLVED, FieldValue
from engine.intake.changes import Change, Life, events_of
from engine.intake.fields import FieldReader, absent, field_name, kind_of, name_of, scalar
from engine.intake.instants import reader, within
from engine.intake.mapping import Map, Shape
from engine.intake.reading import Record
from engine.intake.reject import Reject

EventRow = tuple[str, int, int, str, str, str]
"""An event as the store takes it: ticket, instant, sequence, kind, data as JSON, id in the source."""

Found = tuple[str, EventRow]
"""The source of an event, and the event."""

Refuse = Callable[[Reject], None]


def convert(
    map_: Map, columns: frozenset[str] | None, records: Iterable[Record], refuse: Refuse
) -> Iterator[Found]:
    """The events of the records, by the map's shape; a record that makes none is refused with its reason."""
    shape = {Shape.EVENTS: _events, Shape.TICKETS: _tickets, Shape.CHANGES: _changes}[map_.shape]
    return shape(Reading(map_, columns), records, refuse)


class Reading:
    """A map with what is looked up for every row at hand."""

    def __init__(self, map_: Map, columns: frozenset[str] | None) -> None:
        self.map = map_
        self.columns = map_.columns
        self.fields = FieldReader(map_, columns)
        self._instant = reader(map_.times.formats, map_.times.zone)
        self._unknown = frozenset(map_.unknown)

    def instant(self, record: Mapping[str, object], column: str) -> int:
        at = self.maybe(record, column)
        if at is None:
            raise ValueError(f"{column}: missing")
        return at

    def maybe(self, record: Mapping[str, object], column: str | None) -> int | None:
        raw = None if column is None else record.get(column)
        if isinstance(raw, str):
            raw = raw.strip()
        if absent(raw) or (isinstance(raw, str) and raw in self._unknown):
            return None
        try:
            if isinstance(raw, str):
                return self._instant(raw)
            if isinstance(raw, int) and not isinstance(raw, bool):
                return within(raw, raw)
        except ValueError as error:
            raise ValueError(f"{column}: {error}") from None
        raise ValueError(f"{column}: neither a text nor a whole number of seconds")


def _events(reading: Reading, records: Iterable[Record], refuse: Refuse) -> Iterator[Found]:
    for record in records:
        try:
            yield event(reading, record)
        except ValueError as error:
            refuse(Reject(record.line, str(error), record.text))


def event(reading: Reading, record: Record) -> Found:
    """One row as one event. Raises ValueError."""
    map_, columns, values = reading.map, reading.columns, record.values
    assert columns.at is not None
    assert columns.kind is not None
    ticket = name_of(columns.ticket, values.get(columns.ticket))
    raw = values.get(columns.kind)
    kind = kind_of(map_.kinds.get(raw.strip(), raw.strip()) if isinstance(raw, str) else raw)
    at = reading.instant(values, columns.at)
    data = reading.fields.read(values)
    if columns.data is not None:
        data.update(_object(columns.data, values.get(columns.data)))
    body = dump(data)
    if columns.id is None:
        name = hashlib.sha256("\0".join((ticket, str(at), kind, body)).encode()).hexdigest()[:32]
    else:
        name = name_of(columns.id, values.get(columns.id))
    source = values.get(columns.source) if columns.source is not None else None
    sequence = values.get(columns.sequence) if columns.sequence is not None else None
    return (
        map_.source if absent(source) else name_of("source", source),
        (
            ticket,
            at,
            record.line if absent(sequence) else _whole("sequence", sequence),
            kind,
            body,
            name,
        ),
    )


def _object(column: str, raw: object) -> dict[str, FieldValue]:
    if isinstance(raw, str) and raw.strip():
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            raise ValueError(f"{column}: not a JSON object") from None
    if absent(raw):
        return {}
    if not isinstance(raw, dict):
        raise ValueError(f"{column}: not a JSON object")
    return {field_name(name): scalar(name, value) for name, value in raw.items()}


def _whole(what: str, raw: object) -> int:
    try:
        number = int(raw) if isinstance(raw, str | int) else None
    except ValueError:
        number = None
    if number is None or not -(2**63) <= number < 2**63:
        raise ValueError(f"{what}: not a whole number")
    return number


def _tickets(reading: Reading, records: Iterable[Record], refuse: Refuse) -> Iterator[Found]:
    for record in records:
        try:
            found = list(_ticket(reading, record))
        except ValueError as error:
            refuse(Reject(record.line, str(error), record.text))
        else:
            yield from found


def _ticket(reading: Reading, record: Record) -> Iterator[Found]:
    columns, values = reading.columns, record.values
    assert columns.opened is not None
    ticket = name_of(columns.ticket, values.get(columns.ticket))
    opened = reading.instant(values, columns.opened)
    later = [
        (kind, at)
        for kind, column in ((REPLY, columns.replied), (RESOLVED, columns.resolved), (CLOSED, columns.closed))
        if (at := reading.maybe(values, column)) is not None
    ]
    for kind, at in later:
        if at < opened:
            raise ValueError(f"{kind} before it was opened")
    data = reading.fields.read(values)
    # The row has the last status only; a ticket did not open with it if it has come further since.
    last = data.pop("status", None) if any(kind != REPLY for kind, _ in later) else None
    for sequence, (kind, at) in enumerate([(OPENED, opened), *later]):
        said = data if kind == OPENED else {}
        if last is not None and sequence == len(later):
            said = {**said, "status": last}
        yield reading.map.source, (ticket, at, sequence, kind, dump(said), f"{ticket}:{kind}")


def _changes(reading: Reading, records: Iterable[Record], refuse: Refuse) -> Iterator[Found]:
    columns = reading.columns
    assert columns.at is not None
    lives: dict[str, Life] = {}
    for record in records:
        values = record.values
        try:
            ticket = name_of(columns.ticket, values.get(columns.ticket))
            at = reading.instant(values, columns.at)
            order = values.get(columns.order) if columns.order is not None else record.line
            change = Change(
                at,
                _whole(columns.order or "line", order),
                _whole(columns.reopens, values[columns.reopens]) if columns.reopens in values else None,
                reading.fields.read(values, keep_empty=True),
            )
            opened = reading.maybe(values, columns.opened)
            resolved = reading.maybe(values, columns.resolved)
            closed = reading.maybe(values, columns.closed)
        except ValueError as error:
            refuse(Reject(record.line, str(error), record.text))
            continue
        life = lives.setdefault(ticket, Life())
        life.changes.append(change)
        life.opened = min((t for t in (opened, life.opened) if t is not None), default=None)
        life.resolved = max(resolved or 0, life.resolved or 0) or None
        life.closed = max(closed or 0, life.closed or 0) or None
    for ticket, life in lives.items():
        for at, sequence, kind, data, name in events_of(life, reading.map):
            yield reading.map.source, (ticket, at, sequence, kind, dump(data), f"{ticket}:{name}")


def dump(data: dict[str, FieldValue]) -> str:
    """Fields as JSON text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
