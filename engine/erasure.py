"""What is left of a ticket's events when its personal text goes: what its figures follow from, and nothing else.

A text stays only where it is a word of the rules: a declared status or priority, a text that a condition compares with, the
declared customer. Numbers and flags stay under names that the rules declare. So clocks come out as before: to a condition
that compares, every other text is as unequal as none. A pattern that looks into free text is the exception; then the figures that
are stored stay, and cannot be computed again. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from dsl.condition import AllOf, AnyOf, Compare, Condition, FieldType, Not, OneOf
from dsl.model import RuleSet
from engine.evaluate import evaluate
from engine.facts import DEEDS, EXCUSED, FLAGGED, SNOOZED, FieldValue, Ticket, no_fields
from engine.graph import Graph
from engine.predicate import as_flag, as_number, as_text
from engine.terms import Terms


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays: the rules, and the words that their conditions and those of pinned terms compare with, by field."""

    graph: Graph
    words: Mapping[str, frozenset[str]]

    @classmethod
    def by(cls, graph: Graph, promised: Iterable[Terms] = ()) -> Kept:
        """By these rules and by what was promised under older ones."""
        found: dict[str, set[str]] = {}
        for condition in chain(_conditions(graph.ruleset), _pinned(promised)):
            for name, word in _compared(condition):
                found.setdefault(name, set()).add(word.casefold())
        return cls(graph, {name: frozenset(words) for name, words in found.items()})

    def of(self, kind: str, data: Mapping[str, object]) -> dict[str, FieldValue]:
        """What stays of an event's data."""
        if kind in DEEDS:
            return _of_a_deed(kind, data)
        about = no_fields(kind)
        found = {}
        for name, value in data.items():
            if name not in about and (left := self._value(name, value)) is not None:
                found[name] = left
        return found

    def ticket(self, ticket: Ticket) -> Ticket:
        """The ticket as it will be."""
        events = tuple(replace(event, data=self.of(event.kind, event.data)) for event in ticket.events)
        return replace(ticket, events=events)

    def _priorities(self) -> set[str]:
        return {item.casefold() for item in self.graph.ruleset.priorities}

    def _value(self, name: str, value: object) -> FieldValue | None:
        """What stays of a value; "" where a text goes that something may be asked about, None where nothing is."""
        text = as_text(value)
        words = self.words.get(name)
        if name == "status" and self.graph.status_class(text) is not None:
            return text
        if name == "priority" and text.strip().casefold() in self._priorities():
            return text
        if name == "customer":
            declared = self.graph.customer(text)
            return declared.name if declared else text
        declared_field = self.graph.ruleset.fields.get(name)
        if declared_field is not None and declared_field.type is FieldType.FLAG:
            return as_flag(value)
        if declared_field is not None and declared_field.type is FieldType.NUMBER:
            number = as_number(value)
            return "" if number is None else number
        if words is None:
            return "" if name in _ALWAYS else None
        if name == "tags":
            return " ".join(tag for tag in text.split() if tag.casefold() in words)
        return text if text.casefold() in words else ""


_METRIC = re.compile(r"[a-z][a-z0-9-]{0,99}")
_ALWAYS = ("status", "priority")
"""Asked for by every rule: that a ticket had some counts, whatever it was."""


def same_clocks(ticket: Ticket, kept: Kept, now: int) -> bool:
    """Whether the rules make the same clocks of what will be left of the ticket."""
    after = evaluate(kept.ticket(ticket), kept.graph, now)
    return evaluate(ticket, kept.graph, now).clocks == after.clocks


def _of_a_deed(kind: str, data: Mapping[str, object]) -> dict[str, FieldValue]:
    if kind == SNOOZED and "until" in data:
        return {"until": as_number(data["until"]) or 0}
    if kind == FLAGGED and "flag" in data:
        return {"flag": as_flag(data["flag"])}
    if kind == EXCUSED:
        # Which clock was excused is a figure; why, and by whom, is text.
        found: dict[str, FieldValue] = {"excused": as_flag(data.get("excused", True))}
        if _METRIC.fullmatch(as_text(data.get("metric"))):
            found["metric"] = as_text(data.get("metric"))
        if (cycle := as_number(data.get("cycle"))) is not None:
            found["cycle"] = cycle
        return found
    return {}


def _conditions(rules: RuleSet) -> Iterator[Condition]:
    parties = (*rules.customers.values(), *rules.groups.values())
    targets = chain(
        (target for tier in rules.tiers.values() for target in tier.targets),
        (target for party in parties for override in party.overrides for target in override.targets),
    )
    yield from (target.when for target in targets if target.when is not None)
    yield from (pause.when for pause in rules.pauses.values())
    for ladder in rules.escalations.values():
        yield from ladder.stop
        yield from (step.when for step in ladder.steps if step.when is not None)


def _pinned(promised: Iterable[Terms]) -> Iterator[Condition]:
    return (target.when for terms in promised for target in terms.targets if target.when is not None)


def _compared(condition: Condition) -> Iterator[tuple[str, str]]:
    """(field, text) of every comparison with a text."""
    match condition:
        case Compare(name, _, str(value)):
            yield name, value
        case OneOf(name, values):
            yield from ((name, value) for value in values if isinstance(value, str))
        case Not(item):
            yield from _compared(item)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from _compared(item)
