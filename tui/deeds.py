"""What a person's action on a ticket means: the event it becomes, or why it cannot be done. Pure."""

from __future__ import annotations

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
    Fields,
    FieldValue,
)
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
