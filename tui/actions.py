"""What a person can do to tickets, as values: the action, its outcome, its opposite, and the words for both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from engine.snapshot import Row


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    REPLY = "reply"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    PRIORITY = "priority"
    FLAG = "flag"
    NOTE = "note"


class Errand(StrEnum):
    """What a person can do to messages: send dead letters again, drop ones that nobody wants, have read notices."""

    RETRY = "retry"
    DISCARD = "discard"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Action:
    """`text` is the assignee, the priority, the note, the status to reopen in, or what is said with a flag or its review;
    `until` an instant (a snooze; 0 ends it); `on` of a flag."""

    act: Act
    text: str = ""
    until: int = 0
    on: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids that it was done to, ids with the reason why not, and ids with what somebody else did in the meantime: to these
    nothing was done, and can be if it is still wanted."""

    done: tuple[int, ...]
    refused: tuple[tuple[int, str], ...] = ()
    overtaken: tuple[tuple[int, str], ...] = ()


_DONE: Mapping[Act, str] = MappingProxyType(
    {
        Act.ACKNOWLEDGE: "acknowledged",
        Act.SNOOZE: "snoozed",
        Act.ASSIGN: "assigned",
        Act.REPLY: "reply logged",
        Act.RESOLVE: "resolved",
        Act.REOPEN: "reopened",
        Act.PRIORITY: "priority changed",
        Act.FLAG: "flagged",
        Act.NOTE: "note added",
    }
)


def done(action: Action) -> str:
    """The action in the past tense."""
    if action.act is Act.FLAG and not action.on:
        return "flag reviewed and taken away"
    if action.act is Act.SNOOZE and not action.until:
        return "snooze ended"
    if action.act is Act.ASSIGN:
        return f"assigned to {action.text}" if action.text else "assigned to nobody"
    return f"priority {action.text}" if action.act is Act.PRIORITY else _DONE[action.act]


def asks_first(action: Action, count: int) -> bool:
    """Whether a person must confirm it: it ends clocks, or it touches many."""
    return action.act in {Act.RESOLVE, Act.REOPEN} or count > 1


def opposite(action: Action, rows: Sequence[Row]) -> tuple[tuple[tuple[int, ...], Action], ...]:
    """What brings `rows`, as they were before, back; () where nothing can (a reply cannot be taken back)."""
    if action.act is Act.RESOLVE:
        statuses: dict[str, list[int]] = {}
        for row in rows:
            statuses.setdefault(row.status, []).append(row.id)
        return tuple((tuple(ids), Action(Act.REOPEN, status)) for status, ids in statuses.items())
    if action.act is Act.REOPEN:
        return ((tuple(row.id for row in rows), Action(Act.RESOLVE)),)
    if action.act is Act.FLAG:
        changed = tuple(row.id for row in rows if row.flagged != action.on)
        return ((changed, Action(Act.FLAG, "taken back", on=not action.on)),) if changed else ()
    before: dict[Action, list[int]] = {}
    for row in rows:
        if action.act is Act.SNOOZE:
            back = Action(Act.SNOOZE, until=row.snoozed_until or 0)
        elif action.act is Act.ASSIGN:
            back = Action(Act.ASSIGN, text=row.assignee)
        elif action.act is Act.PRIORITY:
            back = Action(Act.PRIORITY, text=row.priority)
        else:
            return ()
        before.setdefault(back, []).append(row.id)
    return tuple((tuple(ids), back) for back, ids in before.items())


_SPAN = re.compile(r"(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m)?")
_CLOCK = re.compile(r"(tomorrow\s+)?(\d{1,2}):(\d{2})")


def parse_until(text: str, now: int, zone: tzinfo) -> int | str:
    """The instant that "30m", "2h", "1d", "14:30" or "tomorrow 08:00" means; or, as text, what is wrong."""
    words = text.strip().lower()
    local = datetime.fromtimestamp(now, zone)
    match = _CLOCK.fullmatch(words)
    if match and int(match[2]) < 24 and int(match[3]) < 60:
        at = local.replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)
        if match[1] or int(at.timestamp()) <= now:
            at += timedelta(days=1)
        return int(at.timestamp())
    span = _SPAN.fullmatch(words)
    if span and any(span.groups()):
        days, hours, minutes = (int(part or 0) for part in span.groups())
        seconds = days * 86400 + hours * 3600 + minutes * 60
        if 0 < seconds <= 366 * 86400:
            return now + seconds
        return "snooze for at least a minute and at most a year"
    return "write 30m, 2h, 1d, 14:30 or tomorrow 08:00"
