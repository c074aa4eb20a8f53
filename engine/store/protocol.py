"""What the engine asks of a store. SQLite answers it today; the same questions suit any SQL database.

A store hands out plain values and keeps three promises: an event with a known (source, source id) is ignored; a
cycle is written in one transaction or not at all; an alert's key (ticket, metric, cycle, threshold) exists once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from engine.clock import Clock
from engine.delivery.outbox import Message, Outbox
from engine.facts import Event, Fields, Instant, Pin, Ticket
from engine.ladder.decision import Decision, Key
from engine.snapshot import Row, Tally, Transition
from engine.store.column_blocks import ColumnBlocks
from engine.terms import Terms


@dataclass(frozen=True, slots=True)
class StoredRules:
    """A version of the rule set as it was in force: `files` maps the shown path to the text."""

    digest: str
    generation: int
    at: int
    root: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What a cycle writes for one ticket: the state it is in, its clocks, new pins and new alerts."""

    ticket_id: int
    fields: Fields
    status_class: str
    closed: bool
    tier: str
    customer: str  # the declared customer, "" if unknown
    group: str
    acknowledged_at: int | None
    snoozed_until: int | None
    flagged: bool
    pins: tuple[Pin, ...]
    clocks: tuple[Clock, ...]
    alerts: tuple[Transition, ...]
    next_at: int | None = None  # when time alone changes something about the ticket
    opened: int | None = None  # the instant of its opening; None takes that of its earliest event
    by_time: bool = False  # only time has passed since the last writing: the ticket itself is as it was


@dataclass(frozen=True, slots=True)
class Claim:
    """A ticket that an engine has taken on. `anew`: events have come, or rules were replaced, since it was last evaluated;
    `since` is the generation of the rules that it was evaluated by if these were replaced, 0 if not; `written` the number of the
    writing that made what the store has of it."""

    ticket_id: int
    anew: bool = False
    since: int = 0
    written: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Coming:
    """A ticket to which time alone brings something `at`; `written` as in a claim."""

    ticket_id: int
    at: int
    written: int


@dataclass(frozen=True, slots=True)
class Acted:
    """A decision with what must be sent for it; the events that it makes are added as any others."""

    decision: Decision
    messages: tuple[Message, ...] = ()
    short: str = ""  # the step in a few words, for the inbox


@dataclass(frozen=True, slots=True)
class News:
    """What a look at a store brings. `version` differs whenever anything has changed, whoever wrote it; `written` is what to ask with
    the next time; `generation` is that of the rules in force, 0 while there are none; `next_at` is when the first clock has something to
    do. `rows` are the tickets that were written by id, None for those that need no person."""

    version: int
    written: int
    generation: int
    next_at: int | None
    rows: Mapping[int, Row | None]


