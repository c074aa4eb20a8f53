"""A source without a store for tests and benchmarks: rows made lazily, actions kept in memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from dsl.diagnostic import Diagnostic, Severity
from dsl.model import Seconds
from dsl.span import Span
from engine.clock import Clock, State, Threshold
from engine.delivery.outbox import Kind, Message, Queued, Status
from engine.facts import Event, Instant
from engine.ladder.decision import Decision
from engine.ladder.decision import Outcome as Fell
from engine.snapshot import (
    Escalations,
    Health,
    Row,
    RulesStatus,
    Snapshot,
    Tally,
    TicketDetail,
    Transition,
    Upcoming,
)
from engine.terms import PinnedTarget
from tui.actions import Act, Action, Errand, Outcome
from tui.fate import reading
from tui.feed import Choices
from tui.view_customers import CustomerDetail, Customers
from tui.view_flags import Flagged
from tui.view_report import Preview

NOW = 1_772_805_729  # Friday 6 March 2026, 14:02:09 UTC

CUSTOMERS = ("Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark Freight", "Wayne Logistics", "東京支社")
SUBJECTS = (
    "VPN drops every few minutes for the whole branch office",
    "Invoices are not sent since the update",
    "Mail gateway refuses attachments from suppliers",
    "Printer on floor 3 prints blank pages",
    "Database replica lags behind by an hour",
    "New laptop for a colleague who starts on Monday",
    "ログインできません: 部署全員 🙈",
    "Phone system: no inbound calls",
    "Certificate of the web shop expires",
    "Backup of the file server has failed twice",
)
PEOPLE = ("", "desk-1", "desk-2", "on-call-1", "on-call-2", "")


def row(number: int, **changes: object) -> Row:
    """A believable row; the lower the number the more urgent."""
    due = NOW - 5400 + number * 97 + (number % 7) * 31
    breached = due < NOW
    paused = number % 11 == 10
    made = Row(
        id=number + 1,
        ticket=f"INC{10_000 + number * 7}",
        subject=SUBJECTS[number * 3 % len(SUBJECTS)],
        customer=CUSTOMERS[number * 5 % len(CUSTOMERS)],
        group="",
        tier=("gold", "silver", "bronze")[number % 3],
        priority=("critical", "high", "normal", "low")[number * 7 % 4],
        status="waiting" if paused else "working",
        assignee=PEOPLE[number % len(PEOPLE)],
        queue=("network", "desktop", "billing")[number % 3],
        team="noc",
        tags="vip" if number % 9 == 0 else "",
        opened=NOW - 86_400 - number * 60,
        metric=("response", "resolution", "next-response", "update")[number % 4],
        cycle=1,
        state=State.PAUSED if paused else State.BREACHED if breached else State.RUNNING,
        due=None if paused else due,
        warn_at=None if paused else due - 1800,
        target=14_400,
        acknowledged_at=NOW - 300 if number % 13 == 1 else None,
        flagged=number % 17 == 5,
        step=("", "told via inbox", "", "management", "")[number % 5] if breached else "",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class LazyRows(Sequence[Row]):
    """So many rows, each made when it is asked for."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [row(number) for number in range(*index.indices(self.count))]
        if not -self.count <= index < self.count:
            raise IndexError(index)
        return row(index % self.count)

    def __iter__(self) -> Iterator[Row]:
        return (row(number) for number in range(self.count))


def health() -> Health:
    def tallies(names: Sequence[str], base: int) -> dict[str, Tally]:
        return {name: Tally(base + 37 * at, (at * 5) % 7) for at, name in enumerate(names)}

    return Health(
        label="March 2026 up to now",
        zone="Europe/Berlin",
        start=NOW - 5 * 86_400,
        end=NOW,
        overall=Tally(1204, 33),
        by_metric=tallies(("response", "resolution", "next-response", "update"), 120),
        by_customer=tallies(CUSTOMERS, 40),
        by_tier=tallies(("gold", "silver", "bronze"), 200),
        trend=tuple((f"{day} Mar", Tally(200 + day * 3, day % 4)) for day in range(1, 7)),
        forecast=tuple((NOW - NOW % 3600 + hour * 3600, (hour * 5) % 9) for hour in range(12)),
        approaching=8,
        breached=3,
        running=120,
        paused=14,
        unmanaged=(row(3, customer="Nobody Ltd", tier="", metric="", state=None, due=None),),
    )


