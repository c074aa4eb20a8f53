"""What is promised to whom and when: customers, groups, tiers and overrides folded into terms.

A customer is worked out when it is first asked for, between the dates at which anything of it changes, so that ten
thousand customers cost nothing until they have tickets. Customers that only name a tier share its terms.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from dsl.model import ALWAYS, Customer, Group, Override, Period, RuleSet, Target, Tier, TierAssignment
from dsl.span import Origin
from engine.terms import PinnedTarget, Terms
from engine.wall import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST, start_of_date

Where = Callable[[Origin], str]
"""file:line of a rule."""


@dataclass(slots=True)
class _Spans:
    """One customer's terms between the instants at which they may change; filled in when asked for."""

    zone: str
    bounds: list[int]
    terms: dict[int, Terms | None] = field(default_factory=dict)


class Agreements:
    """The terms of every customer of one rule set."""

    __slots__ = ("_customers", "_ruleset", "_shared", "_where")

    def __init__(self, ruleset: RuleSet, where: Where) -> None:
        self._ruleset = ruleset
        self._where = where
        self._customers: dict[str, _Spans] = {}
        self._shared: dict[tuple[object, ...], Terms] = {}

    def terms(self, customer: Customer | None, at: int) -> Terms | None:
        """What is promised to a customer (None: one that is not declared) at an instant; None if nothing is."""
        if customer is None:
            return self._fold(None, None, "UTC", at)
        group = self._ruleset.groups.get(customer.group)
        spans = self._spans(customer, group)
        index = bisect_right(spans.bounds, at)
        if index not in spans.terms:
            spans.terms[index] = self._fold(customer, group, spans.zone, at)
        return spans.terms[index]

    def turns(self, customer: Customer | None) -> Sequence[int]:
        """The instants, rising, at which what is promised may change; between two of them it does not."""
        if customer is None:
            return ()
        return self._spans(customer, self._ruleset.groups.get(customer.group)).bounds

    def zone(self, customer: Customer | None) -> str:
        """The zone of the dates of a customer: its own, else its group's, else UTC."""
        if customer is None:
            return "UTC"
        return self._spans(customer, self._ruleset.groups.get(customer.group)).zone

    def _spans(self, customer: Customer, group: Group | None) -> _Spans:
        spans = self._customers.get(customer.name)
        if spans is None:
            zone = customer.zone or (group.zone if group else "") or "UTC"
            spans = self._customers[customer.name] = _Spans(zone, _bounds(customer, group, zone))
        return spans

    def _fold(self, customer: Customer | None, group: Group | None, zone: str, at: int) -> Terms | None:
        own = _in_force(customer.overrides, zone, at) if customer else ()
        groups = _in_force(group.overrides, zone, at) if group else ()
        name = (
            _tier_in_force(customer.tiers if customer else (), zone, at)
            or _tier_in_force(group.tiers if group else (), zone, at)
            or self._ruleset.default_tier
        )
        tier = self._ruleset.tiers.get(name)
        if tier is None:
            return None
        calendars = (customer.calendar if customer else "", group.calendar if group else "", tier.calendar)
        key = (
            tier.name,
            calendars,
            (customer.name, *(item.name for item in own)) if customer and own else (),
            (group.name, *(item.name for item in groups)) if group and groups else (),
        )
        if key not in self._shared:
            scopes = [
                (own, f"customer {customer.name}" if customer else ""),
                (groups, f"group {group.name}" if group else ""),
            ]
            self._shared[key] = self._combine(tier, scopes, calendars)
        return self._shared[key]

    def _combine(
        self, tier: Tier, scopes: Sequence[tuple[Sequence[Override], str]], calendars: Iterable[str]
    ) -> Terms:
        around = [
            (item.calendar, f"override {item.name} of {whose} ({self._where(item.origin)})")
            for overrides, whose in scopes
            for item in overrides
        ]
        around += ((name, "") for name in (*calendars, ALWAYS))
        targets: list[PinnedTarget] = []
        for overrides, whose in scopes:
            pinned = [
                self._pin(target, f"override {item.name} of {whose}", [(item.calendar, ""), *around])
                for item in overrides
                for target in item.targets
            ]
            targets += sorted(pinned, key=_unconditional)
        pinned = [self._pin(target, f"tier {tier.name}", around) for target in tier.targets]
        targets += sorted(pinned, key=_unconditional)
        return Terms(tier.name, tier.reopen, tuple(targets), self._ruleset.digest)

    def _pin(self, target: Target, decided_by: str, around: Iterable[tuple[str, str]]) -> PinnedTarget:
        """`around` are the calendars that count where the target names none, each with the override that lends it."""
        calendar, lender = next(found for found in ((target.calendar, ""), *around) if found[0])
        return PinnedTarget(
            priorities=target.priorities,
            metric=target.metric,
            amount=target.amount,
            repeats=target.repeats,
            calendar=calendar,
            when=target.when,
            decided_by=decided_by,
            rule=target.rule,
            where=self._where(target.origin),
            lender=lender,
        )


def _unconditional(target: PinnedTarget) -> bool:
    return target.when is None


def _in_force(overrides: Iterable[Override], zone: str, at: int) -> tuple[Override, ...]:
    return tuple(item for item in overrides if covers(item.period, zone, at))


def _tier_in_force(assignments: Sequence[TierAssignment], zone: str, at: int) -> str:
    """The dated assignment that covers the instant, else the undated one, else ""."""
    undated = Period()
    for item in assignments:
        if item.period != undated and covers(item.period, zone, at):
            return item.tier
    return next((item.tier for item in assignments if item.period == undated), "")


def covers(period: Period, zone: str, at: int) -> bool:
    """Whether the instant is on one of the period's local dates."""
    if period.start is not None and at < begin_of(period.start, zone):
        return False
    return period.end is None or at < begin_of(period.end, zone)


@lru_cache(maxsize=4096)
def begin_of(day: date, zone: str) -> int:
    """The first instant of a local date, kept within the years of the product."""
    if day.year < FIRST_YEAR:
        return EARLIEST
    return LATEST if day.year > LAST_YEAR else start_of_date(day, zone)


def _bounds(customer: Customer, group: Group | None, zone: str) -> list[int]:
    parties = (customer, group) if group else (customer,)
    periods = [item.period for party in parties for item in party.tiers]
    periods += (item.period for party in parties for item in party.overrides)
    days = {day for period in periods for day in (period.start, period.end) if day is not None}
    return sorted({begin_of(day, zone) for day in days})
