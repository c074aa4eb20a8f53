"""One ticket at an instant: its situation, its promises and its clocks. The reference that `columns` must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dsl.condition import StatusClass
from dsl.model import BUILT_IN_METRICS, Reopen
from engine.clock import Clock
from engine.cycles import Cycle, cycles
from engine.facts import Fields, Pin, Ticket
from engine.graph import Graph
from engine.history import ENDED, History, Reading, read_on, within_reach
from engine.measure import clock_of
from engine.pinning import Pinned, pinned
from engine.timeline import Begun, Leg, Timeline, legs, timeline


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the rules say of a ticket at an instant.

    `customer` and `group` are declared names, "" where there is none; `tier` is that of the terms in force, "" if nothing
    is promised; `closed` is true of a ticket that is resolved, closed or cancelled. `pins` are the ticket's own and those
    that must be stored with it. `next_at` is the next instant at which time alone changes something.
    """

    ticket_id: int
    opened: int
    fields: Fields
    status_class: StatusClass
    closed: bool
    customer: str
    group: str
    tier: str
    clocks: tuple[Clock, ...]
    pins: tuple[Pin, ...]
    acknowledged_at: int | None
    snoozed_until: int | None
    flagged: bool
    next_at: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket read under the rules: what happened, what was promised, and both as states."""

    history: History
    pinned: Pinned
    states: Timeline


@dataclass(frozen=True, slots=True)
class Measured:
    """A clock with what it was measured on."""

    clock: Clock
    cycle: Cycle
    legs: tuple[Leg, ...]


@dataclass(slots=True)
class Kept:
    """What looks at one ticket under one graph leave for later ones, of which each knows the same events, and others since.

    `stopped` are clocks that have, by metric, cycle and the last acknowledgement; `begun` is how far those came that have not,
    `reading` how far the events were read.
    """

    stopped: dict[tuple[str, Cycle, int | None], Measured] = field(default_factory=dict)
    begun: Begun = field(default_factory=dict)
    reading: Reading | None = None

    def copy(self) -> Kept:
        """The same for looks that know of other events from here on."""
        return Kept(self.stopped.copy(), self.begun.copy(), self.reading and self.reading.copy())


def evaluate(ticket: Ticket, graph: Graph, now: int) -> Evaluated:
    """The ticket at `now` under the rules of `graph`; events and repins after `now` are not seen. Never raises."""
    return evaluate_life(ticket, live(ticket, graph, now), graph, now)


def evaluate_life(
    ticket: Ticket, life: Life | None, graph: Graph, now: int, kept: Kept | None = None
) -> Evaluated:
    """The same for a ticket whose life has been read at `now`; `kept` is what earlier looks at it left."""
    now = within_reach(now)
    if life is None:
        return _unseen(ticket, now)
    history = life.history
    situation = history.last.situation
    customer = graph.customer(history.last.customer)
    clocks = tuple(item.clock for item in measured(life, graph, now, kept))
    plan = life.states.states[-1].plan
    snoozed = history.snoozed_until
    snoozed = snoozed if snoozed is not None and snoozed > now else None
    return Evaluated(
        ticket_id=ticket.id,
        opened=history.opened,
        fields=situation.fields,  # type: ignore[arg-type]
        status_class=situation.status_class,
        closed=situation.status_class in ENDED,
        customer=customer.name if customer else "",
        group=customer.group if customer else "",
        tier=plan.terms.tier if plan else "",
        clocks=clocks,
        pins=life.pinned.all,
        acknowledged_at=history.acknowledged_at,
        snoozed_until=snoozed,
        flagged=history.flagged,
        next_at=_earliest([snoozed, _coming(ticket, now), *(clock.next_at for clock in clocks)]),
    )


def live(ticket: Ticket, graph: Graph, now: int, kept: Kept | None = None) -> Life | None:
    """What is known of the ticket by `now`; None if nothing is. `kept` is what earlier looks at it left."""
    now = within_reach(now)
    reading = read_on(kept.reading if kept else None, ticket.events, graph, now)
    if kept is not None:
        kept.reading = reading
    if reading is None:
        return None
    history = reading.history
    pins = pinned(ticket.pins, history, graph, now)
    return Life(history, pins, timeline(history, pins.in_force, graph))


def measured(life: Life, graph: Graph, now: int, kept: Kept | None = None) -> Iterator[Measured]:
    """Every clock of the ticket, by metric and cycle."""

    def reopen(at: int) -> Reopen:
        plan = life.states.at(at).plan
        return plan.terms.reopen if plan else Reopen.RESUMES

    for metric in _metrics(life.states):
        for cycle in cycles(metric, life.history, graph.metric(metric), reopen):
            item = _measured(metric, cycle, life, now, kept)
            if item is not None:
                yield item


def _measured(metric: str, cycle: Cycle, life: Life, now: int, kept: Kept | None) -> Measured | None:
    acknowledged = life.history.acknowledged_at
    over = kept is not None and cycle.stop is not None and cycle.stop < now
    key = (metric, cycle, acknowledged)
    if kept is not None and over and key in kept.stopped:
        return kept.stopped[key]
    parts = legs(metric, cycle, life.states, kept.begun if kept else None)
    if not parts:
        return None
    plan = life.states.at(parts[-1].start).plan
    warn = plan.warn if plan else ()
    item = Measured(clock_of(metric, cycle, parts, warn, now, acknowledged), cycle, tuple(parts))
    if kept is not None and over and not _repeats_in_hours(item):
        kept.stopped[key] = item
    return item


def _repeats_in_hours(item: Measured) -> bool:
    """Whether a step is repeated by hours that go on when the clock has stopped."""
    return any(rung.hours and rung.step.repeat for leg in item.legs for rung in leg.rungs)


def _metrics(states: Timeline) -> list[str]:
    """The metrics that anything may be promised for: the built-in ones in their order, then the declared ones."""
    promised: set[str] = set()
    for state in states.states:
        if state.plan:
            promised.update(state.plan.metrics(state.situation))
    return [
        *(metric for metric in BUILT_IN_METRICS if metric in promised),
        *sorted(promised.difference(BUILT_IN_METRICS)),
    ]


def _unseen(ticket: Ticket, now: int) -> Evaluated:
    return Evaluated(
        ticket_id=ticket.id,
        opened=now,
        fields={},
        status_class=StatusClass.WORKING,
        closed=False,
        customer="",
        group="",
        tier="",
        clocks=(),
        pins=ticket.pins,
        acknowledged_at=None,
        snoozed_until=None,
        flagged=False,
        next_at=_coming(ticket, now),
    )


def _coming(ticket: Ticket, now: int) -> int | None:
    """The instant of the first event that is dated after `now`: a source's clock may be ahead of ours."""
    return min((event.at for event in ticket.events if event.at > now), default=None)


def _earliest(instants: Iterable[int | None]) -> int | None:
    return min((at for at in instants if at is not None), default=None)
