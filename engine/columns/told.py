"""What many tickets' events say, as columns of numbers: the form in which a million tickets are kept, read and evaluated.

Events say few different things once what no rule asks about is left out, so each thing said is kept once and has a number. What
rules make of it is worked out by `engine.columns.build`; nothing here depends on them but which fields are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dsl.condition import Condition
from engine import facts
from engine.facts import Event, FieldValue, Pin, Ticket
from engine.graph import Graph
from engine.history import clean, in_order
from engine.pinning import OPENED, REPIN
from engine.predicate import fields_of
from engine.terms import Terms

U32: TypeAlias = NDArray[np.uint32]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

Saying = tuple[str, Mapping[str, FieldValue]]
"""A kind of event and the fields that it brings."""

LIVE = -1
"""In `Told.pinned`: what the rules in force promise at the opening."""
LAST = 2**32 - 1
"""The last instant there is here. What happens later happens then."""
ALWAYS_ASKED = frozenset({"customer", "group", "priority", "status"})


@dataclass(frozen=True, slots=True)
class Told:
    """Events of many tickets, ticket after ticket, each in the order in which they count.

    Ticket `i` is `ids[i]` with the events `starts[i]` to `starts[i + 1]`; event `j` is at `at[j]` (UTC seconds, up to `LAST`) and says
    `sayings[saying[j]]`, of which `fields` are kept. It is promised `terms[pinned[i]]`, or what the rules promise if that is
    `LIVE`. `apart` marks tickets that must be told one by one; their events need not be here.
    """

    fields: frozenset[str]
    sayings: Sequence[Saying]
    terms: Sequence[Terms | None]
    ids: I64
    starts: I64
    at: U32
    saying: U32
    pinned: I32
    apart: Flags

    def __len__(self) -> int:
        return len(self.ids)


def events_that(told: Told, say: Flags) -> tuple[I64, I64]:
    """The events that say one of these things, in order, and the places of the tickets that they are of."""
    events = np.flatnonzero(say[told.saying])
    return events, np.searchsorted(told.starts, events, side="right") - 1


class Lexicon:
    """Gives everything that is said a number."""

    def __init__(self, fields: frozenset[str], sayings: Iterable[Saying] = ()) -> None:
        self.fields = fields
        self.sayings: list[Saying] = []
        self._known: dict[object, int] = {}
        for kind, data in sayings:
            self.code(kind, data)

    def code(self, kind: str, data: object) -> int:
        """The number of what an event of this kind with this data says."""
        kept = {} if kind in facts.DEEDS else clean(data)
        items = [(name, kept[name]) for name in sorted(self.fields & kept.keys())]
        key = (kind, tuple((name, type(value), value) for name, value in items))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.sayings)
            self.sayings.append((kind, dict(items)))
        return found


def conditions_of(terms: Terms) -> list[Condition]:
    """What the targets of these terms ask."""
    return [target.when for target in terms.targets if target.when is not None]


def asked(graph: Graph, terms: Iterable[Terms | None] = ()) -> frozenset[str]:
    """The fields that the rules, and these terms under them, may ask about."""
    conditions: list[Condition] = []
    for behind in graph.rulesets:
        conditions += (pause.when for pause in behind.pauses.values())
    rules = graph.ruleset
    lists = [tier.targets for tier in rules.tiers.values()]
    for party in (*rules.customers.values(), *rules.groups.values()):
        lists += (override.targets for override in party.overrides)
    conditions += (target.when for targets in lists for target in targets if target.when is not None)
    for known in terms:
        conditions += conditions_of(known) if known is not None else ()
    return ALWAYS_ASKED.union(*map(fields_of, conditions))


def asked_of_ladders(graph: Graph) -> frozenset[str]:
    """The fields that steps of ladders may ask about, beside those that decide clocks."""
    ladders = graph.ruleset.escalations.values()
    conditions = [condition for ladder in ladders for condition in ladder.stop]
    conditions += (step.when for ladder in ladders for step in ladder.steps if step.when is not None)
    return frozenset[str]().union(*map(fields_of, conditions))


def tell(tickets: Iterable[Ticket], graph: Graph, until: int) -> Told:
    """The tickets with an event up to `until`, as `graph` needs to know them."""
    given = list(tickets)
    return tell_fields(given, asked(graph, (pin.terms for ticket in given for pin in ticket.pins)), until)


def tell_fields(tickets: Iterable[Ticket], fields: frozenset[str], until: int) -> Told:
    """The same with these fields kept of what events say."""
    given = list(tickets)
    numbers: dict[int, int] = {}
    terms: list[Terms | None] = []
    for pin in (pin for ticket in given for pin in ticket.pins):
        if numbers.setdefault(id(pin.terms), len(terms)) == len(terms):
            terms.append(pin.terms)
    lexicon = Lexicon(fields)
    ids, sizes, at, saying, pinned, apart = [], [], [], [], [], []
    for ticket in given:
        events = in_order(ticket.events, until)
        if not events:
            continue
        odd = events[0].at < 0 or any(pin.cause == REPIN for pin in ticket.pins)
        ids.append(ticket.id)
        apart.append(odd)
        pinned.append(_pinned(ticket.pins, events[0], numbers))
        if odd:
            events = []
        sizes.append(len(events))
        at += [min(event.at, LAST) for event in events]
        saying += [lexicon.code(event.kind, event.data) for event in events]
    starts = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return Told(
        fields=lexicon.fields,
        sayings=lexicon.sayings,
        terms=terms,
        ids=np.array(ids, dtype=np.int64),
        starts=starts,
        at=np.array(at, dtype=np.uint32),
        saying=np.array(saying, dtype=np.uint32),
        pinned=np.array(pinned, dtype=np.int32),
        apart=np.array(apart, dtype=np.bool_),
    )


def _pinned(pins: Iterable[Pin], opening: Event, numbers: Mapping[int, int]) -> int:
    """The promise that was made when the ticket opened, if one was and is still for that instant."""
    for pin in pins:
        if pin.cause == OPENED and pin.at == opening.at:
            return numbers[id(pin.terms)]
    return LIVE
