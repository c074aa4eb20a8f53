"""What a person's action on a ticket means: the event it becomes, why it cannot be done, or who was faster. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dsl.condition import StatusClass
from dsl.model import RuleSet
from engine.evaluate import Evaluated
from engine.facts import (
    ACKNOWLEDGED,
    CHANGED,
    FLAGGED,
    NOTE,
    REOPENED,
    REPLY,
    RESOLVED,
    SNOOZED,
    Event,
    Fields,
    FieldValue,
    Ticket,
)
from engine.snapshot import Row
from tui.actions import Act, Action


def refusal(evaluated: Evaluated, action: Action, rules: RuleSet) -> str:
    """Why `action` makes no sense for the ticket as it is now; "" if it does."""
    if action.act is Act.REOPEN:
        return "" if evaluated.closed else "it is open"
    if action.act in {Act.FLAG, Act.NOTE}:
        return ""
    if evaluated.closed:
        return f"it is {evaluated.status_class.value}; reopen it first"
    if action.act is Act.PRIORITY:
        if rules.priorities and action.text not in rules.priorities:
            return f"the rules have no such priority; they have {', '.join(rules.priorities)}"
        if evaluated.fields.get("priority") == action.text:
            return "it has this priority already"
    return ""


def meanwhile(seen: Row, ticket: Ticket, evaluated: Evaluated, action: Action, person: str) -> str:
    """What others have changed since `person` saw the ticket as `seen`, where `action` might undo it unawares; "" if nothing.

    A reply and a note take nothing back; a flag and its review rest on the flag alone.
    """
    if action.act in {Act.REPLY, Act.NOTE}:
        return ""
    names = {FLAGGED} if action.act is Act.FLAG else None
    found = [
        f"{words} by {event.data.get('by', event.source)}"
        for name, words, event in _differences(seen, ticket, evaluated)
        if event.data.get("by") != person and (names is None or name in names)
    ]
    return "; ".join(found)


def _differences(seen: Row, ticket: Ticket, evaluated: Evaluated) -> Iterator[tuple[str, str, Event]]:
    """What people set and is not as it was seen: name, what it is now, and the event that made it so."""
    for name, was in (("assignee", seen.assignee), ("priority", seen.priority), ("status", seen.status)):
        now = str(evaluated.fields.get(name, ""))
        event = _last(ticket, lambda event, name=name: name in event.data)  # type: ignore[misc]
        if event is not None and now[: len(was) or None] != was:
            yield name, f"{name} set to {now or 'nobody'}", event
    for kind, changed in (
        (ACKNOWLEDGED, evaluated.acknowledged_at != seen.acknowledged_at),
        (SNOOZED, evaluated.snoozed_until not in (None, seen.snoozed_until)),
        (FLAGGED, evaluated.flagged != seen.flagged),
    ):
        event = _last(ticket, lambda event, kind=kind: event.kind == kind)  # type: ignore[misc]
        if event is not None and changed:
            yield kind, "flag taken away" if kind == FLAGGED and not evaluated.flagged else kind, event


def _last(ticket: Ticket, wanted: Callable[[Event], bool]) -> Event | None:
    return max(
        (event for event in ticket.events if wanted(event)), key=lambda event: event.order, default=None
    )


def event_of(action: Action, person: str, rules: RuleSet) -> tuple[str, Fields]:
    """Kind and data of the ticket event that records `action` by `person`."""
    data: dict[str, FieldValue] = {"by": person}
    match action.act:
        case Act.ACKNOWLEDGE:
            return ACKNOWLEDGED, data
        case Act.SNOOZE:
            return SNOOZED, data | {"until": action.until}
        case Act.ASSIGN:
            return CHANGED, data | {"assignee": action.text}
        case Act.REPLY:
            return REPLY, data | {"text": action.text}
        case Act.NOTE:
            return NOTE, data | {"text": action.text}
        case Act.RESOLVE:
            return RESOLVED, data | _status(rules, StatusClass.RESOLVED)
        case Act.REOPEN:
            return REOPENED, data | (
                {"status": action.text} if action.text else _status(rules, StatusClass.WORKING)
            )
        case Act.PRIORITY:
            return CHANGED, data | {"priority": action.text}
        case Act.FLAG:
            data["flag"] = action.on
            if action.text:
                data["reason" if action.on else "note"] = action.text
            return FLAGGED, data


def _status(rules: RuleSet, wanted: StatusClass) -> dict[str, FieldValue]:
    """The first status that the rules list for a class, so that the ticket does not keep one that says otherwise."""
    name = next((status for status, found in rules.statuses.items() if found is wanted), "")
    return {"status": rules.status_names.get(name, name)} if name else {}
