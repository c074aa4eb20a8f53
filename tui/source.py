"""What the console looks at, for real: a store, an engine beside it where rules were given, or the past.

Everything here runs in the console's worker thread, which owns the connection. What the first rows do not need is
loaded after they are on the screen: rules, graph and evaluation take as long as the paint itself.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ForbiddenError, StoreError, UnreachableError
from engine.facts import Event, Fields, Instant
from engine.ordered import OrderedRows
from engine.snapshot import Escalations, Row, RulesStatus, Snapshot, TicketDetail
from engine.store.opening import open_store
from engine.store.place import Place, file_identity
from engine.store.protocol import News, Store
from engine.store.sql import SqlStore
from tui.actions import Action, Errand, Outcome
from tui.feed import Choices
from tui.figures import Figures
from tui.view_flags import Flags
from tui.view_notices import Notices

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.run import Engine
    from tui.scorecards import Scorecards
    from tui.view_customers import CustomerDetail, Customers
    from tui.view_report import Preview
    from tui.watching import Watch

FIRST_ROWS = 300
UNREAD = 10
"""Seconds after which unread notices are counted anew."""
BEHIND = 10
"""Seconds after which work that no engine has done is worth a word."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What to look at and how: `rules` starts an engine in this process, `at` looks at that instant, read-only. `config` are the settings
    that reports are printed by."""

    store: Place
    rules: Path | None = None
    write: bool = False
    at: Instant | None = None
    zone: str = "UTC"
    person: str = "console"
    config: Path | None = None


class StoreSource:
    """A `tui.feed.Source` over a store. `moving`, where given, is called before each look with the store and now."""

    def __init__(self, sight: Sight, moving: Callable[[Store, Instant], None] | None = None) -> None:
        self._sight = sight
        self._moving = moving
        self._store: SqlStore | None = None
        self._file: tuple[int, int] | None = None
        self._engine: Engine | None = None
        self._watch: Watch | None = None
        self._last: Snapshot | None = None
        self._figures = Figures(sight.zone)
        self._scorecards: Scorecards | None = None
        self._ordered = OrderedRows()
        self._written: int | None = None
        self._rules = RulesStatus(0, "", "", 0, "")
        self._counted = (0, 0)  # unread notices: at which version, when
        self._compiled: tuple[str, Graph] | None = None
        self._inboxes: tuple[str, tuple[str, ...]] = ("", ())
        self.engine = ""
        self.unread = 0
        self.read_only = _why_read_only(sight)

    def snapshot(self, full: bool, figures: bool = False) -> Snapshot:
        try:
            return self._look(full, figures)
        except UnreachableError:
            # What comes back may be another server, which has not all that this one had.
            self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        self._last, self._written, self._ordered, self._scorecards = None, None, OrderedRows(), None
        self._figures = Figures(self._sight.zone)
        self._rules = RulesStatus(0, "", "", 0, "")
        self._counted = (0, 0)

    def _look(self, full: bool, figures: bool) -> Snapshot:
        store = self._open()
        if self._sight.at is not None:
            return self._past(store, self._sight.at)
        now = Instant(int(time.time()))
        if not full:
            return self._first(store, now)
        self._turn(store, now)
        news = store.news(self._written)
        change = self._ordered.change(news.rows)
        self._written = news.written
        self._say_who_runs(news, now)
        self._count_unread(store, news.version, now)
        rows, rules, last = self._ordered.rows, self._rules_status(store, news.generation), self._last
        health = self._figures.last
        if figures or not rows:  # of a store that is empty they say whether it is the right one
            health = self._figures.at(store, rows, now)
        if last is not None and (last.version, last.rules, last.health) == (news.version, rules, health):
            return last
        self._last = Snapshot(now, news.version, rows, len(rows), health, rules, change=change)
        return self._last

    def _first(self, store: Store, now: Instant) -> Snapshot:
        rows = store.rows(FIRST_ROWS)
        rules = self._rules_status(store, store.generation()[0])
        return Snapshot(now, 0, rows, len(rows), None, rules, partial=len(rows) == FIRST_ROWS)

    def _turn(self, store: Store, now: Instant) -> None:
        """Let the engine of this process, if there is one, take in what happened."""
        if self._moving is not None:
            self._moving(store, now)
        if self._engine is None and self._runs and self._sight.rules is not None:
            from engine.run import Engine
            from tui.watching import Watch

            self._engine = Engine(store, self._sight.rules)
            self._watch = Watch(self._sight.rules, self._engine.rules)
        if self._engine is None:
            return
        if self._engine.rules.now is None:
            self._engine.start(now)
            self.engine = "engine running here"
        elif (self._watch is not None and self._watch.changed()) or self._engine.released():
            self._engine.reload(now)
        self._engine.step(now)
        self._engine.keep(now)

    def _say_who_runs(self, news: News, now: Instant) -> None:
        if self._engine is None:
            waiting = news.next_at is not None and news.next_at <= now - BEHIND
            self.engine = "no engine: start one with sla run" if waiting else "engine elsewhere"

    def _rules_status(self, store: Store, generation: int) -> RulesStatus:
        if self._engine is not None and self._engine.rules.now is not None:
            return self._engine.rules.now.status
        if self._rules.generation != generation:
            stored = store.rules()
            assert stored is not None
            self._rules = RulesStatus(
                stored.generation, stored.digest, "", stored.at, stored.root, files=tuple(stored.files)
            )
        return self._rules

    def _past(self, store: Store, at: Instant) -> Snapshot:
        """The store at an instant, by the rules in force then; made once."""
        if self._last is not None:
            return self._last
        from tui.look import look

        self._last = look(store, self._graph(store), at, self._sight.zone)
        self.engine = "no engine: this is the past"
        return self._last

    def _count_unread(self, store: Store, version: int, now: Instant) -> None:
        from tui import post

        seen, at = self._counted
        if seen == version or at <= now < at + UNREAD:
            return
        self._counted = (version, now)
        # So that a site without notices need not load its rules for them.
        some = store.outbox.has_notices()
        self.unread = post.unread(store, self._mine(store)) if some else 0

    def _mine(self, store: Store) -> tuple[str, ...]:
        """The inboxes of the person at the console under the rules in force."""
        from tui import post

        generation, digest = store.generation()
        if not generation:
            return (self._sight.person, "")
        if self._inboxes[0] != digest:
            self._inboxes = (digest, post.inboxes(self._sight.person, self._graph(store).ruleset))
        return self._inboxes[1]

    @property
    def _instant(self) -> Instant:
        return Instant(int(time.time())) if self._sight.at is None else self._sight.at

    def ticket(self, ticket_id: int) -> TicketDetail | None:
        from engine.delivery.outbox import Status
        from engine.detail import detail

        store, now = self._open(), self._instant
        found = next(iter(store.tickets([ticket_id], until=now)), None)
        if found is None:
            return None
        decisions = [item for item in store.decisions(ticket_id) if item.found <= now]
        messages = store.outbox.queued(tuple(Status), ticket=ticket_id)
        return detail(
            found, self._graph(store), now, decisions, [item for item in messages if item.created <= now]
        )

    def escalations(self) -> Escalations:
        from tui import post

        store = self._open()
        return post.escalations(store, self._graph(store), self._instant, past=self._sight.at is not None)

    def flags(self) -> Flags:
        from tui import post

        store = self._open()
        past = self._last.rows if self._sight.at is not None and self._last is not None else ()
        return post.flags(store, self._graph(store), self._instant, [row.id for row in past if row.flagged])

    def notices(self) -> Notices:
        from tui import post

        store, now = self._open(), self._instant
        return [item for item in post.notices(store, self._mine(store)) if item.created <= now]

    def customers(self, *, months: bool = True) -> Customers:
        from tui.scorecards import Scorecards

        store, past = self._open(), self._sight.at is not None
        if self._scorecards is None:
            self._scorecards = Scorecards(past=past)
        rows = self._last.rows if self._last is not None else ()
        return self._scorecards.at(store, self._graph(store), rows, self._instant, months=months)

    def customer(self, name: str) -> CustomerDetail | None:
        from tui.scorecards import detail

        known, store = self.customers(), self._open()
        found = next((one for one in known.entries if one.scorecard.name == name), None)
        return (
            None
            if found is None
            else detail(store, self._graph(store), found, self._instant, more=known.more)
        )

    def preview(self, customer: str, period: str) -> Preview:
        from tui.publishing import preview

        store, past = self._open(), self._sight.at is not None
        return preview(store, self._graph(store), self._instant, customer, period, anew=past)

    def publish(self, customer: str, period: str, forms: Sequence[str]) -> Sequence[str]:
        from tui.publishing import issue

        store, sight = self._writable(), self._sight
        graph, now = self._graph(store), self._instant
        return issue(store, graph, now, customer, period, forms, sight.person, sight.config)

    def withdraw(self, number: int) -> str:
        from tui.publishing import withdraw

        return withdraw(self._writable(), number, self._sight.person, self._instant)

    def _writable(self) -> SqlStore:
        if self.read_only:
            raise StoreError("nothing is changed here", help=self.read_only)
        return self._open()

    def post(self, messages: Sequence[int], errand: Errand) -> int:
        from tui import post

        store = self._writable()
        self._counted = (0, 0)
        rules = self._graph(store).ruleset
        return post.run(store, messages, errand, Instant(int(time.time())), self._sight.person, rules)

    def act(self, ids: Sequence[int], action: Action, seen: Sequence[Row] = ()) -> Outcome:
        if self.read_only:
            return Outcome((), tuple((id_, self.read_only) for id_ in ids))
        from engine.cycle import SupersededError, take_in

        store = self._open()
        second, within = divmod(time.time_ns(), 10**9)  # an undo may follow within the second
        now = Instant(second)
        graph = self._graph(store)
        with store.acting(ids):
            outcome, events = self._decided(store, graph, ids, action, {row.id: row for row in seen}, now)
            stamped = [
                (key, Event(now, kind, data, "console", uuid.uuid4().hex, within))
                for key, kind, data in events
            ]
            store.add_events("console", stamped)
        self._counted = (0, 0)
        if outcome.done:
            # By an engine, or by what our user may do: then an engine takes it in.
            with suppress(SupersededError, ForbiddenError):
                take_in(store, graph, now, outcome.done)
        return outcome

    def _decided(
        self,
        store: Store,
        graph: Graph,
        ids: Sequence[int],
        action: Action,
        seen: Mapping[int, Row],
        now: Instant,
    ) -> tuple[Outcome, list[tuple[str, str, Fields]]]:
        """What becomes of an action on each ticket, and the (ticket key, kind, data) of its events."""
        from engine.evaluate import evaluate
        from tui.deeds import event_of, meanwhile, refusal

        done: list[int] = []
        refused: list[tuple[int, str]] = []
        overtaken: list[tuple[int, str]] = []
        events = []
        found = {ticket.id: ticket for ticket in store.tickets(list(ids))}
        for id_ in ids:
            ticket = found.get(id_)
            if ticket is None:
                refused.append((id_, "it is gone"))
                continue
            evaluated = evaluate(ticket, graph, now)
            if id_ in seen and (words := meanwhile(seen[id_], ticket, evaluated, action, self._sight.person)):
                overtaken.append((id_, words))
            elif reason := refusal(evaluated, action, graph.ruleset):
                refused.append((id_, reason))
            else:
                done.append(id_)
                events.append((ticket.key, *event_of(action, self._sight.person, graph.ruleset)))
        return Outcome(tuple(done), tuple(refused), tuple(overtaken)), events

    def choices(self) -> Choices:
        rules = self._graph(self._open()).ruleset
        rows = self._last.rows if self._last is not None else ()
        others = {*rules.people, *rules.teams, *(row.assignee for row in rows)} - {"", self._sight.person}
        return Choices(rules.priorities, (self._sight.person, *sorted(others)))

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        if self._store is not None:
            self._store.close()
        self._watch = self._store = self._engine = None
        self._begin_anew()

    def _open(self) -> SqlStore:
        """The connection; opened on the first call, in the thread that will use it, and again when the file is another.

        What is written to a file that was moved away would be lost without a word.
        """
        if self._store is not None:
            file = file_identity(self._sight.store)
            if file is None:
                raise StoreError(
                    f"{self._sight.store}: the store is not there any more",
                    help="put it back; a new one at its place is taken up too",
                )
            if file != self._file:
                self.close()
        if self._store is None:
            sight = self._sight
            read_only = not (self._runs or sight.write)
            self._store = open_store(sight.store, create=self._runs, read_only=read_only)
            self._file = file_identity(sight.store)
        return self._store

    @property
    def _runs(self) -> bool:
        """Whether an engine belongs into this process."""
        return self._sight.rules is not None and self._sight.at is None

    def _graph(self, store: Store) -> Graph:
        if self._engine is not None and self._engine.rules.now is not None:
            return self._engine.rules.now.graph
        from tui.options import graph_of

        # Of the past there is one answer; of now it is asked which, without the texts.
        digest = "" if self._sight.at is not None else store.generation()[1]
        if self._compiled is None or self._compiled[0] != digest:
            self._compiled = (digest, graph_of(store, self._sight.rules, self._sight.at))
        return self._compiled[1]


def _why_read_only(sight: Sight) -> str:
    if sight.at is not None:
        return "this is the past: leave out --at to act"
    return "" if sight.write else "watching only: start the console with --write to act"
