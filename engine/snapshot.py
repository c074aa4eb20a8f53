"""What the console and the commands show: frozen values made in one go, with no way back to the store.

A countdown is not data: rows carry instants, and whoever paints them knows what time it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dsl.diagnostic import Diagnostic
from engine.clock import Clock, State
from engine.delivery.outbox import Queued, Status
from engine.facts import Event, Fields
from engine.ladder.decision import Decision


@dataclass(frozen=True, slots=True)
class Row:
    """An open ticket with its most urgent open clock. `metric` is "" and `state` None for an
    unmanaged ticket: nothing is promised for it.

    `warn_at` is the first warning's instant; all instants are UTC seconds, None where there is none.
    """

    id: int
    ticket: str
    subject: str
    customer: str
    group: str
    tier: str
    priority: str
    status: str
    assignee: str
    queue: str
    team: str
    tags: str
    opened: int
    metric: str
    cycle: int
    state: State | None
    due: int | None
    warn_at: int | None
    target: int
    acknowledged_at: int | None = None
    snoozed_until: int | None = None
    flagged: bool = False
    step: str = ""  # the last step of a ladder that fired, in a few words


@dataclass(frozen=True, slots=True)
class Tally:
    """Clocks decided in a period: `met` in time, `failed` breached or missed."""

    met: int
    failed: int

    @property
    def hundredths(self) -> int | None:
        """Compliance in hundredths of a percent, rounded down so that 99.996 % never reads 100; None of nothing."""
        total = self.met + self.failed
        return self.met * 10000 // total if total else None


@dataclass(frozen=True, slots=True)
class Health:
    """SLA Health over one period `[start, end)` (the current calendar month in `zone`, up to `now`)."""

    label: str
    zone: str
    start: int
    end: int
    overall: Tally
    by_metric: Mapping[str, Tally]
    by_customer: Mapping[str, Tally]
    by_tier: Mapping[str, Tally]
    trend: tuple[tuple[str, Tally], ...]  # the last days of the period, oldest first
    forecast: tuple[tuple[int, int], ...]  # start of each coming hour, how many clocks come due in it
    approaching: int
    breached: int
    running: int
    paused: int
    unmanaged: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened to a clock or alert: `what` is "warning 75%", "breach", "met", "missed", ...

    `at` is when it was due, `found` when it was seen; `cause` is "time", "ticket" or "rules".
    """

    at: int
    found: int
    ticket_id: int
    ticket: str
    customer: str
    metric: str
    cycle: int
    what: str
    cause: str

    def seen(self, found: int) -> Transition:
        """The same, seen at another time."""
        return Transition(
            self.at, found, self.ticket_id, self.ticket, self.customer, self.metric, self.cycle, self.what, self.cause
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RulesStatus:
    """The rules in force. `broken` holds the diagnostics of files on disk that were refused; empty if all is well. `sources` are the
    texts of the files that they are in.

    `moved` says in words what the last reload changed.
    """

    generation: int
    digest: str
    revision: str
    loaded_at: int
    root: str
    files: tuple[str, ...] = ()
    broken: tuple[Diagnostic, ...] = ()
    moved: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """How rows came about from the rows `before`: each ticket that differs as it was and as it is, None where it was or is not there."""

    before: Sequence[Row]
    rows: tuple[tuple[Row | None, Row | None], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent picture. `partial` is set while only the most urgent rows of `total` have been read; `change` tells what became of
    the rows of the picture before, where that is known. `health` is None unless somebody looks at it."""

    taken_at: int
    version: int  # rises when anything in it changed
    rows: Sequence[Row]
    total: int
    health: Health | None
    rules: RulesStatus
    partial: bool = False
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A step of a ladder that fires at `at` if nothing happens before."""

    at: int
    ticket_id: int
    ticket: str
    customer: str
    metric: str
    cycle: int
    ladder: str
    step: str
    number: int


@dataclass(frozen=True, slots=True)
class Escalations:
    """What the Escalations screen shows: decisions newest first, steps to come soonest first, messages by fate."""

    decisions: tuple[Decision, ...] = ()
    upcoming: tuple[Upcoming, ...] = ()
    waiting: tuple[Queued, ...] = ()
    dead: tuple[Queued, ...] = ()
    sent: tuple[Queued, ...] = ()
    counts: Mapping[tuple[str, Status], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """Everything about one ticket for its screen. `steps` explain each clock day by day (see `explain`)."""

    id: int
    key: str
    fields: Fields
    terms_tier: str
    events: tuple[Event, ...]
    clocks: tuple[Clock, ...]
    open_hours: Mapping[
        str, tuple[tuple[int, int], ...]
    ]  # calendar -> open intervals around the ticket's life
    pauses: Mapping[str, tuple[tuple[int, int, str], ...]]  # metric -> (start, end, pause name)
    why: Mapping[tuple[str, int], tuple[str, ...]]  # (metric, cycle) -> lines of explanation
    transitions: tuple[Transition, ...] = field(default=())
    decisions: tuple[Decision, ...] = field(default=())
    upcoming: tuple[Upcoming, ...] = field(default=())
    messages: tuple[Queued, ...] = field(default=())
