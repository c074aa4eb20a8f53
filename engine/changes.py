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
    ("" stands for tickets whose customer nobody declared), or if `everything` is set.
    """

    edited: Mapping[str, tuple[str, ...]]
    everything: bool
    tiers: frozenset[str]
    customers: frozenset[str]

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
    for ruleset in (old, new):
        tiers |= {
            tier.name
            for tier in ruleset.tiers.values()
            if not pauses.isdisjoint(tier.pauses) or not calendars.isdisjoint(_named(tier))
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
    return Changes(edited, any(edited[kind] for kind in _EVERYWHERE), frozenset(tiers), frozenset(customers))


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
}

_SAID: Mapping[str, Callable[[RuleSet], Mapping[str, object]]] = {
    "field": lambda rules: rules.fields,
    "person": lambda rules: rules.people,
    "team": lambda rules: rules.teams,
    "holidays": lambda rules: rules.holidays,
    "priority": lambda rules: dict.fromkeys(rules.priorities),
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
