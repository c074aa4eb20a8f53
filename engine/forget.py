"""Erasing: personal text of tickets goes, a chunk in a transaction, and their figures stay.

What was done stays done when the program is killed, and doing it again goes on from there. An engine may work on the same
store: a ticket that awaits one is left alone, for what it has to say is not in the figures yet.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.erasure import Kept, same_clocks
from engine.facts import Instant
from engine.store import erasure, outages, publications
from engine.store.erasure import Erased
from engine.store.sql import SqlStore
from engine.wall import local_date, start_of_date

CHUNK = 500
DAY = 86_400


def preview(store: SqlStore, kept: Kept, now: Instant, tickets: Sequence[int]) -> Erased:
    """What erasing these tickets would take away; nothing is written. Raises StoreError."""
    done = Erased()
    for part in _parts(tickets):
        with store.connection.trouble():
            found = erasure.look(store.connection, part, kept.of)
        done += replace(found, stored_only=_stored_only(store, kept, now, part))
    return done


def forget(
    store: SqlStore,
    kept: Kept,
    now: Instant,
    tickets: Sequence[int],
    *,
    including_open: bool = False,
    told: Callable[[Erased], None] = lambda _: None,
) -> Erased:
    """Erase the personal text of these tickets; `told` hears how far it is after every chunk. Raises StoreError."""
    done = Erased()
    for part in _parts(tickets):
        done += _chunk(store, kept, now, part, including_open=including_open)
        told(done)
    return done


def _chunk(store: SqlStore, kept: Kept, now: Instant, part: Sequence[int], *, including_open: bool) -> Erased:
    connection = store.connection
    with store.cycle(), connection.trouble():
        connection.hold(part)
        chosen = [
            item.id
            for item in erasure.state(connection, part)
            if (item.open and including_open) or not (item.open or item.awaits)
        ]
        stored_only = _stored_only(store, kept, now, chosen)
        found = erasure.erase(connection, chosen, kept.of, lambda name, text: _known(kept, name, text))
    return replace(found, stored_only=stored_only)


def _known(kept: Kept, name: str, text: str) -> bool:
    return bool(kept.of("changed", {name: text}).get(name))


def _stored_only(store: SqlStore, kept: Kept, now: Instant, tickets: Sequence[int]) -> int:
    return sum(not same_clocks(ticket, kept, now) for ticket in store.tickets(tickets))


def _parts(tickets: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(tickets), CHUNK):
        yield tickets[start : start + CHUNK]


def cut_off(now: Instant, months: int) -> Instant:
    """The instant so many calendar months before the day of `now`, both in UTC."""
    today = local_date(now, "UTC")
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = min(today.day, monthrange(year, month + 1)[1])
    return Instant(start_of_date(today.replace(year=year, month=month + 1, day=day), "UTC"))


def ended(store: SqlStore, before: Instant, after: int = 0, limit: int = CHUNK) -> list[int]:
    """Tickets with personal text to which nothing has happened since `before`, when they had ended. Raises StoreError."""
    with store.connection.trouble():
        return erasure.ended_before(store.connection, before, after, limit)


def of_customer(store: SqlStore, customer: str, now: Instant | None) -> Erased:
    """Erase what a customer has beside tickets: notes of outages, publications; with `now` None only count it. Raises StoreError."""
    connection = store.connection
    if now is None:
        return Erased(
            notes=outages.notes_of(connection, customer),
            publications=publications.texts_of(connection, customer),
        )
    return Erased(
        notes=outages.erase_notes_of(connection, customer),
        publications=publications.erase_texts_of(connection, customer, now),
    )


def by_age(store: SqlStore, before: Instant, now: Instant | None) -> Erased:
    """The same of what had ended before an instant, whoever's it is."""
    connection = store.connection
    if now is None:
        return Erased(
            notes=outages.notes_before(connection, before),
            publications=publications.texts_before(connection, before),
        )
    return Erased(
        notes=outages.erase_notes_before(connection, before),
        publications=publications.erase_texts_before(connection, before, now),
    )


@dataclass(slots=True)
class Retention:
    """Erases what is older than so many months, a chunk at a time, and rests for a day when there is nothing left."""

    months: int
    _after: int = 0
    _rests_until: int = 0

    def step(self, store: SqlStore, kept: Callable[[], Kept], now: Instant) -> Erased:
        """One chunk at most. Raises StoreError."""
        if not self.months or self._rests_until - DAY <= now < self._rests_until:
            return Erased()
        found = ended(store, cut_off(now, self.months), self._after)
        if not found:
            self._after, self._rests_until = 0, now + DAY
            return by_age(store, cut_off(now, self.months), now)
        self._after = found[-1]
        return _chunk(store, kept(), now, found, including_open=False)
