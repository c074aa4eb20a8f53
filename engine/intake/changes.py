"""The life of one ticket out of an audit log: rows that each hold the whole state after a change become events.

Real logs are not clean, so three things are decided here. Rows stand in the order of their instants, then of their
counter. A status that leaves "resolved" counts as a reopening only if the log's own counter of reopenings says so
(where it has one); otherwise the row is out of order and its status is passed over. And where the log knows when the
ticket was resolved or closed, that instant holds for the last time that it was, not the row's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.facts import CANCELLED, CHANGED, CLOSED, OPENED, REOPENED, RESOLVED, FieldValue
from engine.intake.mapping import Map

Said = tuple[int, int, str, dict[str, FieldValue], str]
"""Instant, sequence, kind, data, and the event's name within its ticket."""

_ENDS = (RESOLVED, CLOSED, CANCELLED)
_RANK = {OPENED: 0, REOPENED: 1, CHANGED: 1, RESOLVED: 2, CLOSED: 3, CANCELLED: 3}


@dataclass(frozen=True, slots=True)
class Change:
    """A row: the state after it. `order` counts a ticket's rows, `reopens` its reopenings (None if not logged)."""

    at: int
    order: int
    reopens: int | None
    fields: Mapping[str, FieldValue]


@dataclass(slots=True)
class Life:
    """The rows of one ticket, in any order, and what they say of its opening, resolution and closing."""

    opened: int | None = None
    resolved: int | None = None
    closed: int | None = None
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class _Step:
    at: int
    order: int
    kind: str
    data: dict[str, FieldValue]
    name: str


def events_of(life: Life, map_: Map) -> list[Said]:
    """The events of a ticket's life; the same rows in any order, once or twice, make the same events."""
    rows = _sorted(life.changes)
    opened = rows[0].at if life.opened is None else life.opened
    ends = {text: kind for kind in _ENDS for text in getattr(map_.states, kind)}
    steps = _walk(rows, opened, ends, known=str(rows[0].order) == map_.first_order)
    _set_ends(steps, life)
    return [
        (
            step.at,
            step.order * 4 + _RANK[step.kind] if step.kind != OPENED else -1,
            step.kind,
            step.data,
            step.name,
        )
        for step in steps
    ]


def _sorted(changes: list[Change]) -> list[Change]:
    """In order, each row once."""
    found: list[Change] = []
    for change in sorted(changes, key=lambda row: (row.at, row.order, sorted(map(str, row.fields.items())))):
        if not found or change != found[-1]:
            found.append(change)
    return found


def _walk(rows: list[Change], opened: int, ends: Mapping[str, str], *, known: bool) -> list[_Step]:
    first = {name: value for name, value in rows[0].fields.items() if value != ""}
    if str(first.get("status", "")) in ends:
        del first["status"]
    steps = [_Step(opened, rows[0].order, OPENED, first, OPENED)]
    # A log that begins in the middle continues an earlier one: its first row is told in full, as a change.
    before: dict[str, FieldValue] = dict(first) if known else {}
    standing, reopens = "", rows[0].reopens or 0
    names: set[str] = set()
    for row in rows:
        now = dict(row.fields)
        end = ends.get(str(now.get("status", "")), "")
        kind = CHANGED
        if end and end != standing:
            kind = end
        elif standing and not end:
            if row.reopens is None or row.reopens > reopens:
                kind = REOPENED
            else:
                now["status"], end = before.get("status", ""), standing
        standing, reopens = end, max(reopens, row.reopens or 0)
        data = {name: value for name, value in now.items() if not known or before.get(name, "") != value}
        known = True
        before = now
        if data or kind != CHANGED:
            steps.append(_Step(max(row.at, opened), row.order, kind, data, _name(row, names)))
    return steps


def _name(row: Change, names: set[str]) -> str:
    name = base = f"{row.order}:{row.at}"
    count = 1
    while name in names:
        count += 1
        name = f"{base}:{count}"
    names.add(name)
    return name


def _set_ends(steps: list[_Step], life: Life) -> None:
    for kind, at in ((RESOLVED, life.resolved), (CLOSED, life.closed)):
        if at is None:
            continue
        last = max((index for index, step in enumerate(steps) if step.kind == kind), default=None)
        reopened = max((index for index, step in enumerate(steps) if step.kind == REOPENED), default=0)
        if last is not None and (last > reopened or at < steps[reopened].at):
            # Between what came before it and what ended it: a log contradicts itself now and then.
            floor = max((step.at for step in steps[:last] if step.kind in {OPENED, REOPENED}), default=at)
            if at >= floor:
                steps[last].at = at
        elif at >= steps[reopened].at:
            order = steps[-1].order
            place = next(
                (i for i, step in enumerate(steps) if i > reopened and step.kind in {CLOSED, CANCELLED}), None
            )
            if place is None:
                steps.append(_Step(at, order, kind, {}, kind))
            else:
                steps.insert(place, _Step(min(at, steps[place].at), steps[place].order, kind, {}, kind))
