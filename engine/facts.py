"""What is known of a ticket: its events, in order, and the terms that were pinned to it.

Nothing here is computed from rules. An instant is an `int`, UTC seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from engine.terms import Terms

Instant = NewType("Instant", int)
"""UTC seconds since the epoch."""

OPENED = "opened"
CHANGED = "changed"
REPLY = "reply"
AUTO_REPLY = "auto-reply"
NOTE = "note"
MESSAGE = "message"
RESOLVED = "resolved"
REOPENED = "reopened"
CLOSED = "closed"
CANCELLED = "cancelled"
ACKNOWLEDGED = "acknowledged"
SNOOZED = "snoozed"
FLAGGED = "flagged"
EXCUSED = "excused"

KNOWN_KINDS = (
    OPENED,  # data: the first value of every field (customer, priority, status, subject, ...)
    CHANGED,  # data: the fields that changed
    REPLY,  # public, by a person on our side
    AUTO_REPLY,  # public, by a machine
    NOTE,  # private
    MESSAGE,  # from the customer
    RESOLVED,  # these four move the ticket's status class, whether or not data holds a status
    REOPENED,
    CLOSED,
    CANCELLED,
    ACKNOWLEDGED,  # data: by
    SNOOZED,  # data: by, until (instant; 0 ends it)
    FLAGGED,  # data: by, flag (true or false)
    EXCUSED,  # data: by, reason, metric, cycle, excused (false takes it back)
)
"""Any other kind is a milestone: it starts or stops the declared metrics that name it."""

DEEDS = frozenset({ACKNOWLEDGED, SNOOZED, FLAGGED, EXCUSED})
"""Kinds whose data tells of what somebody did; all others may bring fields of the ticket."""

_ABOUT_THE_EVENT = frozenset({"by", "echo"})
_WITH_ITS_WORDS = _ABOUT_THE_EVENT | {"text"}
_WRITTEN = frozenset({REPLY, AUTO_REPLY, NOTE, MESSAGE})


def no_fields(kind: str) -> frozenset[str]:
    """Keys of the data of an event that say something of the event itself and are no fields of the ticket."""
    return _WITH_ITS_WORDS if kind in _WRITTEN else _ABOUT_THE_EVENT


FieldValue = str | int | bool
Fields = Mapping[str, FieldValue]
"""Field values by name; `tags` is one string, tags separated by single spaces. A missing text field is ""."""


_NO_NUMBER = 1 << 31
"""More digits than any id has."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one ticket at `at`.

    (`source`, `source_id`) identifies it for ever; `sequence` orders events of one instant in their source.
    """

    at: Instant
    kind: str
    data: Fields
    source: str
    source_id: str
    sequence: int = 0

    @property
    def order(self) -> tuple[int, int, str, int, str, str]:
        """The one order in which a ticket's events count. Ids that are whole numbers come by value, before all others."""
        name = self.source_id
        if name.isascii() and name.isdigit():
            digits = name.lstrip("0")
            return (self.at, self.sequence, self.source, len(digits), digits, name)
        return (self.at, self.sequence, self.source, _NO_NUMBER, "", name)


@dataclass(frozen=True, slots=True)
class Pin:
    """From `at` on these terms hold for the ticket; `terms` None means that nothing is promised (unmanaged)."""

    at: Instant
    terms: Terms | None
    cause: str  # "opened", "customer" or "repin"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket: `id` is the store's, `key` the name that people use. `events` and `pins` stand in their order."""

    id: int
    key: str
    events: tuple[Event, ...]
    pins: tuple[Pin, ...] = field(default=())
