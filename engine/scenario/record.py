"""Writes a scenario from a real ticket: what happened to it, and what the rules of a graph made of it.

The expectations are whatever comes out when the written events are told, so that the scenario passes as it stands, and
fails when somebody changes what the rules say of such a ticket.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dsl import scenario
from dsl.commitment import Credits, RetainerShare
from dsl.condition import FieldType, Value
from dsl.model import RuleSet
from dsl.scenario_text import said
from engine import facts
from engine.calendar.period import month_of
from engine.clock import FAILED_STATES, State
from engine.errors import EngineError
from engine.evaluate import Evaluated, live
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.history import ENDED, MOVES, NOWHERE, Reading, Writer, clean, read_on
from engine.ladder.consequence import SOURCE as ESCALATION
from engine.plain import plain
from engine.predicate import Situation, as_flag, as_number, as_text
from engine.scenario.deciding import deciding
from engine.scenario.outcome import decided, is_second, latest, reading, standing
from engine.scenario.owed import came_to, owed_by
from engine.scenario.rehearsal import Rehearsal
from engine.scenario.telling import event_of

_NAME = "t1"
_UNTOLD = frozenset((*scenario.UNTOLD, facts.OPENED))
"""Kinds that scenarios have no word for, and the one that they have once."""


def record(ticket: Ticket, graph: Graph, title: str = "") -> scenario.Scenario:
    """The scenario of a ticket under the rules of the graph. Raises EngineError for a ticket that nothing is known of.

    Left out: what ladders did (they do it again), and whatever of events and fields decides nothing under the rules that the ticket is
    under, so that no more of it gets into a repository than decides something.
    """
    events = [
        event for event in sorted(ticket.events, key=lambda one: one.order) if event.source != ESCALATION
    ]
    if not events:
        raise EngineError(f"nothing is known of ticket {ticket.key}")
    zone = _zone(events, graph)
    telling = _Telling(events, graph, zone)
    story = _story(telling.lines, graph.ruleset)
    told = scenario.Scenario(title or f"ticket {plain(ticket.key, 100)}", zone, (story,))
    lines = [*_with_expectations(story.lines, telling.seen), *_credited(told, telling.end)]
    return replace(told, stories=(replace(story, lines=tuple(lines)),))


def _story(lines: list[scenario.Happens], rules: RuleSet) -> scenario.Story:
    """Customer and priority of the opening stand in the line of the ticket; a priority that is not declared cannot."""
    first = dict(lines[0].settings)
    head = {"customer": first.pop("customer", "")}
    if first.get("priority") in rules.priorities:
        head["priority"] = first.pop("priority")
    opening = replace(lines[0], settings=tuple(first.items()))
    return scenario.Story(_NAME, tuple((k, v) for k, v in head.items() if v), (opening, *lines[1:]))


# ---------------------------------------------------------------- what happened


class _Telling:
    """Tells a ticket's events to a rehearsal, each as far as it makes a difference there, and keeps what it told as `lines`.

    After each, what its events brought is compared with what the rehearsal has, where ladders have acted meanwhile. `seen` is what could be
    expected when the instants of lines were over, by the number of lines until then, `end` the rehearsal after the last of them.
    """

    def __init__(self, events: Sequence[Event], graph: Graph, zone: str) -> None:
        self.lines: list[scenario.Happens] = []
        self.seen: dict[int, list[_Seen]] = {}
        self._graph = graph
        self._zone = zone
        self.end = self._rehearsal = Rehearsal(graph)
        self._known: Reading | None = None
        self._decides = deciding(live(Ticket(0, "", tuple(events)), graph, events[-1].at), graph)
        number = next((n for n, event in enumerate(events) if event.kind == facts.OPENED), 0)
        opening = events[number]
        before = [event for event in events[:number] if event.at < opening.at]
        self._ticket = Writer(graph)
        for event in before:
            self._take(event)
        early = self._ticket.situation
        for event in events[len(before) : number + 1]:
            self._take(event)
        self._open(opening, early, alone=len(before) == number)
        self._ticket = Writer(graph, early)
        for event in (*(one for one in before if one.kind in facts.DEEDS), *events[len(before) :]):
            self._tell(replace(event, at=max(event.at, opening.at)), begun=event.order > opening.order)
        self._see()

    def _open(self, opening: Event, early: Situation, *, alone: bool) -> None:
        """The opening with all that is known by then. The status is that of before, where one that ended the ticket then and there was not
        `alone` in its instant: what else happened has its place before or after it."""
        now = self._ticket.situation
        first = now if alone or not self._decides.differ("status", early, now) else early
        known = self._settings({**now.fields, "status": first.fields.get("status")})
        if "status" not in self._decides.tests and not self._decides.differ("status", NOWHERE, first):
            del known["status"]
        given = {name: value for name, value in known.items() if value is not False and value != ""}
        self._write(opening.at, facts.OPENED, given)
        if self._decides.differ("status", self._told, first):
            ended = first.status_class in ENDED
            self._write(opening.at, first.status_class.value if ended else facts.REOPENED, {})

    def _tell(self, event: Event, *, begun: bool) -> None:
        """An event, if it makes a difference. Until the ticket has `begun` to be, what is known of it was said at its opening."""
        if event.at > self._rehearsal.now:
            self._see()
            self._rehearsal.advance(event.at)
        self._take(event)
        real, told = self._ticket.situation, self._told
        moved = self._decides.differ("status", told, real)
        counts = event.kind not in _UNTOLD and (
            (event.kind in MOVES and moved)
            or (event.kind == facts.ACKNOWLEDGED and self._decides.acknowledged)
            or (event.kind == facts.FLAGGED and self._decides.flagged)
            or self._decides.starts_or_stops(event.kind, event.at, self._reading)
        )
        if counts:
            after = Writer(self._graph, told)
            after.take(event.kind, {})
            told = after.situation
        data = clean(event.data)
        brought = {} if event.kind in facts.DEEDS else self._settings(data, facts.no_fields(event.kind))
        settings = {
            name: value
            for name, value in brought.items()
            if (begun or name == "status") and self._decides.differ(name, told, real)
        }
        if counts:
            taken_away = event.kind == facts.FLAGGED and not as_flag(data.get("flag", True))
            self._write(event.at, scenario.UNFLAGGED if taken_away else event.kind, settings)
        elif settings:
            self._write(event.at, scenario.SET, settings)

    def _take(self, event: Event) -> None:
        self._ticket.take(event.kind, clean(event.data))

    def _write(self, at: Instant, kind: str, settings: dict[str, Value]) -> None:
        line = scenario.Happens(reading(at, self._zone), kind, tuple(settings.items()))
        self.lines.append(line)
        self._rehearsal.happen(_NAME, event_of(line, at, len(self.lines)))

    def _see(self) -> None:
        """Of one instant only the end can be looked at."""
        if len(self.lines) not in self.seen:
            evaluated = self._rehearsal.look_at(_NAME)
            self.seen[len(self.lines)] = list(_expected(evaluated, self._zone))
            self.end = self._rehearsal.fork()

    @property
    def _reading(self) -> Reading:
        """What the rehearsal has."""
        events, graph = self._rehearsal.actors[_NAME].ticket.events, self._graph
        self._known = read_on(self._known, events, graph, self._rehearsal.now)
        assert self._known is not None
        return self._known

    @property
    def _told(self) -> Situation:
        return self._reading.writer.situation

    def _settings(self, data: Mapping[str, object], without: Collection[str] = ()) -> dict[str, Value]:
        """What of the data are fields that the rules ask for, each as the type that it has."""
        found: dict[str, Value] = {}
        for name, type_ in self._decides.fields.items():
            if name in data and name not in without:
                typed = _typed(data[name], type_)
                if typed is not None:
                    found[name] = typed
        return found


def _typed(value: object, type_: FieldType) -> Value | None:
    if type_ is FieldType.FLAG:
        return as_flag(value)
    return as_number(value) if type_ is FieldType.NUMBER else plain(as_text(value), 200)


def _zone(events: Iterable[Event], graph: Graph) -> str:
    """The customer's zone; UTC where its clock cannot tell the events apart."""
    customer = None
    for event in events:
        customer = customer or graph.customer(as_text(event.data.get("customer")).strip())
    group = graph.ruleset.groups.get(customer.group) if customer else None
    zone = (customer.zone if customer else "") or (group.zone if group else "") or "UTC"
    return "UTC" if any(is_second(event.at, zone) for event in events) else zone


