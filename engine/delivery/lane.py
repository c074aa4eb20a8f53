"""One channel's way from the outbox to the world: claim, check again, send, mark. Used by one thread at a time.

What a channel takes is limited in a window; past that nothing is claimed, and what piles up leaves as one message a recipient.
When the other side is down, one batch at a time asks whether it is back, so that an outage wears out one message and not all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dsl.model import RuleSet
from engine.channels.deadline import LateError, within
from engine.channels.door import LaterError, NeverError, Way, open_way
from engine.delivery.backoff import ASKED_MOST, Backoff
from engine.delivery.links import Links
from engine.delivery.outbox import Batch, Outbox, Queued
from engine.delivery.page import Page, Seen, page_of
from engine.delivery.recheck import unwanted
from engine.errors import StoreError
from engine.evaluate import evaluate
from engine.facts import Instant
from engine.graph import Graph
from engine.ladder.consequence import failures
from engine.settings import Settings, secret
from engine.store.protocol import Store

AT_ONCE = 8
"""Batches in one claim."""

_MARKS = 3


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pass did, in messages: taken by the other side, put off, given up, and no longer wanted."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0
    suppressed: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.put_off + other.put_off,
            self.dead + other.dead,
            self.suppressed + other.suppressed,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """`apart` seconds between two messages to one recipient; at most `most` batches in `per` seconds, 0 for no limit."""

    apart: int
    most: int
    per: int


def limits_of(channel: str, settings: Settings, rules: RuleSet) -> Limits:
    """A channel's own limits, else those of all. One that hands changes to a ticket system has none unless it is given one:
    a change cannot be put together with others."""
    own, shared = settings.channels.get(channel), settings.delivery
    declared = rules.channels.get(channel)
    usual = 0 if declared is not None and declared.sources else shared.limit
    return Limits(
        shared.together if own is None or own.together is None else own.together,
        usual if own is None or own.limit is None else own.limit,
        shared.per if own is None or own.per is None else own.per,
    )


def links_of(settings: Settings) -> Links | None:
    """One-click links, where the web app has an address and a secret. Raises EngineError for a secret that cannot be read."""
    key = secret(settings.web.secret, settings.web.secret_file) if settings.web.url else ""
    return Links(key, settings.web.url, settings.web.link_lifetime) if key else None


Observed = Callable[[str, str, int, float], None]
"""Hears of every send: the channel, `sent`, `put off` or `dead`, how many messages, and how many seconds it took."""


@dataclass(frozen=True, slots=True)
class Office:
    """What every lane works with. `owner` names this sender; `random` answers numbers in [0, 1)."""

    settings: Settings
    environment: Mapping[str, str]
    owner: str
    random: Callable[[], float]
    clock: Callable[[], int]
    stopping: Callable[[], bool] = lambda: False
    observed: Observed = lambda *_: None

    @property
    def backoff(self) -> Backoff:
        """How often and when something is tried again."""
        its = self.settings.delivery
        return Backoff(its.first, its.factor, its.longest, its.attempts)


class Lane:
    """The lane of one channel; remembers whether the other side is down."""

    def __init__(self, channel: str, office: Office) -> None:
        self.channel = channel
        self._office = office
        self._failures = 0
        self._quiet_until = 0

    def drain(self, store: Store, graph: Graph) -> Delivered:
        """Send what can be sent now. Raises StoreError and EngineError; then what was claimed is tried again when its lease ends."""
        office, outbox = self._office, store.outbox
        limits = limits_of(self.channel, office.settings, graph.ruleset)
        round_ = _Round(self.channel, office, store, graph, links_of(office.settings))
        done = Delivered()
        try:
            while not office.stopping():
                now = Instant(office.clock())
                if self._quiet(now):
                    break
                batches = outbox.claim(
                    self.channel,
                    now,
                    owner=office.owner,
                    lease=office.settings.delivery.lease,
                    apart=limits.apart,
                    most=1 if self._failures else AT_ONCE,
                    limit=limits.most,
                    per=limits.per,
                )
                if not batches:
                    break
                done += self._send(round_, outbox, batches)
        finally:
            round_.close()
        return done

    def _quiet(self, now: Instant) -> bool:
        """Whether the other side is left alone for now."""
        # A wait that ends further off than any wait may take was begun before the clock was set back.
        return now < self._quiet_until <= now + max(ASKED_MOST, self._office.settings.delivery.longest)

    def _send(self, round_: _Round, outbox: Outbox, batches: Sequence[Batch]) -> Delivered:
        done = Delivered()
        down: LaterError | None = None
        for index, batch in enumerate(batches):
            if down is not None or self._office.stopping():
                outbox.retry(batch.key, Instant(self._office.clock()), str(down or ""))
                done += Delivered(put_off=len(batch.messages))
                continue
            did, error = round_.one(batch, [item.key for item in batches[index:]], self._failures)
            done += did
            if error is not None and error.outage:
                down = error
                self._failures += 1
                self._quiet_until = round_.again_at
            elif did.sent or did.dead or error is not None:
                self._failures, self._quiet_until = 0, 0
        return done


class _Round:
    """One drain: a connection that is kept, and the rules as they were at its beginning."""

    def __init__(self, channel: str, office: Office, store: Store, graph: Graph, links: Links | None) -> None:
        self._channel = channel
        self._office = office
        self._store = store
        self._graph = graph
        self._links = links
        self._way: Way | None = None
        self.again_at = 0

    def close(self) -> None:
        if self._way is not None:
            self._way.close()

    def one(
        self, batch: Batch, ours: Sequence[str], failures_before: int
    ) -> tuple[Delivered, LaterError | None]:
        """Send one batch; `ours` are the keys of it and of those after it. Answers what became of it, and what stood against it."""
        office, outbox = self._office, self._store.outbox
        if batch.key not in outbox.renew(ours, office.owner, Instant(office.clock())):
            return Delivered(), None  # another sender took it over: it is in its hands
        kept, suppressed, page = self._checked(batch)
        if page is None:
            return Delivered(suppressed=suppressed), None
        outbox.renew(ours, office.owner, Instant(office.clock()))
        error: LaterError | None = None
        began = time.monotonic()
        try:
            if self._way is None:
                self._way = open_way(self._channel, office.settings, self._graph.ruleset, office.environment)
            answer = within(office.settings.timeout(self._channel), self._way, page)
        except NeverError as refused:
            self._observed("dead", kept, began)
            return self._given_up(batch, kept, suppressed, str(refused)), None
        except LaterError as later:
            error = later
            if isinstance(later, LateError):
                self._way = None
        now = Instant(office.clock())
        over = error is not None and office.backoff.over(batch.attempt)
        self._observed("sent" if error is None else "dead" if over else "put off", kept, began)
        if error is None:
            _marked(lambda: outbox.sent(batch.key, now, answer))
            return Delivered(sent=len(kept), suppressed=suppressed), None
        attempt = max(batch.attempt, failures_before + 1 if error.outage else 0)
        self.again_at = now + office.backoff.delay(attempt, office.random, asked=error.asked)
        if over:
            what = f"{error} (attempt {batch.attempt}, the last)"
            return self._given_up(batch, kept, suppressed, what), error
        outbox.retry(batch.key, Instant(self.again_at), str(error))
        return Delivered(put_off=len(kept), suppressed=suppressed), error

    def _observed(self, outcome: str, kept: Sequence[Queued], began: float) -> None:
        self._office.observed(self._channel, outcome, len(kept), time.monotonic() - began)

    def _checked(self, batch: Batch) -> tuple[list[Queued], int, Page | None]:
        """What is still wanted of a batch, how much is not any more, and the page that says the former."""
        now = Instant(self._office.clock())
        seen = seen_now(self._store, batch, self._graph, now)
        reasons = reasons_against(batch, seen, self._graph, now)
        if reasons:
            self._store.outbox.suppress(reasons, now)
        kept = [item for item in batch.messages if item.id not in reasons]
        settings = self._office.settings
        page = page_of(
            batch,
            kept,
            seen,
            self._graph,
            now,
            links=self._links,
            listed=settings.delivery.listed,
            web=settings.web.url,
            files=self._store.outbox.files(kept),
        )
        return kept, len(reasons), page if kept else None

    def _given_up(self, batch: Batch, kept: Sequence[Queued], suppressed: int, error: str) -> Delivered:
        now = Instant(self._office.clock())
        tell = tuple(failures(self._graph.people, self._channel, error, kept))
        _marked(lambda: self._store.outbox.give_up(batch.key, now, error, tell))
        return Delivered(dead=len(kept), suppressed=suppressed)


def seen_now(store: Store, batch: Batch, graph: Graph, now: Instant) -> Seen:
    """The tickets of a batch as they are at `now`."""
    ids = sorted({item.ticket_id for item in batch.messages if item.ticket_id})
    return {ticket.id: (ticket, evaluate(ticket, graph, now)) for ticket in store.tickets(ids)}


def reasons_against(batch: Batch, seen: Seen, graph: Graph, now: int) -> dict[int, str]:
    """The messages of a batch that are no longer wanted, each with the reason."""
    found = {}
    for item in batch.messages:
        ticket = seen.get(item.ticket_id)
        reason = unwanted(item, ticket[1] if ticket else None, graph, now)
        if reason:
            found[item.id] = reason
    return found


def _marked(mark: Callable[[], None]) -> None:
    """Mark what has left, also when the store is locked for a while: else it would be sent again."""
    for _ in range(_MARKS - 1):
        with suppress(StoreError):
            mark()
            return
    mark()
