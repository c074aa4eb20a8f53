"""What happened to clocks, decisions about ladder steps and messages, for people and programs: lines and documented JSON objects."""

from __future__ import annotations

from engine.delivery.outbox import Kind, Message, Queued, Status
from engine.facts import Fields
from engine.ladder.decision import Decision
from engine.snapshot import Transition
from engine.wall import format_instant
from tui.moment import span
from tui.plain import plain

PUNCTUAL = 5
"""Seconds within which something counts as found in time."""


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def happening(item: Transition | Decision, what: str) -> dict[str, object]:
    """What the documented JSON objects of transitions and decisions have in common."""
    return {
        "at": format_instant(item.at),
        "found": format_instant(item.found),
        "ticket": item.ticket,
        "customer": item.customer,
        "metric": item.metric,
        "cycle": item.cycle,
        "what": what,
        "cause": item.cause,
    }


def happening_line(item: Transition | Decision, what: str) -> str:
    """When, to which clock and what, as harmless text."""
    words = (format_instant(item.at), item.ticket, item.customer, item.metric, f"cycle {item.cycle}", what)
    return "  ".join(plain(word) for word in words)


def lateness(item: Transition | Decision) -> str:
    """How late it was found, "" if in time."""
    late = item.found - item.at
    return f" (found {span(late)} late)" if late > PUNCTUAL else ""


def decision_record(item: Decision) -> dict[str, object]:
    """The documented JSON object of a decision."""
    return {
        **happening(item, item.outcome.value),
        "ladder": item.ladder,
        "step": item.step,
        "number": item.number,
        "reason": item.reason,
    }


def decision_line(item: Decision) -> str:
    """The decision as one harmless line."""
    again = f" again {item.number}" if item.number else ""
    # The reason of one that fired late is how late it was.
    reason = f" ({plain(item.reason)})" if item.reason else lateness(item)
    return happening_line(item, f"{item.outcome.value}{again}: {item.ladder}: {item.step}") + reason


def message_record(item: Queued) -> dict[str, object]:
    """The documented JSON object of a message of the outbox."""
    decision = item.decision
    return {
        "id": item.id,
        "status": item.status.value,
        "kind": item.message.kind.value,
        "channel": item.message.channel,
        "recipient": item.message.recipient,
        "name": item.message.name,
        "ticket": item.ticket,
        "created": format_instant(item.created),
        "next_try": _instant(item.next_at) if item.status in (Status.WAITING, Status.SENDING) else None,
        "attempts": item.attempts,
        "batch": item.batch,
        "sent": _instant(item.sent_at),
        "error": item.error,
        "answer": item.answer,
        "read": _instant(item.read_at),
        "acknowledged": _instant(item.acknowledged_at),
        "echoed": _instant(item.echoed_at),
        "data": dict(item.message.data),
        "decision": None if decision is None else decision_record(decision),
    }


def about(item: Queued) -> str:
    """What a message is about, in a few words."""
    data = item.message.data
    if item.message.kind is Kind.CHANGE:
        changes = (f"{name} = {value}" for name, value in data.items() if name != "by")
        return "change: " + (", ".join(changes) or "nothing")
    if item.message.kind is Kind.FAILURE:
        return f"not delivered by {data.get('channel', '?')}{_lost(data)}: {data.get('error', '')}"
    if item.message.kind is Kind.REPORT:
        return f"{data.get('report', '')}, {data.get('customer', '')}, {data.get('period', '')}"
    return item.decision.step if item.decision is not None else ""


def _lost(data: Fields) -> str:
    """What a failure says of the messages that were given up: how many, to whom and about what."""
    count = data.get("messages")
    if count is None:
        return ""
    messages = "1 message" if count == 1 else f"{count} messages"
    tickets = f" about {data['tickets']}" if data.get("tickets") else ""
    return f", {messages} to {data.get('to') or 'its other side'}{tickets}"


def to_whom(message: Message) -> str:
    """The recipient as people know it: "duty-manager <duty-manager@msp.example>", a name, or an address."""
    if message.recipient and message.name and message.recipient != message.name:
        return f"{message.name} <{message.recipient}>"
    return message.name or message.recipient or "-"


def fate(item: Queued) -> str:
    """What has become of a message: when it was sent, or what went wrong."""
    match item.status:
        case Status.SENT:
            return f"at {format_instant(item.sent_at)}" if item.sent_at is not None else ""
        case Status.WAITING | Status.SENDING if not item.error:
            return ""
        case Status.WAITING | Status.SENDING:
            return f"attempt {item.attempts}: {item.error}; next at {format_instant(item.next_at)}"
        case Status.DISCARDED:
            return item.answer
        case _:
            return item.error


def message_line(item: Queued) -> str:
    """A message of the outbox as one harmless line."""
    words = (
        str(item.id),
        item.status.value,
        item.message.channel,
        to_whom(item.message),
        item.ticket or "-",
        about(item),
    )
    line = "  ".join(plain(word, 300) for word in words)
    ending = plain(fate(item), 500)
    return f"{line}  ({ending})" if ending else line