RULES = RulesStatus(
    generation=41,
    digest="3fa9c1d0b7e2",
    revision="9f3e2a1c",
    loaded_at=NOW - 7200,
    root="sla.rules",
    files=("sla.rules", "rules/tiers.rules", "rules/calendars/office.rules"),
    moved=("tier gold: response of critical from 30m to 15m", "12 open tickets re-planned"),
)

BROKEN = (
    Diagnostic(
        "E201",
        Severity.ERROR,
        "unknown calendar ofice",
        Span("rules/tiers.rules", 120, 126, 14, 23, 14, 29),
        help="did you mean office?",
    ),
    Diagnostic(
        "E101", Severity.ERROR, "a brace is missing", Span("rules/tiers.rules", 300, 301, 31, 1, 31, 2)
    ),
)


def detail(number: int, **fields: str) -> TicketDetail:
    made = row(number)
    opened = NOW - 6 * 3600
    promise = PinnedTarget(
        priorities=(made.priority,),
        metric="resolution",
        amount=Seconds(14_400),
        repeats=False,
        calendar="office",
        when=None,
        decided_by=f"tier {made.tier}",
        rule=f"target {made.priority} resolution 4h",
        where="rules/tiers.rules:12",
    )
    clock = Clock(
        metric="resolution",
        cycle=1,
        state=State.RUNNING,
        started=opened,
        stopped=None,
        target=14_400,
        due=NOW + 1500,
        elapsed=12_900,
        paused=3600,
        paused_by=(),
        calendar="office",
        promise=promise,
        thresholds=(Threshold("warning 75%", 7500, NOW - 2100), Threshold("breach", 10_000, NOW + 1500)),
        next_at=NOW + 1500,
    )
    answered = replace(
        clock,
        metric="response",
        state=State.MET,
        stopped=opened + 900,
        target=1800,
        due=opened + 1800,
        elapsed=900,
        paused=0,
        thresholds=(),
        next_at=None,
    )
    return TicketDetail(
        id=made.id,
        key=made.ticket,
        fields={
            "subject": made.subject,
            "customer": made.customer,
            "priority": made.priority,
            "status": made.status,
            "assignee": made.assignee,
            "queue": made.queue,
            **fields,
        },
        terms_tier=made.tier,
        events=(
            Event(Instant(opened), "opened", {"customer": made.customer, **fields}, "fake", f"{number}-1"),
            Event(Instant(opened + 900), "reply", {"by": "desk-1"}, "fake", f"{number}-2"),
        ),
        clocks=(clock, answered),
        open_hours={"office": ((opened - 3600, opened + 4 * 3600), (opened + 5 * 3600, opened + 9 * 3600))},
        pauses={"resolution": ((opened + 3600, opened + 7200, "waiting for the customer"),)},
        why={("resolution", 1): ("Fri 6 Mar: 08:02 to 12:02 open, 3h 00m used", "due Fri 14:27")},
        transitions=(
            Transition(
                NOW - 2100,
                NOW - 2100,
                made.id,
                made.ticket,
                made.customer,
                "resolution",
                1,
                "warning 75%",
                "time",
            ),
        ),
    )


STEPS = (
    "at 50% of response notify assignee via inbox",
    "at warning 75% of resolution notify assignee, account-manager via inbox, email",
    "at breach of resolution escalate to management",
    "at 1h past resolution notify management via email, pager repeat every 30m until acknowledged",
)
REASONS = ("", "its `when` did not hold", "the ladder's `stop when` held")


