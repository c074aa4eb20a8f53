"""What a store says about ladders, flags and messages, for the console's lists; and the errands that people have there.

Everything here runs in the console's worker thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.delivery.outbox import Queued, Status
from engine.facts import Instant
from engine.ladder.people import addresses
from engine.snapshot import Escalations, Upcoming
from engine.store.protocol import Store
from tui.actions import Errand
from tui.fate import reading
from tui.view_flags import Flagged, flagged

if TYPE_CHECKING:
    from dsl.model import RuleSet
    from engine.graph import Graph

MOST = 1000
"""Items of a list that are read; the counts by channel are of more."""
AHEAD = 300
"""Tickets that are looked at for what comes next."""
HORIZON = 7 * 86_400
"""Seconds within which a step is worth announcing."""
NOTICES = 500
UNREAD = 100
"""Unread notices are counted up to here."""

_DONE = (Status.SENT, Status.SUPPRESSED, Status.DISCARDED)


def escalations(store: Store, graph: Graph, now: Instant, *, past: bool) -> Escalations:
    """What fired, what comes next and what became of the messages. Of the `past` only what was decided by then: messages
    carry their fate of today."""
    known = (item for item in store.recent_decisions(MOST) if item.found <= now)
    # What was found in one go, after a time without an engine, in the order in which it should have been.
    decisions = tuple(sorted(known, key=lambda item: (-item.found, -item.at, -item.id)))
    if past:
        return Escalations(decisions=decisions)
    outbox = store.outbox
    return Escalations(
        decisions=decisions,
        upcoming=coming(store, graph, now),
        waiting=tuple(outbox.queued((Status.WAITING, Status.SENDING), limit=MOST)),
        dead=tuple(outbox.queued((Status.DEAD,), limit=MOST)),
        sent=tuple(outbox.queued(_DONE, limit=MOST)),
        counts=outbox.counts(),
    )


def coming(store: Store, graph: Graph, now: Instant) -> tuple[Upcoming, ...]:
    """The steps to come, soonest first: all of them up to some instant, and none after it."""
    from engine.evaluate import evaluate
    from engine.ladder.upcoming import upcoming_of

    end = now + HORIZON
    ids = store.due_tickets(Instant(end), AHEAD)
    found: list[Upcoming] = []
    for ticket in store.tickets(ids):
        evaluated = evaluate(ticket, graph, now)
        found += upcoming_of(ticket, evaluated, now)
        if len(ids) == AHEAD and ticket.id == ids[-1] and evaluated.next_at is not None:
            end = evaluated.next_at  # what comes later may be overtaken by a ticket that was not looked at
    return tuple(sorted((item for item in found if item.at <= end), key=_soonest))


def _soonest(item: Upcoming) -> tuple[int, str, str, str]:
    return (item.at, item.ticket, item.metric, item.step)


def flags(store: Store, graph: Graph, now: Instant, also: Iterable[int] = ()) -> tuple[Flagged, ...]:
    """The tickets that are flagged, closed ones too, the latest flag first. `also` are ids of others that were flagged at
    `now` where that is in the past."""
    from engine.evaluate import evaluate

    found = []
    for ticket in store.tickets(sorted({*store.flagged(MOST), *also}), until=now):
        evaluated = evaluate(ticket, graph, now)
        item = flagged(ticket.id, ticket.key, evaluated.fields, evaluated.customer, ticket.events)
        if item is not None:
            found.append(item)
    return tuple(sorted(found, key=lambda item: (-item.at, item.ticket)))


def inboxes(person: str, rules: RuleSet) -> tuple[str, ...]:
    """Whose notices a person sees: their own, those of their teams, and those that are meant for nobody in particular."""
    from engine.ladder.people import People, teams_of

    known = People(rules).called(person)
    return (person, "") if known is None else (known.name, *teams_of(known.name, rules), "")


def unread(store: Store, recipients: Sequence[str]) -> int:
    """How many of the notices nobody has read, nor taken their ticket on."""
    found = store.outbox.notices(recipients, unread=True, limit=UNREAD)
    return sum(1 for item in found if reading(item) == "unread")


def notices(store: Store, recipients: Sequence[str]) -> tuple[Queued, ...]:
    """The notices, newest first."""
    return tuple(store.outbox.notices(recipients, unread=False, limit=NOTICES))


def run(
    store: Store, messages: Sequence[int], errand: Errand, now: Instant, person: str, rules: RuleSet
) -> int:
    """Do it; answer to how many messages it was done."""
    match errand:
        case Errand.RETRY:
            return store.outbox.again(messages, now, addresses(rules))
        case Errand.DISCARD:
            return store.outbox.discard(messages, now, person)
        case Errand.READ:
            store.outbox.read(messages, now)
            return len(messages)
