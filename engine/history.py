"""From a ticket's events to what is true of it when: steps that each leave it in a situation.

Events may come late, twice or out of order; here they get the one order in which they count, and nothing that strangers
put into them can do more than be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from operator import attrgetter

from dsl.condition import StatusClass
from engine import facts
from engine.facts import Event, FieldValue
from engine.graph import Graph
from engine.predicate import Situation, as_flag, as_number, as_text
from engine.wall import EARLIEST, LATEST

ENDED = frozenset({StatusClass.RESOLVED, StatusClass.CLOSED, StatusClass.CANCELLED})
"""Classes of a ticket that nobody works on any more."""

MOVES: Mapping[str, tuple[StatusClass, frozenset[StatusClass]]] = {
    facts.RESOLVED: (StatusClass.RESOLVED, ENDED),
    facts.CLOSED: (StatusClass.CLOSED, frozenset({StatusClass.CLOSED, StatusClass.CANCELLED})),
    facts.CANCELLED: (StatusClass.CANCELLED, frozenset({StatusClass.CANCELLED})),
    facts.REOPENED: (StatusClass.WORKING, frozenset({StatusClass.WORKING, StatusClass.WAITING})),
}
"""The class that a kind of event brings about, and the classes that a status in its data may say instead."""
_HUGE = 1 << 63


@dataclass(frozen=True, slots=True)
class Step:
    """An event that counts for clocks. `marks` are its kind and what its change of status amounts to;
    `customer` is the text that names the customer; `situation` holds from `at` on. `ends` and `reopens` are of the steps
    of a history: whether the ticket is over since this one, or no longer."""

    at: int
    marks: tuple[str, ...]
    situation: Situation
    customer: str
    ends: bool
    reopens: bool


@dataclass(frozen=True, slots=True)
class History:
    """A ticket's steps from its opening to some instant; what came before only shapes the situation it opened in.

    `steps[first]` is the opening; earlier ones are of the same instant. Acknowledged, snoozed and flagged are as the last
    such event left them. `cancelled`: the ticket has ended, and was cancelled since it was last worked on.
    """

    opened: int
    first: int
    steps: tuple[Step, ...]
    acknowledged_at: int | None
    snoozed_until: int | None
    flagged: bool
    cancelled: bool

    @property
    def last(self) -> Step:
        """The step that the ticket is in now."""
        return self.steps[-1]


def within_reach(at: int) -> int:
    """The instant, kept within the years of the product."""
    return min(max(at, EARLIEST), LATEST - 1)


def read(events: Iterable[Event], graph: Graph, now: int) -> History | None:
    """What the events up to `now` say; None if there are none."""
    reading = read_on(None, events, graph, now)
    return None if reading is None else reading.history


def read_on(known: Reading | None, events: Iterable[Event], graph: Graph, now: int) -> Reading | None:
    """The events up to `now`, read; None if there are none. Where the first of them are those that are `known`, that one reads on."""
    seen = in_order(events, now)
    if not seen:
        return None
    first = next((event for event in seen if event.kind == facts.OPENED), seen[0])
    reading = known if known and known.goes_on(first, seen) else Reading(Writer(graph), first)
    reading.take(seen[reading.count :])
    return reading


@dataclass(slots=True)
class Reading:
    """So many events of one ticket, `first` its opening and `last` the last of them, read under one graph."""

    writer: Writer
    first: Event
    last: Event | None = None
    count: int = 0
    index: int = 0
    steps: list[Step] = field(default_factory=list)
    acknowledged: int | None = None
    snoozed: int | None = None
    flagged: bool = False
    ended: bool = False
    cancelled: bool = False

    def goes_on(self, first: Event, seen: Sequence[Event]) -> bool:
        """Whether these events begin with those that are read."""
        return first is self.first and self.count <= len(seen) and seen[self.count - 1] is self.last

    def take(self, events: Sequence[Event]) -> None:
        """Read on; these come after those that are read."""
        opened, writer = within_reach(self.first.at), self.writer
        ended, cancelled = self.ended, self.cancelled
        for event in events:
            at = max(event.at, EARLIEST)
            data = clean(event.data)
            if event.kind == facts.ACKNOWLEDGED:
                self.acknowledged = at
            elif event.kind == facts.SNOOZED:
                self.snoozed = as_number(data.get("until")) or None
            elif event.kind == facts.FLAGGED:
                self.flagged = as_flag(data.get("flag", True))
            marks = writer.take(event.kind, data)
            if event is self.first:
                self.index = len(self.steps)
            if at >= opened:
                found = writer.situation.status_class
                was, ended = ended, found in ENDED
                cancelled = ended and (cancelled or found is StatusClass.CANCELLED)
                self.steps.append(
                    Step(at, marks, writer.situation, writer.customer, ended and not was, was and not ended)
                )
        self.ended, self.cancelled = ended, cancelled
        self.count += len(events)
        self.last = events[-1] if events else self.last

    def copy(self) -> Reading:
        """Another that has read as far."""
        return replace(self, writer=copy(self.writer), steps=self.steps.copy())

    @property
    def history(self) -> History:
        """What they say."""
        return History(
            within_reach(self.first.at),
            self.index,
            tuple(self.steps),
            self.acknowledged,
            self.snoozed,
            self.flagged,
            self.cancelled,
        )


def in_order(events: Iterable[Event], now: int) -> list[Event]:
    """The events up to `now`, in the order in which they count."""
    seen = [event for event in events if event.at <= now]
    seen.sort(key=_MOMENT)
    if len(set(map(_MOMENT, seen))) < len(seen):
        seen.sort(key=_ORDER)
    if seen and seen[0].at < EARLIEST:
        seen.sort(key=_order)  # what lies before our years is all of one instant
    return seen


_MOMENT = attrgetter("at", "sequence")
"""Nearly always enough to tell a ticket's events apart, and fast."""
_ORDER = attrgetter("order")


