"""A source without a store for tests and benchmarks: answers from memory, keeps actions there."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.delivery.outbox import Queued
from engine.snapshot import Escalations, Row, RulesStatus, Snapshot, TicketDetail
from tests.tui.ladders import escalations, flag
from tests.tui.tickets import NOW, RULES, detail, health
from tui.actions import Act, Action, Errand, Outcome
from tui.fate import reading
from tui.feed import Choices
from tui.view_customers import CustomerDetail, Customers
from tui.view_flags import Flagged
from tui.view_report import Preview


@dataclass
class FakeSource:
    """Answers from memory. `failing` is raised instead; `threads` are those that asked."""

    rows: Sequence[Row]
    read_only: str = ""
    engine: str = "engine here"
    rules: RulesStatus = RULES
    version: int = 1
    failing: Exception | None = None
    taken_at: int = NOW - 2
    acts: list[tuple[tuple[int, ...], Action]] = field(default_factory=list)
    refuse: dict[int, str] = field(default_factory=dict)
    overtaken: dict[int, str] = field(default_factory=dict)  # by somebody else, since what was seen
    details: dict[int, TicketDetail] = field(default_factory=dict)
    asked: int = 0
    closed: bool = False
    threads: set[int] = field(default_factory=set)
    last: Snapshot | None = None
    gate: threading.Event | None = None  # a snapshot waits for it
    climbed: Escalations = field(default_factory=escalations)
    flagged: list[Flagged] = field(default_factory=lambda: [flag(at) for at in range(3)])
    notes: list[Queued] = field(default_factory=list)
    errands: list[tuple[tuple[int, ...], Errand]] = field(default_factory=list)
    scorecards: Customers | None = None
    portions: list[Customers] = field(default_factory=list)  # what is answered before it
    about: dict[str, CustomerDetail] = field(default_factory=dict)
    previews: dict[str, Preview] = field(default_factory=dict)  # by month
    published: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    counted: int = 0

    @property
    def unread(self) -> int:
        return sum(1 for one in self.notes if reading(one) == "unread")

    def _asked(self) -> None:
        self.threads.add(threading.get_ident())
        if self.failing is not None:
            raise self.failing

    def escalations(self) -> Escalations:
        self._asked()
        return self.climbed

    def flags(self) -> list[Flagged]:
        self._asked()
        return list(self.flagged)

    def notices(self) -> list[Queued]:
        self._asked()
        return list(self.notes)

    def post(self, messages: Sequence[int], errand: Errand) -> int:
        self._asked()
        self.errands.append((tuple(messages), errand))
        self.version += 1
        if errand is Errand.READ:
            self.notes = [replace(one, read_at=NOW) if one.id in messages else one for one in self.notes]
            return len(messages)
        before = self.climbed.dead
        kept = tuple(one for one in before if one.id not in messages)
        self.climbed = replace(self.climbed, dead=kept)
        return len(before) - len(kept)

    def customers(self, *, months: bool = True) -> Customers:
        self._asked()
        self.counted += 1
        if self.portions:
            return self.portions.pop(0)
        return self.scorecards or Customers((), NOW)

    def customer(self, name: str) -> CustomerDetail | None:
        self._asked()
        return self.about.get(name)

    def preview(self, customer: str, period: str) -> Preview:
        self._asked()
        return self.previews[period]

    def publish(self, customer: str, period: str, forms: Sequence[str]) -> list[str]:
        self._asked()
        self.published.append((customer, period, tuple(forms)))
        return [f"{period} for {customer}, {form}: published as {at}" for at, form in enumerate(forms, 1)]

    def withdraw(self, number: int) -> str:
        self._asked()
        self.withdrawn.append(number)
        return f"{number}: withdrawn"

    def snapshot(self, full: bool, figures: bool = False) -> Snapshot:
        self.threads.add(threading.get_ident())
        self.asked += 1
        if self.gate is not None:
            self.gate.wait(10)
        if self.failing is not None:
            raise self.failing
        partial = not full and len(self.rows) > 300
        rows = self.rows[:300] if partial else self.rows
        last = self.last
        if last is None or (last.version, last.partial, last.rules) != (self.version, partial, self.rules):
            last = self.last = Snapshot(
                self.taken_at, self.version, rows, len(self.rows), health(), self.rules, partial=partial
            )
        return last

    def ticket(self, ticket_id: int) -> TicketDetail | None:
        self.threads.add(threading.get_ident())
        if self.failing is not None:
            raise self.failing
        return self.details.get(ticket_id) or (detail(ticket_id - 1) if ticket_id <= len(self.rows) else None)

    def act(self, ids: Sequence[int], action: Action, seen: Sequence[Row] = ()) -> Outcome:
        self.threads.add(threading.get_ident())
        if self.failing is not None:
            raise self.failing
        self.acts.append((tuple(ids), action))
        late = {one.id for one in seen} & self.overtaken.keys()
        done = tuple(id_ for id_ in ids if id_ not in self.refuse and id_ not in late)
        self.rows = [changed(one, action) if one.id in done else one for one in self.rows]
        if action.act is Act.RESOLVE:
            self.rows = [one for one in self.rows if one.id not in done]
        if action.act is Act.FLAG and not action.on:
            self.flagged = [one for one in self.flagged if one.ticket_id not in done]
        if action.act is Act.ACKNOWLEDGE:
            self.notes = [
                replace(one, acknowledged_at=NOW) if one.ticket_id in done else one for one in self.notes
            ]
        self.version += 1
        return Outcome(
            done,
            tuple((id_, self.refuse[id_]) for id_ in ids if id_ in self.refuse),
            tuple((id_, self.overtaken[id_]) for id_ in ids if id_ in late),
        )

    def choices(self) -> Choices:
        return Choices(("critical", "high", "normal", "low"), ("desk-1", "desk-2", "on-call-1", "on-call-2"))

    def close(self) -> None:
        self.closed = True


def changed(one: Row, action: Action) -> Row:
    if action.act is Act.ACKNOWLEDGE:
        return replace(one, acknowledged_at=NOW)
    if action.act is Act.ASSIGN:
        return replace(one, assignee=action.text)
    if action.act is Act.PRIORITY:
        return replace(one, priority=action.text)
    if action.act is Act.FLAG:
        return replace(one, flagged=action.on)
    if action.act is Act.SNOOZE:
        return replace(one, snoozed_until=action.until or None)
    return one
