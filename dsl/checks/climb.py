"""Which tier sends which tickets up which ladder, and how much of a target is used where a step stands.

What is found wrong with steps that meet is exact because of this: a step is looked at for each tier, priority and target
that it can be reached with, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dsl import build, build_ladder, syntax, values
from dsl.checks.conditions import meaning
from dsl.checks.tiers import Flat
from dsl.condition import ANY_TICKET, NO_TICKET, AllOf, AnyOf, Compare, Comparison, Condition, Not, OneOf
from dsl.ladder import Reached
from dsl.model import DEFAULT_WARN, Amount, Seconds
from dsl.resolve import Declared, Site, priorities

_WHOLE = 10_000


class Way(NamedTuple):
    """Tickets of one priority of a tier, and the ladder that they climb."""

    tier: str
    priority: str
    ladder: str


class Promise(NamedTuple):
    """A target that a clock may have, the calendar that it runs on ("" where the customer's decides) and when it is the one."""

    amount: Amount
    calendar: str
    when: Condition


class Stand(NamedTuple):
    """Where a step stands on a target: at `share` (hundredths of a percent) of it and `seconds` more."""

    share: int
    seconds: int

    def need(self, amount: Amount) -> tuple[int, int, int]:
        """Open seconds of use, to be compared among targets of one calendar; of business days, what is certain of them."""
        if isinstance(amount, Seconds):
            return (0, max(-(-amount.value * self.share // _WHOLE) + self.seconds, 0), 0)
        return (amount.value, self.share, self.seconds)


class Climb:
    """The ways up all ladders, as the tiers say after `like`. `whole` is False where something could not be read."""

    def __init__(self, site: Site, flats: Mapping[str, Flat]) -> None:
        self.order = priorities(site)
        self._flats = flats
        self.whole = all(flat.complete for flat in flats.values()) and not any(
            one.unit.broken for kind in ("tier", "escalation") for one in site.named[kind].values()
        )
        self.ladders: dict[str, Declared] = {one.unit.name: one for one in site.of("escalation")}
        self._steps = {name: build.of_type(one.tree.lines, syntax.Step) for name, one in self.ladders.items()}
        self.ways: dict[str, list[Way]] = {}
        for tier, flat in flats.items():
            for priority in self.order:
                found = flat.ladder(priority)
                if found:
                    self.ways.setdefault(found, []).append(Way(tier, priority, found))

    def live(self, ladder: str, step: syntax.Step) -> list[Way]:
        """The ways on which the step's `for` lets tickets meet it."""
        return [way for way in self.ways.get(ladder, ()) if meets(step, way.priority)]

    def promises(self, way: Way, metric: str) -> Iterator[Promise]:
        """The targets of that metric for the tickets of a way; amounts without meaning left out."""
        flat = self._flats[way.tier]
        lines = [
            line
            for _, line in flat.targets
            if line.metric.text == metric and way.priority in {word.text for word in line.priorities}
        ]
        limits = [meaning(line.when) if line.when else None for line in lines]
        others = AllOf(tuple(Not(limit) for limit in limits if limit is not None))
        for line, limit in zip(lines, limits, strict=True):
            try:
                amount = values.amount(line.amount.text)
            except ValueError:
                continue
            calendar = line.calendar.text if line.calendar else flat.calendar
            yield Promise(amount, calendar, others if limit is None else limit)

    def stands(self, way: Way, step: syntax.Step) -> list[Stand]:
        """Where the step stands for tickets of a way: once, or at each warning of the tier."""
        if step.trigger.kind == Reached.WARNING:
            return [Stand(share, 0) for share in self._flats[way.tier].warn or DEFAULT_WARN]
        found = stand(step)
        return [found] if found else []

    def above(self, way: Way, step: syntax.Step) -> str:
        """The priority that the step raises a ticket of this way to, "" if it stays what it is."""
        at = self.order.index(way.priority)
        to = step.action.word.text if step.action.word else ""
        if not to:
            return self.order[at - 1] if at else ""
        return to if to in self.order[:at] else ""

    def way(self, tier: str, priority: str) -> Way | None:
        """The way of those tickets, None if they climb no ladder."""
        ladder = self._flats[tier].ladder(priority)
        return Way(tier, priority, ladder) if ladder in self.ladders else None

    def steps(self, ladder: str) -> list[syntax.Step]:
        return self._steps[ladder]


def meets(step: syntax.Step, priority: str) -> bool:
    """Whether the step's `for` lets tickets of that priority meet it."""
    return not step.priorities or any(word.text == priority for word in step.priorities)


def stand(step: syntax.Step) -> Stand | None:
    """Where a step stands whatever the target; None for `warning of`, and for an amount without meaning."""
    try:
        trigger = build_ladder.trigger(step.trigger)
    except ValueError:
        return None
    match trigger.reached:
        case Reached.SHARE:
            return Stand(trigger.share, 0)
        case Reached.BREACH:
            return Stand(_WHOLE, 0)
        case Reached.BEFORE:
            return Stand(_WHOLE, -trigger.seconds)
        case Reached.PAST:
            return Stand(_WHOLE, trigger.seconds)
        case Reached.WARNING:
            return None


def from_the_breach_on(step: syntax.Step) -> bool:
    """Whether the step stands at the breach or after it."""
    found = stand(step)
    return found is not None and found.share >= _WHOLE and found.seconds >= 0


def hours(step: syntax.Step) -> str:
    """The calendar of `only in`, "" without."""
    only = step.option("only")
    return only.word.text if only and only.word else ""


def condition(step: syntax.Step) -> Condition | None:
    """The step's `when`."""
    when = step.option("when")
    return meaning(when.when) if when and when.when else None


def given(limit: Condition, priority: str) -> Condition:
    """The condition for tickets of that priority: what it says of the priority is decided."""
    match limit:
        case Not(item):
            return Not(given(item, priority))
        case AllOf(items):
            return AllOf(tuple(given(item, priority) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(given(item, priority) for item in items))
        case Compare("priority", op, value):
            return (
                ANY_TICKET
                if (str(value).casefold() == priority.casefold()) is (op is Comparison.EQ)
                else NO_TICKET
            )
        case OneOf("priority", listed):
            return ANY_TICKET if priority.casefold() in {str(one).casefold() for one in listed} else NO_TICKET
        case _:
            return limit
