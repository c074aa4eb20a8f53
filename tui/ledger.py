"""What has become of messages since the last look: one entry for each batch that was sent, put off, given up or dropped.

Read from the store, so that it tells what any sender did: a lane's thread, another process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from dsl.ladder import INBOX
from engine.delivery.outbox import Outbox, Queued, Status
from engine.wall import format_instant
from tui.messages import to_whom
from tui.plain import plain

_OPEN = (Status.WAITING, Status.SENDING)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """Messages of one batch with one fate: `what` is sent, put off, dead, suppressed or discarded."""

    what: str
    messages: tuple[Queued, ...]


@dataclass(slots=True)
class Ledger:
    """Knows what it has told. The first look tells nothing: it only learns what is open."""

    outbox: Outbox
    _attempts: dict[int, int] = field(
        default_factory=dict
    )  # of open messages: those whose end is told or comes to nothing
    _last: int = 0

    def __post_init__(self) -> None:
        newest = self.outbox.queued(tuple(Status), limit=1)
        self._last = newest[0].id if newest else 0
        under_way = {item.id for item in self.outbox.queued((Status.SENDING,))}
        self._attempts = {
            number: tried - (number in under_way) for number, tried in self.outbox.tried().items()
        }

    def news(self) -> list[Entry]:
        """What has happened since the last look, oldest message first."""
        known, tried = self._attempts, self.outbox.tried()
        moved = [number for number, attempts in known.items() if tried.get(number) != attempts]
        seen = {item.id: item for item in (*self.outbox.numbered(moved), *self._new())}
        fates = []
        for number, item in sorted(seen.items()):
            self._last = max(self._last, number)
            if item.message.channel == INBOX:
                continue
            before = known.pop(number, 0)
            if item.status not in _OPEN:
                fates.append((item.batch, item.status.value, item))
                continue
            if item.status is Status.WAITING and item.error and item.attempts > before:
                fates.append((item.batch, "put off", item))
            known[number] = item.attempts - (item.status is Status.SENDING)
        return _grouped(fates)

    def _new(self) -> list[Queued]:
        """Messages that were written since the last look."""
        most = _PAGE
        while True:
            found = self.outbox.queued(tuple(Status), limit=most)
            if len(found) < most or found[-1].id <= self._last:
                return [item for item in found if item.id > self._last]
            most *= 4


def _grouped(fates: Iterable[tuple[str, str, Queued]]) -> list[Entry]:
    ordered = sorted(fates, key=lambda fate: (fate[0] == "", fate[0], fate[1], fate[2].id))
    found = [
        Entry(what, tuple(item for *_, item in group))
        for (_, what), group in groupby(ordered, key=lambda fate: fate[:2])
    ]
    return sorted(found, key=lambda entry: entry.messages[0].id)


def entry_record(entry: Entry) -> dict[str, object]:
    """The documented JSON object of an entry."""
    first = entry.messages[0]
    return {
        "what": entry.what,
        "batch": first.batch,
        "channel": first.message.channel,
        "recipient": first.message.recipient,
        "name": first.message.name,
        "messages": [item.id for item in entry.messages],
        "tickets": _tickets(entry.messages),
        "attempts": first.attempts,
        "sent": None if first.sent_at is None else format_instant(first.sent_at),
        "next_try": format_instant(first.next_at) if entry.what == "put off" else None,
        "answer": first.answer,
        "error": first.error,
    }


def entry_line(entry: Entry) -> str:
    """The entry as one harmless line."""
    first = entry.messages[0]
    count = len(entry.messages)
    tickets = _tickets(entry.messages)
    shown = ", ".join(tickets[:5]) + (f" and {len(tickets) - 5} more" if len(tickets) > 5 else "")
    words = [entry.what, first.message.channel, to_whom(first.message), shown or "-"]
    if count > 1:
        words.append(f"{count} messages")
    if entry.what == "put off":
        words.append(f"attempt {first.attempts}, next at {format_instant(first.next_at)}")
    line = "  ".join(plain(word, 300) for word in words)
    said = plain(first.error if entry.what != "sent" else first.answer, 500)
    return f"{line}  ({said})" if said else line


def _tickets(messages: Iterable[Queued]) -> list[str]:
    return list(dict.fromkeys(item.ticket for item in messages if item.ticket))
