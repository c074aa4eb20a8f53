"""Tickets without a store, for tests and benchmarks of what shows them: rows made lazily, their figures, one in detail, and the rules in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import overload

from dsl.diagnostic import Diagnostic, Severity
from dsl.model import Seconds
from dsl.span import Span
from engine.clock import Clock, State, Threshold
from engine.facts import Event, Instant
from engine.snapshot import Health, Row, RulesStatus, Tally, TicketDetail, Transition
from engine.terms import PinnedTarget

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