def _order(event: Event) -> tuple[int, tuple[object, ...]]:
    return within_reach(event.at), event.order[1:]


NOWHERE = Situation({}, StatusClass.WORKING, "", "")
"""What is true of a ticket before its first event."""


class Writer:
    """The situation, and the text that names the customer, as events change them, from some situation on."""

    def __init__(self, graph: Graph, situation: Situation = NOWHERE) -> None:
        self._graph = graph
        self._fields = situation.fields
        self._class = situation.status_class
        self.customer = ""
        self.situation = situation

    def take(self, kind: str, data: dict[str, FieldValue]) -> tuple[str, ...]:
        """Take in an event; answer its marks."""
        before = self._class
        if kind not in facts.DEEDS:
            if not data.keys().isdisjoint(facts.no_fields(kind)):
                data = {name: value for name, value in data.items() if name not in facts.no_fields(kind)}
            if "status" in data:
                self._class = self._graph.status_class(data["status"]) or StatusClass.WORKING
            if kind in MOVES:
                moved, allowed = MOVES[kind]
                declared = self._graph.status_class(data.get("status"))
                self._class = declared if declared in allowed else moved
            if data or self._class is not before:
                self._write(data)
        return _marks(kind, before, self._class)

    def _write(self, data: dict[str, FieldValue]) -> None:
        self._fields = {**self._fields, **data}
        self.customer = as_text(self._fields.get("customer")).strip()
        declared = self._graph.customer(self.customer)
        self.situation = Situation(
            self._fields,
            self._class,
            declared.name if declared else self.customer,
            declared.group if declared else as_text(self._fields.get("group")),
        )


def _marks(kind: str, before: StatusClass, after: StatusClass) -> tuple[str, ...]:
    if before is after or kind in MOVES:
        return (kind,)
    if after in ENDED:
        return (kind, after.value)
    return (kind, facts.REOPENED) if before in ENDED else (kind,)


def clean(data: object) -> dict[str, FieldValue]:
    """The fields that make sense: texts, numbers and flags; a list is taken for tags, nothing for an empty text."""
    if not isinstance(data, Mapping):
        return {}
    kept: dict[str, FieldValue] = {}
    for name, value in data.items():
        if not isinstance(name, str):
            continue
        if type(value) is str:
            kept[name] = value
            continue
        if isinstance(value, float):
            value = int(value) if value.is_integer() else str(value)  # noqa: PLW2901
        if isinstance(value, str | bool):
            kept[name] = value
        elif isinstance(value, int):
            kept[name] = value if abs(value) < _HUGE else ""
        elif value is None:
            kept[name] = ""
        elif isinstance(value, list | tuple):
            kept[name] = " ".join(item for item in value if isinstance(item, str))
    return kept