class Store(Protocol):
    """One connection's worth of store; not shared between threads."""

    @property
    def outbox(self) -> Outbox:
        """The messages that must leave, over the same connection."""
        ...

    @property
    def blocks(self) -> ColumnBlocks:
        """The columns of open tickets that are kept, over the same connection."""
        ...

    def add_events(self, source: str, rows: Iterable[tuple[str, Event]]) -> tuple[int, int]:
        """Append (ticket key, event) pairs in one transaction; answer how many were new and how many known. Tickets with
        new events await an engine from then on."""
        ...

    def waits(self, now: Instant) -> bool:
        """Whether any ticket awaits an engine or has come due by `now`."""
        ...

    def claim(self, now: Instant, limit: int) -> list[Claim]:
        """Take on up to `limit` tickets: those due by `now`, earliest first, then those that await an engine. Nobody else
        gets them before the transaction ends; only inside `cycle()`."""
        ...

    def claim_of(self, tickets: Sequence[int]) -> list[Claim]:
        """The same of these tickets, whether they await anything or not; without those that somebody else has taken on."""
        ...

    def coming(self, after: tuple[int, int], until: Instant, limit: int) -> list[Coming]:
        """The next tickets that come due by `until`, in order of (instant, id), after this place in that order; without those
        that await an engine."""
        ...

    def put_off(self, tickets: Sequence[int], since: int) -> None:
        """Let these tickets await an engine because the rules of generation `since` are replaced; only inside `cycle()`."""
        ...

    def affected_tickets(
        self, tiers: Sequence[str] | None, customers: Sequence[str] | None, calendars: Sequence[str] = ()
    ) -> list[int]:
        """Ids of open tickets of these declared customers, pinned to these tiers, or with an open clock on these calendars;
        every open ticket if the first two are None."""
        ...

    def due_tickets(self, now: Instant, limit: int) -> list[int]:
        """Ids of tickets with a clock whose next instant is not after `now`, earliest first."""
        ...

    def tickets(self, ids: Sequence[int] | None = None, until: Instant | None = None) -> Iterator[Ticket]:
        """Tickets with their events (not after `until`) and pins; all of them where `ids` is None."""
        ...

    def find(self, key: str) -> int | None:
        """The id of the ticket that people call `key`."""
        ...

    def save_terms(self, terms: Iterable[Terms]) -> None: ...

    def save_rules(self, rules: StoredRules) -> int:
        """Keep a version; answer its generation. The same digest as the newest is not a new generation."""
        ...

    def rules(self, at: Instant | None = None) -> StoredRules | None:
        """The version in force at `at` (now if None); the first one for instants before it."""
        ...

    def generation(self) -> tuple[int, str]:
        """Generation and digest of the rules in force; (0, "") while there are none. Inside `cycle()` they stay so until its
        end."""
        ...

    def rules_of(self, generation: int) -> StoredRules | None:
        """The version of that generation."""
        ...

    def rules_named(self, digests: Iterable[str]) -> list[StoredRules]:
        """The versions of these digests, the oldest first, each once."""
        ...

    def save_plan(self, digest: str, base: str, at: Instant) -> None:
        """Note that the rules of `digest` were planned against those of `base`."""
        ...

    def planned(self, digest: str) -> bool:
        """Whether the rules of `digest` were ever planned."""
        ...

    def require_plans(self, required: bool) -> None:
        """Note whether whoever puts other rules in force has to find them planned."""
        ...

    def plans_required(self) -> bool:
        """What was noted last; False while nothing was."""
        ...

    def all_terms(self) -> list[Terms]:
        """Every promise that was ever pinned, each once."""
        ...

    def cycle(self, *, swapping: bool = False) -> AbstractContextManager[None]:
        """One write transaction: everything inside is in, or nothing. `swapping` is for putting other rules in force: it begins
        when every cycle under way has ended, and no other begins before its end."""
        ...

    def write(self, written: Iterable[Written]) -> list[Transition]:
        """Replace the tickets' clocks, add pins and alerts; answer the alerts that were new."""
        ...

    def decided(self, tickets: Sequence[int]) -> dict[int, dict[Key, str]]:
        """The steps of these tickets' ladders that were decided before, with the reasons."""
        ...

    def decide(self, acted: Iterable[Acted]) -> None:
        """Keep new decisions and queue their messages; only inside `cycle()`."""
        ...

    def decisions(self, ticket: int) -> list[Decision]:
        """What became of the steps of a ticket's ladders, in order of their instants."""
        ...

    def recent_decisions(self, limit: int) -> list[Decision]:
        """The latest decisions, newest first."""
        ...

    def loads(self) -> dict[str, int]:
        """How many open tickets each assignee (as the tickets call them) has."""
        ...

    def rows(self, limit: int | None = None) -> list[Row]:
        """Open tickets, most urgent first."""
        ...

    def flagged(self, limit: int) -> list[int]:
        """Ids of up to `limit` tickets that are flagged to management, open or not, the newest ticket first."""
        ...

    def news(self, written: int | None) -> News:
        """What has been written after `written`, as the look before said; None for the first look, which brings every ticket that
        needs a person. Some tickets may be told twice."""
        ...

    def tallies(
        self, start: Instant, end: Instant, zone: str = "UTC"
    ) -> list[tuple[str, str, str, int, Tally]]:
        """(customer, tier, metric, day number in `zone`, tally) of clocks decided in `[start, end)`."""
        ...

    def last_alert(self) -> int:
        """The highest alert id; 0 if there is none."""
        ...

    def recent(self, after: int, limit: int) -> list[tuple[int, Transition]]:
        """Alerts with an id over `after`, oldest first, with their ids."""
        ...

    def close(self) -> None: ...
