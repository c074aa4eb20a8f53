"""The clocks of a store and of its archive, as reports know them.

What an engine has written is read as it is. Of tickets that an engine has still to look at, and of every ticket where other rules are to
judge, the clocks are made here: a report says the same whether or not an engine runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.calendar.period import Span
from engine.clock import FAILED_STATES, State
from engine.errors import StoreError
from engine.evaluate import evaluate
from engine.excuse import excuses
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.store import judged
from engine.store.sql import SqlStore
from reports.compliance import Judged

if TYPE_CHECKING:
    from engine.archive.parts import Part


_FEW = 50
"""So many customers are read by themselves; of more the time is read, whoever it is of."""


class Source:
    """A store with its archive at `now`, judged by `graph`. With `anew` no clock that is stored counts. `waiting` are the tickets to be
    judged here, where somebody knows; all that await an engine otherwise."""

    def __init__(
        self,
        store: SqlStore,
        graph: Graph,
        now: Instant,
        *,
        anew: bool = False,
        waiting: Sequence[int] | None = None,
    ) -> None:
        """Raises StoreError."""
        self._store = store
        self._graph = graph
        self._now = now
        self._anew = anew
        self._fresh: dict[int, list[Judged]] = {}
        if not anew:
            if waiting is None:
                with store.connection.trouble():
                    waiting = judged.unsettled(store.connection, now)
            for ticket in store.tickets(waiting, now):
                self._fresh[ticket.id] = self._made(ticket)

    def clocks(self, span: Span, customers: Collection[str] = ()) -> list[Judged]:
        """Clocks that were decided in the span, and those that had begun by its end and were not decided then; where `customers` are
        named, those of others may be left out. Raises StoreError, EngineError."""
        known = self._parts()
        wanted = [
            part for part in known if part.manifest.opened[0] < span[1] and part.manifest.heard[1] >= span[0]
        ]
        if self._anew:
            found: Iterable[Judged] = self._again(wanted)
        else:
            found = [*self._stored(span, customers), *_archived(wanted, span, customers)]
        if self._parts() != known:
            raise StoreError(
                f"{self._store.connection.place}: tickets were archived or restored meanwhile",
                help="run this again",
            )
        return [clock for clock in found if _concerns(clock, span)]

    def changed_after(self, mark: int) -> tuple[set[str], list[Judged]]:
        """The keys of the tickets that changed after the writing of that number, and every clock of theirs. Raises StoreError."""
        connection = self._store.connection
        with connection.trouble():
            changed = judged.written_after(connection, mark)
        if self._anew:
            found = [(ticket.key, self._made(ticket)) for ticket in self._store.tickets(changed, self._now)]
            return {key for key, _ in found}, [clock for _, clocks in found for clock in clocks]
        with connection.trouble():
            stored = [ticket for ticket in changed if ticket not in self._fresh]
            keys = judged.keys_of(connection, [*stored, *self._fresh])
            told = list(self._excused(list(judged.of_tickets(connection, stored))))
        return keys, [*told, *(clock for clocks in self._fresh.values() for clock in clocks)]

    def customers(self) -> set[str]:
        """Whoever has tickets here. Raises StoreError, EngineError."""
        with self._store.connection.trouble():
            found = judged.customers(self._store.connection)
        found |= {clock.customer for clocks in self._fresh.values() for clock in clocks}
        known = self._parts()
        if known:
            from engine.archive.clocks import customers

            found = found.union(*map(customers, known))
        return found

    def _parts(self) -> list[Part]:
        if not self._store.archives():
            return []
        from engine.archive.parts import parts

        return parts(self._store)

    def _stored(self, span: Span, customers: Collection[str]) -> Iterator[Judged]:
        connection = self._store.connection
        with connection.trouble():
            if 0 < len(customers) <= _FEW:
                rows = list(judged.of_customers(connection, *span, customers))
            else:
                # In this order: what an engine decides in between is found twice and not missed, and the second time counts.
                rows = [*judged.undecided(connection, span[1]), *judged.decided(connection, *span)]
            single = {row[1:5]: row for row in rows if row[0] not in self._fresh}
            yield from self._excused(list(single.values()))
        for clocks in self._fresh.values():
            yield from clocks

    def _excused(self, rows: Sequence[judged.Row]) -> Iterator[Judged]:
        failed = [row[0] for row in rows if row[9] in FAILED_STATES]
        said = judged.excuses(self._store.connection, failed) if failed else {}
        return _judged(rows, said)

    def _again(self, wanted: Sequence[Part]) -> Iterator[Judged]:
        for ticket in self._store.tickets(until=self._now):
            yield from self._made(ticket)
        if wanted:
            from engine.archive.parts import tickets

            for ticket in tickets(self._store, wanted, self._now):
                yield from self._made(ticket)

    def _made(self, ticket: Ticket) -> list[Judged]:
        if not ticket.events:
            return []
        found = evaluate(ticket, self._graph, self._now)
        fields = found.fields
        excused = excuses(ticket.events)
        return [
            Judged(
                found.customer or str(fields.get("customer", "")),
                ticket.key,
                clock.metric,
                clock.cycle,
                found.group,
                found.tier,
                _priority(str(fields.get("priority", ""))),
                str(fields.get("team", "")),
                clock.state,
                clock.started,
                clock.stopped,
                clock.target,
                clock.due,
                clock.decided,
                excused.get((clock.metric, clock.cycle)),
            )
            for clock in found.clocks
        ]


def _archived(wanted: Sequence[Part], span: Span, customers: Collection[str]) -> Iterator[Judged]:
    if not wanted:
        return
    from engine.archive.clocks import archived

    for part in wanted:
        yield from _judged(*archived(part, *span, customers))


def _judged(rows: Iterable[judged.Row], said: Mapping[int, Sequence[Event]]) -> Iterator[Judged]:
    excused = {ticket: excuses(events) for ticket, events in said.items()}
    state: Callable[[str], State] = {item.value: item for item in State}.__getitem__
    for row in rows:
        clock = Judged(*(*row[1:7], _priority(row[7]), row[8], state(row[9]), *row[10:]))
        of_ticket = excused.get(row[0])
        yield replace(clock, excuse=of_ticket.get((clock.metric, clock.cycle))) if of_ticket else clock


def _priority(text: str) -> str:
    """As the rules write it, whatever capitals a ticket system uses."""
    return text.strip().casefold()


def _concerns(clock: Judged, span: Span) -> bool:
    """Whether it was decided in the span, or had begun by its end."""
    if clock.decided is not None and clock.decided < span[1]:
        return clock.decided >= span[0]
    return clock.started < span[1]