def decision(number: int, **changes: object) -> Decision:
    """The higher the number the older."""
    of = row(number % 30)
    at = NOW - 60 - number * 600
    made = Decision(
        at=at,
        found=at + (900 if number % 5 == 2 else 1),
        ticket_id=of.id,
        ticket=of.ticket,
        customer=of.customer,
        metric="response" if number % 4 == 0 else "resolution",
        cycle=1,
        ladder="noc-ladder",
        step=STEPS[number % 4],
        number=0,
        outcome=tuple(Fell)[number % 3],
        reason=REASONS[number % 3],
        cause="time",
        id=number + 1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def upcoming(number: int) -> Upcoming:
    of = row(number + 8)
    at = NOW + 90 + number * 700
    metric, step = ("resolution", STEPS[1 + number % 3])
    return Upcoming(at, of.id, of.ticket, of.customer, metric, 1, "noc-ladder", step, 0)


def climbed_detail(number: int) -> TicketDetail:
    """A ticket whose ladder has been climbed half way, with messages and flags."""
    about = detail(number)
    of = row(number)

    def on(made: Decision, at: int) -> Decision:
        return replace(
            made, ticket_id=of.id, ticket=of.ticket, metric="resolution", cycle=1, at=at, found=at + 1
        )

    steps = ((0, NOW - 9000), (1, NOW - 2100), (2, NOW - 600))
    flagged = Event(
        Instant(NOW - 600),
        "flagged",
        {"flag": True, "by": "escalation noc-ladder", "reason": STEPS[2]},
        "escalation",
        "f1",
    )
    reviewed = Event(
        Instant(NOW - 300),
        "flagged",
        {"flag": False, "by": "duty-manager", "note": "customer called"},
        "console",
        "f2",
    )
    return replace(
        about,
        events=(*about.events, flagged, reviewed),
        decisions=tuple(on(decision(which), at) for which, at in steps),
        upcoming=(replace(upcoming(2), at=NOW + 5100, ticket_id=of.id, ticket=of.ticket, step=STEPS[3]),),
        messages=(message(0, Status.SENT), message(1, Status.DEAD), message(5, Status.WAITING)),
    )


def message(number: int, status: Status, **changes: object) -> Queued:
    of = row(number % 30)
    channel = ("email", "pager", "inbox")[number % 3]
    name = ("duty-manager", "management", "noc")[number % 3]
    recipient = {"email": f"{name}@msp.example", "pager": "", "inbox": name}[channel]
    dead, gone = status is Status.DEAD, status is Status.SENT
    tried = status is not Status.WAITING
    made = Queued(
        id=number + 1,
        message=Message(Kind.NOTICE, channel, recipient, name, {}),
        ticket_id=of.id,
        ticket=of.ticket,
        source_id=of.ticket,
        decision=decision(number),
        created=NOW - 120 - number * 300,
        status=status,
        batch=f"batch-{number}" if tried else "",
        attempts=6 if dead else 1 if tried else 0,
        next_at=NOW - 60 if dead else NOW + 45,
        sent_at=NOW - 100 - number * 300 if gone else None,
        error="550 5.1.1 no such mailbox" if dead else "",
        answer="250 queued as 7F3A" if gone else "",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def escalations(count: int = 12) -> Escalations:
    waiting = [message(100 + at, Status.SENDING if at % 4 == 0 else Status.WAITING) for at in range(count)]
    dead = [message(200 + at, Status.DEAD) for at in range(3)]
    sent = [message(300 + at, Status.SENT) for at in range(count)]
    counted: Counter[tuple[str, Status]] = Counter(
        (one.message.channel, one.status) for one in (*waiting, *dead, *sent)
    )
    return Escalations(
        tuple(decision(at) for at in range(count)),
        tuple(upcoming(at) for at in range(count)),
        tuple(waiting),
        tuple(dead),
        tuple(sent),
        dict(counted),
    )


def flag(number: int, **changes: object) -> Flagged:
    of = row(number)
    names = ("customer", "subject", "priority", "assignee", "status")
    made = Flagged(
        ticket_id=of.id,
        ticket=of.ticket,
        **{name: getattr(of, name) for name in names},
        at=NOW - 600 * (number + 1),
        by="escalation noc-ladder" if number % 2 == 0 else "desk-1",
        why=STEPS[2] if number % 2 == 0 else "the customer has called twice",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def notice(number: int, **changes: object) -> Queued:
    made = message(number * 3 + 2, Status.SENT, read_at=NOW - 30 if number % 3 == 2 else None)
    return replace(made, **changes)  # type: ignore[arg-type]


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
