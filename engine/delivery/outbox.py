"""Messages that must leave, and what an outbox promises to whoever sends them.

A message is written in the transaction of the decision that it comes from. Sending is apart from that: claim, send, mark. A claim
puts messages of one recipient into a batch that never changes again, so that whatever is sent twice, because the sender died
between sending and marking, goes out under the same key both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from engine.facts import Fields, Instant
from engine.ladder.decision import Decision


class Kind(StrEnum):
    """NOTICE tells a person of a decision; CHANGE hands a change that we made to the ticket's system; FAILURE tells that
    another message could not be delivered; REPORT brings a person the files of a report."""

    NOTICE = "notice"
    CHANGE = "change"
    FAILURE = "failure"
    REPORT = "report"


class Status(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # claimed by a sender
    SENT = "sent"
    SUPPRESSED = "suppressed"  # no longer wanted at the moment of sending
    DEAD = "dead"  # given up
    DISCARDED = "discarded"  # given up, and a person said that this is all right


@dataclass(frozen=True, slots=True)
class Message:
    """Something to send. `recipient` is a mail address (email), a person's or team's name (inbox) or "" (a channel with an
    address of its own); `name` is the person or team that is meant, or several, separated by ", ".

    `data` holds the fields of a CHANGE, or `channel` and `error` of a FAILURE and, where messages were given up, `to`
    (persons and teams), `messages` (how many) and the first of their `tickets`. A REPORT has its title as `report`, its `customer`
    and `period`, and the numbers of its publications as `files`.
    """

    kind: Kind
    channel: str
    recipient: str
    name: str
    data: Fields


@dataclass(frozen=True, slots=True)
class Queued:
    """A message in the outbox. `next_at` is when it may be tried (again). Instants are UTC seconds, None where it has not
    happened; `answer` is what the other side said when it took it, `error` what went wrong the last time.

    Of an inbox notice `read_at` and `acknowledged_at` are the reader's; of a CHANGE `echoed_at` is when the other system's own
    event of it came back.
    """

    id: int
    message: Message
    ticket_id: int
    ticket: str
    source_id: str  # the ticket's key in its own system
    decision: Decision | None
    created: int
    status: Status
    batch: str
    attempts: int
    next_at: int
    sent_at: int | None = None
    error: str = ""
    answer: str = ""
    read_at: int | None = None
    acknowledged_at: int | None = None
    echoed_at: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Something that a message brings along; `media` is its type, such as application/pdf."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that leave together. `key` is unique for ever: the idempotency key. `attempt` counts from 1."""

    key: str
    channel: str
    recipient: str
    attempt: int
    messages: tuple[Queued, ...]


class Outbox(Protocol):
    """What a store offers to senders. Each method is one transaction; none is called inside `Store.cycle()`."""

    def claim(
        self,
        channel: str,
        now: Instant,
        *,
        owner: str,
        lease: int,
        apart: int,
        most: int,
        limit: int = 0,
        per: int = 0,
    ) -> list[Batch]:
        """Take up to `most` batches of a channel for `owner`, oldest first; none by which more than `limit` (0: no limit) would
        be under way, in whosever hands, or have left in the last `per` seconds.

        First the ones that were claimed before and whose lease of `lease` seconds has run out or whose time to be tried again
        has come: same key, same messages. Then waiting messages, put together by recipient (a CHANGE goes alone, and at once), except
        to recipients that were sent something less than `apart` seconds ago, or whose batch has just failed and is tried again.
        """
        ...

    def peek(
        self, channel: str, now: Instant, *, lease: int, apart: int, most: int, limit: int = 0, per: int = 0
    ) -> list[Batch]:
        """What `claim` would take; nothing is taken."""
        ...

    def renew(self, batches: Iterable[str], owner: str, now: Instant) -> set[str]:
        """Begin the lease of these batches anew; answer those that are still the owner's."""
        ...

    def sent(self, batch: str, now: Instant, answer: str) -> None:
        """What is left of a batch was taken by the other side."""
        ...

    def suppress(self, messages: Mapping[int, str], now: Instant) -> None:
        """These messages (id -> reason) are no longer wanted."""
        ...

    def retry(self, batch: str, at: Instant, error: str) -> None:
        """It did not work; try again at `at`."""
        ...

    def give_up(self, batch: str, now: Instant, error: str, tell: Sequence[Message]) -> None:
        """It will not work: the messages are dead letters, each an alert of its ticket, and `tell` is queued about it."""
        ...

    def channels_waiting(self, now: Instant) -> list[str]:
        """Channels with something to do by `now`."""
        ...

    def queued(
        self, statuses: Sequence[Status], *, ticket: int | None = None, limit: int | None = None
    ) -> list[Queued]:
        """Messages by status, newest first; of one ticket where given."""
        ...

    def tried(self) -> dict[int, int]:
        """How often each message was tried that waits or is being sent, by id."""
        ...

    def numbered(self, messages: Sequence[int]) -> list[Queued]:
        """The messages of these ids that there are, newest first."""
        ...

    def has_notices(self) -> bool:
        """Whether the inbox has a message for anybody."""
        ...

    def counts(self) -> dict[tuple[str, Status], int]:
        """How many messages by (channel, status): all that have not left, and of the others those among the newest ten thousand."""
        ...

    def again(self, messages: Sequence[int], now: Instant, addresses: Mapping[str, str]) -> int:
        """Dead letters back into the queue, in new batches, mail to the address that `addresses` has by the person's name (where it
        has none to the same as before); answer how many were dead."""
        ...

    def discard(self, messages: Sequence[int], now: Instant, by: str) -> int:
        """Dead or waiting messages that nobody wants any more; answer how many there were."""
        ...

    def files(self, messages: Iterable[Queued]) -> list[File]:
        """What the REPORT messages among these bring along, as long as it was not erased."""
        ...

    # ---------------------------------------------------------------- the inbox that the product keeps

    def notices(self, recipients: Sequence[str], *, unread: bool, limit: int) -> list[Queued]:
        """Inbox messages to these persons and teams, newest first; to anybody if there are none given."""
        ...

    def read(self, messages: Sequence[int], now: Instant) -> None:
        """Somebody has read them."""
        ...

    # ---------------------------------------------------------------- what other systems answer

    def echoes_awaited(self, tickets: Sequence[int]) -> list[Queued]:
        """CHANGE messages of these tickets whose own event has not come back yet."""
        ...

    def echoed(self, messages: Mapping[int, int]) -> None:
        """Message id -> instant at which the other system's event of it came back. Also inside `Store.cycle()`."""
        ...

    # ---------------------------------------------------------------- links that work once

    def use_link(self, token: str, now: Instant) -> bool:
        """Whether this is the first use of a link; also inside `Store.cycle()`, and then it is undone with it."""
        ...

    def link_used(self, token: str) -> bool:
        """Whether a link has been used; uses nothing."""
        ...
