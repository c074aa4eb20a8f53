"""The store on a SQL database: one connection, and the questions of `engine.store.protocol` answered by the modules beside this one.

What the database is, only its connection knows. What a transaction has committed survives the death of the process. A thread opens
a store of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from engine.facts import Event, Instant, Ticket
from engine.ladder.decision import Decision, Key
from engine.snapshot import Row, Tally, Transition
from engine.store import claims, decisions, leaving, reads, state, terms
from engine.store.column_blocks import ColumnBlocks
from engine.store.database import POST, WORK, Connection
from engine.store.events import EventLog, EventRow, rows_of
from engine.store.outbox import SqlOutbox
from engine.store.protocol import Acted, Claim, Coming, News, StoredRules, Written
from engine.store.terms import TermsShelf
from engine.terms import Terms

P = ParamSpec("P")
T = TypeVar("T")

RULES = "rules"
"""What cycles share and a swap of the rules has for itself."""


def _told(method: Callable[Concatenate[SqlStore, P], T]) -> Callable[Concatenate[SqlStore, P], T]:
    """Let no exception of the database's out of a method: `StoreError` says it in words."""

    @wraps(method)
    def telling(self: SqlStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.connection.trouble():
            return method(self, *args, **kwargs)

    return telling


class SqlStore:
    """One connection to a store. Every method raises `StoreError` when it cannot be read or written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._terms = TermsShelf(connection)
        self._events = EventLog(connection, self._terms)
        self.outbox = SqlOutbox(connection)
        self.blocks = ColumnBlocks(connection)
        connection.renewed = self._forget

    def close(self) -> None:
        self.connection.close()

    # ---------------------------------------------------------------- transactions

    @contextmanager
    def cycle(self, *, swapping: bool = False) -> Iterator[None]:
        """One write transaction: everything inside is in, or nothing. The rules in force stay so until its end."""
        with self._transaction():
            with self.connection.trouble():
                self.connection.lock(RULES, shared=not swapping)
            yield

    @contextmanager
    def acting(self, tickets: Sequence[int]) -> Iterator[None]:
        """One write transaction for whoever looks at these tickets and then adds events to them: nobody else does so in between."""
        with self._transaction():
            with self.connection.trouble():
                self.connection.lock(leaving.LOCK, shared=True)  # first, as whoever archives does
                self.connection.hold(tickets)
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with ExitStack() as otherwise:
            otherwise.callback(self._forget)
            with self.connection.trouble(), self.connection.transaction():
                yield
            otherwise.pop_all()

    def _forget(self) -> None:
        self._events.forget()
        self._terms.forget()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.connection.in_transaction:
            yield
        else:
            with self._transaction():
                yield

    # ---------------------------------------------------------------- events and tickets

    @_told
    def append(self, source: str, rows: Sequence[EventRow]) -> tuple[int, int]:
        """Append prepared rows in one transaction; answer how many were new and how many known. Those of archived tickets are
        neither; `late` counts them."""
        before = sum(self.late.values())
        with self.connection.unchecked(), self._writing():
            new = self._events.append(source, rows)
        return new, len(rows) - new - (sum(self.late.values()) - before)

    @_told
    def archives(self) -> bool:
        """Whether tickets have ever left this store for an archive."""
        return leaving.goings(self.connection) > 0

    @property
    def late(self) -> dict[str, int]:
        """How many events this connection has left out because their tickets are archived, by ticket key."""
        return self._events.late

    def add_events(self, source: str, rows: Iterable[tuple[str, Event]]) -> tuple[int, int]:
        """Append (ticket key, event) pairs in one transaction; answer how many were new and how many known."""
        return self.append(source, rows_of(rows))

    @_told
    def waits(self, now: Instant) -> bool:
        return claims.waits(self.connection, now)

    @_told
    def claim(self, now: Instant, limit: int) -> list[Claim]:
        return claims.claim(self.connection, now, limit)

    @_told
    def claim_of(self, tickets: Sequence[int]) -> list[Claim]:
        return claims.claim_of(self.connection, tickets)

    @_told
    def coming(self, after: tuple[int, int], until: Instant, limit: int) -> list[Coming]:
        return claims.coming(self.connection, after, until, limit)

    @_told
    def put_off(self, tickets: Sequence[int], since: int) -> None:
        claims.put_off(self.connection, tickets, since)

    @_told
    def due_tickets(self, now: Instant, limit: int) -> list[int]:
        return claims.due_tickets(self.connection, now, limit)

    @_told
    def affected_tickets(
        self, tiers: Sequence[str] | None, customers: Sequence[str] | None, calendars: Sequence[str] = ()
    ) -> list[int]:
        return reads.affected(self.connection, tiers, customers, calendars)

    def tickets(self, ids: Sequence[int] | None = None, until: Instant | None = None) -> Iterator[Ticket]:
        """Tickets that have an event (not after `until`), in order of their ids."""
        with self.connection.trouble():
            yield from self._events.tickets(ids, until)

    @_told
    def find(self, key: str) -> int | None:
        return self._events.find(key)

    # ---------------------------------------------------------------- rules and terms

    @_told
    def save_terms(self, terms: Iterable[Terms]) -> None:
        with self._writing():
            self._terms.save_all(terms)

    @_told
    def save_rules(self, rules: StoredRules) -> int:
        with self._writing():
            self.connection.lock(RULES)
            self.connection.ring(WORK)
            return terms.save_rules(self.connection, rules)

    @_told
    def rules(self, at: Instant | None = None) -> StoredRules | None:
        return terms.rules_at(self.connection, at)

    @_told
    def generation(self) -> tuple[int, str]:
        return terms.generation(self.connection)

    @_told
    def rules_of(self, generation: int) -> StoredRules | None:
        return terms.rules_of(self.connection, generation)

    @_told
    def rules_named(self, digests: Iterable[str]) -> list[StoredRules]:
        return terms.rules_named(self.connection, digests)

    @_told
    def save_plan(self, digest: str, base: str, at: Instant) -> None:
        with self._writing():
            self.connection.ring(WORK)
            terms.save_plan(self.connection, digest, base, at)

    @_told
    def planned(self, digest: str) -> bool:
        return terms.planned(self.connection, digest)

    @_told
    def require_plans(self, required: bool) -> None:
        with self._writing():
            self.connection.lock(RULES)
            self.connection.ring(WORK)
            terms.require_plans(self.connection, required)

    @_told
    def plans_required(self) -> bool:
        return terms.plans_required(self.connection)

    @_told
    def all_terms(self) -> list[Terms]:
        return self._terms.all()

    # ---------------------------------------------------------------- what a cycle writes

    @_told
    def write(self, written: Iterable[Written]) -> list[Transition]:
        with self._writing():
            return state.write(self.connection, self._terms, written)

    @_told
    def decided(self, tickets: Sequence[int]) -> dict[int, dict[Key, str]]:
        return decisions.decided(self.connection, tickets)

    @_told
    def decide(self, acted: Iterable[Acted]) -> None:
        made = list(acted)
        with self._writing():
            decisions.decide(self.connection, made)
            if any(item.messages for item in made):
                self.connection.ring(POST)

    @_told
    def loads(self) -> dict[str, int]:
        return decisions.loads(self.connection)

    # ---------------------------------------------------------------- what people look at

    @_told
    def decisions(self, ticket: int) -> list[Decision]:
        return decisions.decisions(self.connection, ticket)

    @_told
    def recent_decisions(self, limit: int) -> list[Decision]:
        return decisions.recent(self.connection, limit)

    @_told
    def rows(self, limit: int | None = None) -> list[Row]:
        return reads.rows(self.connection, limit)

    @_told
    def flagged(self, limit: int) -> list[int]:
        rows = self.connection.execute(
            "SELECT id FROM tickets WHERE flagged = 1 ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [ticket for (ticket,) in rows]

    @_told
    def news(self, written: int | None) -> News:
        return reads.news(self.connection, written)

    @_told
    def tallies(
        self, start: Instant, end: Instant, zone: str = "UTC"
    ) -> list[tuple[str, str, str, int, Tally]]:
        return reads.tallies(self.connection, start, end, zone)

    @_told
    def last_alert(self) -> int:
        [number] = self.connection.execute("SELECT coalesce(max(id), 0) FROM alerts").fetchone()
        return int(number)

    @_told
    def recent(self, after: int, limit: int) -> list[tuple[int, Transition]]:
        return reads.recent(self.connection, after, limit)
