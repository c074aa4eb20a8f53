"""Messages and decisions about ladder steps, for people and for programs: the lines and the documented JSON objects."""

from __future__ import annotations

from engine.decision import Decision
from engine.facts import Fields
from engine.outbox import Kind, Message, Queued, Status
from engine.wall import format_instant
from tui.moment import span
from tui.plain import plain

PUNCTUAL = 5
"""Seconds within which something counts as found in time."""


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def decision_record(item: Decision) -> dict[str, object]:
    """The documented JSON object of a decision."""
    return {
        "at": format_instant(item.at),
        "found": format_instant(item.found),
        "ticket": item.ticket,
        "customer": item.customer,
        "metric": item.metric,
        "cycle": item.cycle,
        "what": item.outcome.value,
        "cause": item.cause,
        "ladder": item.ladder,
        "step": item.step,
        "number": item.number,
        "reason": item.reason,
    }


def decision_line(item: Decision) -> str:
    """The decision as one harmless line."""
    late = f" (found {span(item.found - item.at)} late)" if item.found - item.at > PUNCTUAL else ""
    again = f" again {item.number}" if item.number else ""
    words = (
        format_instant(item.at),
        item.ticket,
        item.customer,
        item.metric,
        f"cycle {item.cycle}",
        f"{item.outcome.value}{again}: {item.ladder}: {item.step}",
    )
    reason = f" ({plain(item.reason)})" if item.reason and not late else late
    return "  ".join(plain(word) for word in words) + reason


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
