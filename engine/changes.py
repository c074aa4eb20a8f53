"""What differs between two rule sets, and which open tickets that can move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dsl.model import Override, Party, RuleSet, Target, Tier

T = TypeVar("T")

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of what was added, removed or edited, by kind ("calendar", "customer", ...), and whose tickets depend on it.

    An open ticket can only be moved if its terms are of one of `tiers`, if its declared customer is one of `customers`
    ("" stands for tickets whose customer nobody declared), or if `everything` is set. `ladders` says whether steps of ladders
    may have moved where clocks have not.
    """

    edited: Mapping[str, tuple[str, ...]]
    everything: bool
    tiers: frozenset[str]
    customers: frozenset[str]
    ladders: bool = False

    def words(self) -> tuple[str, ...]:
        """What changed, one line a kind."""
        return tuple(_words(kind, names) for kind, names in self.edited.items() if names)


def _words(kind: str, names: tuple[str, ...]) -> str:
    shown = ", ".join(name or kind for name in names[:_SHOWN])
    rest = len(names) - _SHOWN
    return f"{kind} {shown}" + (f" and {rest:,} more" if rest > 0 else "")


def compare(old: RuleSet, new: RuleSet) -> Changes:
    """What differs in meaning; moving or re-wrapping rules is no difference."""
    edited = {
        kind: _differing(mapping(old), mapping(new))
        for kind, mapping in (*_EVERYWHERE.items(), *_LOCAL.items(), *_SAID.items())
    }
    edited["customer"] = _customers(old, new)
    edited["default tier"] = () if old.default_tier == new.default_tier else (new.default_tier,)
    calendars, pauses = frozenset(edited["calendar"]), frozenset(edited["pause"])
    groups = frozenset(edited["group"])
    tiers, customers = set(edited["tier"]), set(edited["customer"])
    ladders = _ladders(old, new, frozenset(edited["escalation"]), calendars)
    for ruleset in (old, new):
        tiers |= {
            tier.name
            for tier in ruleset.tiers.values()
            if not pauses.isdisjoint(tier.pauses)
            or not calendars.isdisjoint(_named(tier))
            or not ladders.isdisjoint(name for _, name in tier.ladders)
        }
        if calendars:
            groups |= {group.name for group in ruleset.groups.values() if calendars & set(_named(group))}
            customers |= {
                customer.name for customer in ruleset.customers.values() if calendars & set(_named(customer))
            }
        if groups:
            customers |= {
                customer.name for customer in ruleset.customers.values() if customer.group in groups
            }
    climbed = bool(ladders) or any(
        _ladders_of(old.tiers.get(name)) != _ladders_of(new.tiers.get(name)) for name in edited["tier"]
    )
    everything = any(edited[kind] for kind in _EVERYWHERE)
    return Changes(edited, everything, frozenset(tiers), frozenset(customers), climbed)


def _ladders(old: RuleSet, new: RuleSet, edited: frozenset[str], calendars: frozenset[str]) -> frozenset[str]:
    """The ladders that were edited, or whose steps are taken in the hours of these calendars."""
    return edited | {
        ladder.name
        for rules in (old, new)
        for ladder in rules.escalations.values()
        if any(step.calendar in calendars for step in ladder.steps)
    }


def _ladders_of(tier: Tier | None) -> tuple[tuple[str, str], ...]:
    return tier.ladders if tier else ()


_EVERYWHERE: Mapping[str, Callable[[RuleSet], Mapping[str, object]]] = {
    "status": lambda rules: rules.statuses,
    "metric": lambda rules: rules.metrics,
}
"""What any ticket may depend on."""

_LOCAL: Mapping[str, Callable[[RuleSet], Mapping[str, object]]] = {
    "calendar": lambda rules: rules.calendars,
    "pause": lambda rules: rules.pauses,
    "tier": lambda rules: rules.tiers,
    "group": lambda rules: rules.groups,
    "escalation": lambda rules: rules.escalations,
}

_SAID: Mapping[str, Callable[[RuleSet], Mapping[str, object]]] = {
    "field": lambda rules: rules.fields,
    "person": lambda rules: rules.people,
    "team": lambda rules: rules.teams,
    "channel": lambda rules: rules.channels,
    "holidays": lambda rules: rules.holidays,
    "priority": lambda rules: dict.fromkeys(rules.priorities),
    "service": lambda rules: rules.services,
    "maintenance": lambda rules: rules.maintenance,
    "credits": lambda rules: rules.credits,
    "renegotiation": lambda rules: rules.renegotiations,
    "report": lambda rules: rules.reports,
}
"""What is worth a word but moves no clock by itself: a calendar contains its holidays, a condition its field."""


def customers_edited(old: RuleSet, new: RuleSet) -> frozenset[str] | None:
    """The names of the customers whose declarations differ, if `new` is known to come from `old` by editing these."""
    return new.since[1] if new.since is not None and new.since[0] == old.digest else None


def _customers(old: RuleSet, new: RuleSet) -> tuple[str, ...]:
    edited = customers_edited(old, new)
    if edited is None:
        return _differing(old.customers, new.customers)
    return tuple(sorted(name for name in edited if old.customers[name] != new.customers[name]))


def _differing(old: Mapping[str, T], new: Mapping[str, T]) -> tuple[str, ...]:
    if old is new:
        return ()
    changed = [
        name
        for name, value in new.items()
        if (before := old.get(name)) is not value and (name not in old or before != value)
    ]
    return tuple(sorted([*changed, *(old.keys() - new.keys())]))


def _named(scope: Tier | Party) -> Iterator[str]:
    """The calendars that a tier, group or customer names itself."""
    yield scope.calendar
    if isinstance(scope, Tier):
        yield from _calendars(scope.targets)
    else:
        for override in scope.overrides:
            yield from _calendars_of(override)


def _calendars_of(override: Override) -> Iterator[str]:
    yield override.calendar
    yield from _calendars(override.targets)


def _calendars(targets: Iterable[Target]) -> Iterator[str]:
    return (target.calendar for target in targets)
