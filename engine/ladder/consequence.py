"""What a fired step brings about: messages to send and events of the ticket. Pure; whoever acts writes both with the decision."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dsl.ladder import EMAIL, INBOX, Action, Channel, Flag, Notify, RaisePriority, Reassign, Tag
from dsl.model import RuleSet
from engine.delivery.outbox import Kind, Message, Queued
from engine.facts import CHANGED, FLAGGED, Event, Fields, FieldValue, Instant, Ticket
from engine.ladder.decision import Decision
from engine.ladder.people import Meant, People, inboxes, ticket_name
from engine.predicate import Situation, as_flag, as_text

SOURCE = "escalation"
"""The source of the events that ladders make."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a step would do now; `no` says why it does nothing, "" if it does something. `nobody`: nobody is meant."""

    no: str = ""
    nobody: bool = False
    kind: str = ""
    change: Fields | None = None
    to: tuple[Meant, ...] = ()


def wanted(
    action: Action, situation: Situation, people: People, loads: Mapping[str, int], *, flagged: bool
) -> Wanted:
    """What `action` comes down to for a ticket in this situation."""
    fields = situation.fields
    match action:
        case Notify(to, _):
            found = [people.meant(recipient, situation) for recipient in to]
            meant = tuple({item.name: item for item in found if item is not None}.values())
            return Wanted(to=meant) if meant else Wanted("there is nobody to notify", nobody=True)
        case Reassign(to):
            group = people.meant(to, situation)
            if group is None:
                return Wanted("there is nobody to reassign it to", nobody=True)
            now = people.called(as_text(fields.get("assignee")))
            if now is not None and now in group.people:
                return Wanted(f"it is assigned to {now.name} already")
            name = ticket_name(people.least_loaded(group, loads))
            return Wanted(kind=CHANGED, change={"assignee": name})
        case Flag():
            return Wanted("it is flagged already") if flagged else Wanted(kind=FLAGGED, change={"flag": True})
        case RaisePriority(priority):
            raised = _raised(situation.priority, priority, people.rules)
            return (
                Wanted(kind=CHANGED, change={"priority": raised})
                if raised
                else Wanted("its priority is not below")
            )
        case Tag(text):
            tags = as_text(fields.get("tags")).split()
            if text in tags:
                return Wanted("it has this tag already")
            return Wanted(kind=CHANGED, change={"tags": " ".join((*tags, text))})


def _raised(now: str, wished: str, rules: RuleSet) -> str:
    """The priority to raise to, "" if the ticket has it or a higher one. Of an unknown one every step is up."""
    order = [name.casefold() for name in rules.priorities]
    at = order.index(now) if now in order else len(order)
    to = order.index(wished.casefold()) if wished.casefold() in order else at - 1
    return rules.priorities[to] if 0 <= to < at else ""


def messages(
    action: Action, found: Wanted, decision: Decision, ticket: Ticket, people: People
) -> tuple[Message, ...]:
    """What has to be sent for a step that fired."""
    rules = people.rules
    if isinstance(action, Notify):
        if found.nobody:
            return tuple(failures(people, SOURCE, f"{decision.step}: {found.no}"))
        told = (action, tuple([meant.name for meant in found.to]))
        if told not in people.notices:
            notices = _notices(action, found.to, rules)
            people.notices[told] = tuple({(item.channel, item.recipient): item for item in notices}.values())
        return people.notices[told]
    if found.kind != CHANGED or found.change is None:
        return ()
    change = found.change
    return tuple(
        Message(Kind.CHANGE, channel.name, "", "", change)
        for channel in listening(ticket, rules.channels.values())
    )


def _notices(action: Notify, to: Sequence[Meant], rules: RuleSet) -> Iterable[Message]:
    names = ", ".join(dict.fromkeys(name for meant in to for name in inboxes(meant, rules)))
    for channel in action.channels:
        if channel not in (INBOX, EMAIL):
            yield Message(Kind.NOTICE, channel, "", names, {})
            continue
        for meant in to:
            if channel == INBOX:
                yield from (Message(Kind.NOTICE, INBOX, name, name, {}) for name in inboxes(meant, rules))
            else:
                yield from (
                    Message(Kind.NOTICE, EMAIL, person.email, person.name, {})
                    for person in meant.people
                    if person.email
                )


def failures(people: People, channel: str, error: str, lost: Sequence[Queued] = ()) -> Iterable[Message]:
    """Notices to management's inboxes that something could not be delivered by a channel; to "" where there is no management.

    `lost` are the messages that were given up together: the notice says to whom they were, how many, and about which tickets.
    """
    management = people.management()
    names = list(inboxes(management, people.rules)) if management else [""]
    data: dict[str, FieldValue] = {"channel": channel, "error": error}
    if lost:
        to = (name for item in lost for name in (item.message.name or item.message.recipient).split(", "))
        data |= {
            "to": _first(to),
            "messages": len(lost),
            "tickets": _first(item.ticket for item in lost),
        }
    return (Message(Kind.FAILURE, INBOX, name, name, data) for name in names)


def _first(names: Iterable[str]) -> str:
    """The first few of these names, each once, and how many more there are."""
    found = list(dict.fromkeys(filter(None, names)))
    more = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def listening(ticket: Ticket, channels: Iterable[Channel]) -> Iterable[Channel]:
    """The channels whose ticket system the ticket came from."""
    source = home(ticket)
    return (channel for channel in channels if source in channel.sources or "*" in channel.sources)


def home(ticket: Ticket) -> str:
    """The source that the ticket's first event came from."""
    return ticket.events[0].source if ticket.events else ""


def event_of(found: Wanted, decision: Decision, now: Instant) -> Event | None:
    """The ticket event that a fired step makes; None if it only tells people."""
    if found.change is None:
        return None
    data: dict[str, FieldValue] = {
        **found.change,
        "by": f"escalation {decision.ladder}",
        "reason": decision.step,
    }
    if found.kind == CHANGED:
        del data["reason"]  # a change's data are fields of the ticket
    name = "\0".join(map(str, (decision.ticket, *decision.key)))
    return Event(now, found.kind, data, SOURCE, hashlib.sha256(name.encode()).hexdigest()[:32])


def short(action: Action) -> str:
    """A step in a few words."""
    match action:
        case Notify(_, channels):
            return f"told via {', '.join(channels)}"
        case Reassign():
            return "reassigned"
        case Flag():
            return "management"
        case RaisePriority():
            return "priority raised"
        case Tag(text):
            return f"tagged {text}"


def applied(situation: Situation, change: Fields | None) -> Situation:
    """The situation with a change made: later steps of the same moment see what earlier ones did."""
    if not change or "flag" in change:
        return situation
    return Situation(
        {**situation.fields, **change}, situation.status_class, situation.customer, situation.group
    )


def flags(change: Fields | None) -> bool:
    """Whether a change flags the ticket."""
    return change is not None and as_flag(change.get("flag", False))