# ---------------------------------------------------------------- what came of it


_Seen = tuple[scenario.Expectation, bool]
"""What could be expected, and whether only at the end."""

_LOOKS = 100
"""After at most so many lines something is expected, and after the last: more would be longer than a declaration may be."""


def _with_expectations(
    told: Sequence[scenario.Line], seen: Mapping[int, list[_Seen]]
) -> Iterator[scenario.Line]:
    """After each event, what it made of the clocks, as far as that is not what was said before; after some of them where they are many."""
    apart = -(-len(seen) // _LOOKS)
    looked = {*list(seen)[::apart], len(told)}
    before: set[str] = set()
    for number, line in enumerate(told, 1):
        yield line
        if number in looked:
            expected = [one for one, late in seen[number] if not late or number == len(told)]
            yield from (scenario.Expect(one) for one in expected if said(one) not in before)
            before = {said(one) for one in expected}


def _credited(told: scenario.Scenario, rehearsal: Rehearsal) -> Iterator[scenario.Expect]:
    """What each month comes to in which the ticket broke a promise, as far as amounts are fixed: a retainer is no fact of a ticket."""
    evaluated, graph = rehearsal.look_at(_NAME), rehearsal.graph
    zone = graph.zone(evaluated.customer)
    failed = [clock.decided for clock in evaluated.clocks if clock.state in FAILED_STATES]
    decided = sorted(at for at in failed if at is not None)
    for month in dict.fromkeys(month_of(at, zone).name for at in decided if evaluated.customer):
        asked = scenario.Credited(None, month)
        try:
            found = owed_by(told, rehearsal.fork(), _NAME, asked)
        except EngineError:
            continue
        paying = {line.credits for line in found.settled.lines}
        if found.total and not any(_shared(graph.ruleset.credits[name]) for name in paying):
            yield scenario.Expect(came_to(asked, found))


def _shared(credits_: Credits) -> bool:
    """Whether what a breach pays may hang on a retainer."""
    return any(
        isinstance(one, RetainerShare) for one in (credits_.cap, *(line.pays for line in credits_.breaches))
    )


def _expected(evaluated: Evaluated, zone: str) -> Iterator[_Seen]:
    metrics = dict.fromkeys(clock.metric for clock in evaluated.clocks)
    for metric in metrics:
        clock = latest(evaluated, metric)
        assert clock is not None
        if clock.stopped is None:
            yield decided(clock), False
            due = None if clock.due is None else reading(clock.due, zone)
            if clock.due is None or not is_second(clock.due, zone):
                yield scenario.Due(metric, due), False
        yield standing(clock, metric), clock.stopped is None and clock.state is not State.PAUSED
    if not metrics:
        yield from ((scenario.NoClock(metric), True) for metric in ("response", "resolution"))
