"""What a message says, as plain values: each ticket's facts at the moment of sending, the rule that fired, and its links.

Between the engine and the words: here rules and tickets are looked up, `compose` only writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dsl.ladder import LadderStep, Reached
from dsl.model import ALWAYS
from dsl.values import percentage
from engine.clock import Clock
from engine.delivery.links import ACTS, Links
from engine.delivery.outbox import Batch, File, Kind, Queued
from engine.evaluate import Evaluated
from engine.facts import Fields, Ticket
from engine.graph import Graph
from engine.ladder.consequence import home
from engine.ladder.decision import Decision
from engine.lengths import length
from engine.predicate import as_text

MOST_CARRIED = 12_000_000
"""Bytes of files in one message: more is refused by many mail servers."""

LATE = 60
"""Seconds after which it is worth saying that something was found late."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a page. `due` and `at` are instants, `late` seconds; `zone` is that of the clock's calendar, "" for UTC.

    `what` names what fired in a few words, `step` is the rule's line and `where` its file:line. `change` holds the fields of a
    CHANGE, or channel and error of a FAILURE. `links` are addresses by act.
    """

    id: int
    kind: Kind
    ticket: str
    source: str = ""
    source_id: str = ""
    customer: str = ""
    tier: str = ""
    priority: str = ""
    subject: str = ""
    status: str = ""
    assignee: str = ""
    metric: str = ""
    state: str = ""
    due: int | None = None
    zone: str = ""
    what: str = ""
    step: str = ""
    where: str = ""
    ladder: str = ""
    repetition: int = 0
    repeats: bool = False
    at: int = 0
    found: int = 0
    change: Fields = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def late(self) -> int:
        """Seconds between the instant that a step was due and the look that found it, 0 where that is nothing to speak of."""
        return self.found - self.at if self.found - self.at > LATE else 0


@dataclass(frozen=True, slots=True)
class Page:
    """A batch ready to be put into words at `now`. `key` is its idempotency key, `name` whom it is meant for."""

    key: str
    channel: str
    recipient: str
    name: str
    now: int
    entries: tuple[Entry, ...]
    listed: int = 20
    web: str = ""
    test: bool = False
    files: tuple[File, ...] = ()

    @property
    def tickets(self) -> int:
        """How many tickets it is about."""
        return len({entry.ticket for entry in self.entries if entry.kind is not Kind.REPORT})

    @property
    def reports(self) -> int:
        """How many reports it brings."""
        return sum(entry.kind is Kind.REPORT for entry in self.entries)


Seen = Mapping[int, tuple[Ticket, Evaluated]]
"""Tickets as they are now, by id."""


def page_of(
    batch: Batch,
    messages: Iterable[Queued],
    seen: Seen,
    graph: Graph,
    now: int,
    *,
    links: Links | None = None,
    listed: int = 20,
    web: str = "",
    files: Iterable[File] = (),
) -> Page:
    """The page of what is left of a batch, the most urgent first, with as many of the files as a mail may carry."""
    kept = tuple(messages)
    # A digest has no links: signing thousands that nobody sees takes longer than sending.
    linked = links if len(kept) <= listed else None
    entries = [_entry(item, seen.get(item.ticket_id), graph, now, linked) for item in kept]
    entries.sort(key=lambda entry: (entry.due is None, entry.due or 0, entry.ticket, entry.id))
    names = dict.fromkeys(
        name.strip() for item in kept for name in item.message.name.split(",") if name.strip()
    )
    return Page(
        batch.key,
        batch.channel,
        batch.recipient,
        ", ".join(names),
        now,
        tuple(entries),
        listed,
        web,
        files=tuple(_carried(files)),
    )


def _carried(files: Iterable[File]) -> Iterator[File]:
    room = MOST_CARRIED
    for one in files:
        room -= len(one.content)
        if room >= 0:
            yield one


def _entry(
    item: Queued, seen: tuple[Ticket, Evaluated] | None, graph: Graph, now: int, links: Links | None
) -> Entry:
    decision = item.decision
    step = step_of(decision, graph)
    ticket, evaluated = seen if seen is not None else (None, None)
    fields = evaluated.fields if evaluated else {}
    clock = clock_of(decision, evaluated)
    acts = ACTS if links is not None and item.message.kind is Kind.NOTICE and item.ticket_id else ()
    return Entry(
        id=item.id,
        kind=item.message.kind,
        ticket=item.ticket,
        source=home(ticket) if ticket else "",
        source_id=item.source_id,
        customer=(evaluated.customer if evaluated else "") or as_text(fields.get("customer")),
        tier=evaluated.tier if evaluated else "",
        priority=as_text(fields.get("priority")),
        subject=as_text(fields.get("subject")),
        status=as_text(fields.get("status")),
        assignee=as_text(fields.get("assignee")),
        metric=decision.metric if decision else "",
        state=clock.state.value if clock else "",
        due=clock.due if clock else None,
        zone=_zone(clock, evaluated, graph),
        what=what_of(step, decision),
        step=decision.step if decision else "",
        where=graph.where(step.origin) if step else "",
        ladder=decision.ladder if decision else "",
        repetition=decision.number if decision else 0,
        repeats=step is not None and step.repeat is not None,
        at=decision.at if decision else item.created,
        found=decision.found if decision else item.created,
        change=item.message.data,
        links={
            act: links.address(item.id, item.ticket_id, act, item.message.name, now)
            for act in acts
            if links is not None
        },
    )


def step_of(decision: Decision | None, graph: Graph) -> LadderStep | None:
    """The line of a ladder that a decision is about; None where the rules no longer have it."""
    ladder = graph.ruleset.escalations.get(decision.ladder) if decision else None
    if decision is None or ladder is None:
        return None
    same = [step for step in ladder.steps if decision.step in (step.rule, _warned(step.rule, decision.step))]
    return same[0] if same else None


def _warned(rule: str, name: str) -> str:
    """A step that is for each warning is named by its line and the warning: `... (75%)`."""
    return name if name.startswith(f"{rule} (") else rule


def clock_of(decision: Decision | None, evaluated: Evaluated | None) -> Clock | None:
    """The clock that a decision is about, as it is now."""
    if decision is None or evaluated is None:
        return None
    key = (decision.metric, decision.cycle)
    return next((clock for clock in evaluated.clocks if (clock.metric, clock.cycle) == key), None)


def _zone(clock: Clock | None, evaluated: Evaluated | None, graph: Graph) -> str:
    """The zone in which a due time is thought of: that of the clock's calendar, around the clock the customer's."""
    rules = graph.ruleset
    calendar = rules.calendars.get(clock.calendar) if clock and clock.calendar != ALWAYS else None
    if calendar is not None:
        return calendar.zone
    customer = rules.customers.get(evaluated.customer) if evaluated else None
    if customer is None:
        return ""
    group = rules.groups.get(customer.group)
    return customer.zone or (group.zone if group else "")


def what_of(step: LadderStep | None, decision: Decision | None) -> str:
    """What a step waited for, in a few words."""
    if decision is None:
        return ""
    if step is None:
        return f"escalation of {decision.metric}"
    metric = step.trigger.metric
    match step.trigger.reached:
        case Reached.SHARE:
            return f"{percentage(step.trigger.share)} of {metric} used"
        case Reached.WARNING:
            return f"warning of {metric}"
        case Reached.BREACH:
            return f"breach of {metric}"
        case Reached.BEFORE:
            return f"{length(step.trigger.seconds)} before {metric} is due"
        case Reached.PAST:
            return f"{length(step.trigger.seconds)} past {metric}"
