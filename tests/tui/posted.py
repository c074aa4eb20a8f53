"""A store whose outbox has something of everything, written as a cycle writes it."""

from __future__ import annotations

from engine.delivery.outbox import Kind, Message
from engine.ladder.decision import Decision, Outcome
from engine.store.protocol import Acted
from engine.store.sqlite import SqliteStore

STEP = "at breach of resolution notify duty-manager via inbox, email, pager"


def post(store: SqliteStore, key: str, number: int, *messages: Message, at: int = 1_772_442_000) -> None:
    """A decision that fired for a ticket, with its messages."""
    ticket = store.find(key)
    assert ticket is not None
    decision = Decision(
        at, at + 2, ticket, key, "Acme", "resolution", 1, "noc", STEP, number, Outcome.FIRED, "", "time"
    )
    with store.cycle():
        store.decide([Acted(decision, messages, "told")])


def notice(channel: str, recipient: str, name: str) -> Message:
    return Message(Kind.NOTICE, channel, recipient, name, {})


def fill(store: SqliteStore, key: str) -> dict[str, int]:
    """Three messages about `key`: in the inbox, waiting for the pager, and a dead letter; their numbers."""
    post(
        store,
        key,
        0,
        notice("inbox", "duty-manager", "duty-manager"),
        notice("email", "duty-manager@msp.example", "duty-manager"),
        notice("pager", "", "duty-manager"),
    )
    [batch] = store.outbox.claim("email", 1_772_442_010, owner="test", lease=60, apart=0, most=1)  # type: ignore[arg-type]
    store.outbox.give_up(batch.key, 1_772_442_011, "550 \x1b[31mno such mailbox", ())  # type: ignore[arg-type]
    found = store.outbox.numbered(range(1, 100))
    return {item.message.channel: item.id for item in found}
