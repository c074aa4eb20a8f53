"""Outages of services and announcements of maintenance, as somebody recorded them. Instants are UTC seconds."""

from __future__ import annotations

from dataclasses import dataclass

from engine.facts import Instant


@dataclass(frozen=True, slots=True)
class Outage:
    """`[start, end)`, `end` None while it lasts. `service` and `customer` are "" where all are meant. (`source`, `source_id`) is its
    identity; `number` the store's."""

    service: str
    customer: str
    start: Instant
    end: Instant | None
    source: str
    source_id: str
    note: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Maintenance that was announced at `announced`: the windows of a declared `maintenance` that begin in `[start, end)`, None where
    open; or, without one, just `[start, end)` of `service` for `customer`, "" where all are meant."""

    maintenance: str
    service: str
    customer: str
    announced: Instant
    start: Instant | None
    end: Instant | None
    source: str
    source_id: str
    note: str = ""
    number: int = 0
