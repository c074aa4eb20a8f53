"""Excuses: breaches that somebody has taken out of compliance, with a reason and a name. Pure.

An excuse is an event of its ticket, and so is taking it back: both stay on record, go where the ticket goes, and name who did it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.facts import EXCUSED, Event
from engine.history import clean
from engine.predicate import as_flag, as_number, as_text


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a breach does not count, and who says so; both are "" once their text was erased."""

    reason: str
    by: str


def excuses(events: Iterable[Event]) -> dict[tuple[str, int], Excuse]:
    """The excuses in force by (metric, cycle), of one ticket's events in any order: of each clock the last word counts."""
    found: dict[tuple[str, int], Excuse] = {}
    for event in sorted(events, key=lambda event: event.order):
        if event.kind != EXCUSED:
            continue
        data = clean(event.data)
        key = (as_text(data.get("metric")), as_number(data.get("cycle", 1)) or 1)
        if as_flag(data.get("excused", True)):
            found[key] = Excuse(as_text(data.get("reason")), as_text(data.get("by")))
        else:
            found.pop(key, None)
    return found
