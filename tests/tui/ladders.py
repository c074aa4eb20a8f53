"""What ladders did to tickets that no store has, for tests of what shows it: steps, messages, flags and notices."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from engine.delivery.outbox import Kind, Message, Queued, Status
from engine.facts import Event, Instant
from engine.ladder.decision import Decision
from engine.ladder.decision import Outcome as Fell
from engine.snapshot import Escalations, TicketDetail, Upcoming
from tests.tui.tickets import NOW, detail, row
from tui.view_flags import Flagged

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
