"""Whose contract needs another talk, with the figures that say so and where they are going. Pure.

A line of a `renegotiation` looks at one figure over some months added up, and any of its lines is reason enough. Months count as they were
told when they were closed; credits with the corrections that were told in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dsl.commitment import WHOLE, Money
from dsl.model import RuleSet
from dsl.renegotiation import Occasion, Renegotiation, Subject
from engine.calendar.period import Period, preceding
from engine.commitment.credits import totals
from engine.commitment.words import money, share
from reports.compliance import Figures
from reports.settlement import Settlement

TREND = 6
"""Months that a trend looks at, at most."""


class Course(StrEnum):
    """Where a figure is going, as the customer sees it."""

    BETTER = "getting better"
    WORSE = "getting worse"
    STEADY = "steady"
    UNKNOWN = "too few months"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a line found: the `value` over its months in words, "" where a month is missing, and whether it `holds`, None where that cannot
    be said. `by_month` are (month, value in words, breaches) up to the one that is looked at, oldest first, `points` the same values as numbers
    for a small chart, None where a month has none. `so_far` says that a month of the line is not closed."""

    occasion: Occasion
    value: str
    holds: bool | None
    by_month: tuple[tuple[str, str, int], ...]
    points: tuple[Fraction | None, ...]
    course: Course
    so_far: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A renegotiation that concerns a customer, with what each of its lines found."""

    renegotiation: Renegotiation
    customer: str
    evidence: tuple[Evidence, ...]

    @property
    def needed(self) -> bool:
        """Whether any line holds."""
        return any(one.holds for one in self.evidence)


def needs_talk(
    rules: RuleSet, customer: str, tier: str, months: Sequence[Settlement | None]
) -> tuple[Talk, ...]:
    """The renegotiations that concern a declared customer of that tier. `months` are consecutive calendar months, oldest first, the last of
    them the one that is looked at, None where nothing is known of one; `months_to_look_at` says how many are asked for."""
    declared = rules.customers[customer]
    return tuple(
        Talk(one, customer, tuple(_evidence(occasion, months) for occasion in one.occasions))
        for one in rules.renegotiations.values()
        if not (one.customers or one.groups or one.tiers)
        or customer in one.customers
        or (declared.group and declared.group in one.groups)
        or tier in one.tiers
    )


def months_to_look_at(rules: RuleSet, last: Period) -> list[Period]:
    """The months up to that one, oldest first, that the lines of the rules and their trends ask for."""
    lines = [one.months for talk in rules.renegotiations.values() for one in talk.occasions]
    found = [last]
    for _ in range(max([TREND, *lines]) - 1):
        found.insert(0, preceding(found[0]))
    return found


def _evidence(occasion: Occasion, months: Sequence[Settlement | None]) -> Evidence:
    looked = months[-occasion.months :]
    whole = [one for one in looked if one is not None]
    value = _value(occasion, whole) if len(whole) == occasion.months else None
    shown = months[-max(TREND, occasion.months) :]
    points = tuple(None if one is None else _value(occasion, [one]) for one in shown)
    return Evidence(
        occasion,
        _said(occasion, value, whole),
        None if value is None else _passes(occasion, value),
        tuple(
            (one.period, _said(occasion, point, [one]), _breaches(occasion, [one]))
            for one, point in zip(shown, points, strict=True)
            if one is not None
        ),
        points,
        course(points[-TREND:], rising_is_better=occasion.subject in (Subject.COMPLIANCE, Subject.UPTIME)),
        any(one.closing is None for one in whole),
    )


def _passes(occasion: Occasion, value: Fraction) -> bool:
    limit = occasion.limit
    if isinstance(limit, int):
        below = occasion.subject is not Subject.BREACHES
        whole = {Subject.COMPLIANCE: 10_000, Subject.UPTIME: WHOLE}.get(occasion.subject, 1)
        return value < Fraction(limit, whole) if below else value > limit
    return value > (Fraction(limit.amount) if isinstance(limit, Money) else Fraction(limit.share, 10_000))


# ---------------------------------------------------------------- figures


def _value(occasion: Occasion, months: Sequence[Settlement]) -> Fraction | None:
    """The figure over these months added up, a share as a part of 1; None where there is nothing to count."""
    if occasion.subject is Subject.COMPLIANCE:
        tally = _figures(occasion, months).tally
        decided = tally.met + tally.failed
        return Fraction(tally.met, decided) if decided else None
    if occasion.subject is Subject.BREACHES:
        return Fraction(_breaches(occasion, months))
    if occasion.subject is Subject.UPTIME:
        return _uptime(months)
    return _credits(occasion, months)


def _figures(occasion: Occasion, months: Iterable[Settlement]) -> Figures:
    chosen = [
        found for one in months for metric, found in one.metrics.items() if occasion.metric in ("", metric)
    ]
    return Figures(
        met=sum(one.met for one in chosen),
        breached=sum(one.breached for one in chosen),
        missed=sum(one.missed for one in chosen),
    )


def _breaches(occasion: Occasion, months: Iterable[Settlement]) -> int:
    return _figures(occasion, months).tally.failed


def _uptime(months: Iterable[Settlement]) -> Fraction | None:
    """That of the service that ran least, by commitments to calendar months."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in months:
        for figure in one.figures:
            if figure.promise.window is None:
                measured, down = found.get((figure.service, figure.promise.calendar), (0, 0))
                found[figure.service, figure.promise.calendar] = (
                    measured + figure.measured,
                    down + figure.down,
                )
    return min((1 - Fraction(down, measured) for measured, down in found.values() if measured), default=None)


def _credits(occasion: Occasion, months: Sequence[Settlement]) -> Fraction | None:
    """An amount, or a part of the retainers; None where a month's credits cannot be counted, or it has no retainer to take a part of."""
    if any(one.trouble or not one.kept for one in months):
        return None
    paid = {one.currency: one.amount for one in totals(value for it in months for value in it.credits)}
    if isinstance(occasion.limit, Money):
        return Fraction(paid.get(occasion.limit.currency, Decimal(0)))
    retainers = totals(one.retainer for one in months if one.retainer is not None)
    if len(retainers) != 1 or any(one.retainer is None for one in months) or not retainers[0].amount:
        return None
    return Fraction(paid.get(retainers[0].currency, Decimal(0))) / Fraction(retainers[0].amount)


# ---------------------------------------------------------------- words


def _said(occasion: Occasion, value: Fraction | None, months: Sequence[Settlement]) -> str:
    """A value for people: shares cut off, never rounded up."""
    if value is None:
        return ""
    if occasion.subject is Subject.BREACHES:
        return str(value)
    if isinstance(occasion.limit, Money):
        paid = totals(one for it in months for one in it.credits)
        mine = [one for one in paid if one.currency == occasion.limit.currency]
        return money(mine[0]) if mine else money(Money(Decimal(0), occasion.limit.currency))
    if occasion.subject is Subject.CREDITS:
        sign = "-" if value < 0 else ""
        return f"{sign}{share(abs(value) * WHOLE // 100 * 100)} of retainer"
    return (
        share(value * WHOLE // 1) if occasion.subject is Subject.UPTIME else share(value * 10_000 // 1 * 100)
    )


def course(points: Sequence[Fraction | None], *, rising_is_better: bool) -> Course:
    """Where values go, by the slope of the straight line that fits them best (least squares). Steady is what that line changes by less
    than a hundredth of the mean; fewer than three values say nothing."""
    known = [(place, point) for place, point in enumerate(points) if point is not None]
    if len(known) < 3:
        return Course.UNKNOWN
    middle = Fraction(sum(place for place, _ in known), len(known))
    mean = sum((point for _, point in known), Fraction(0)) / len(known)
    spread = sum(((place - middle) ** 2 for place, _ in known), Fraction(0))
    slope = sum(((place - middle) * (point - mean) for place, point in known), Fraction(0)) / spread
    change = slope * (known[-1][0] - known[0][0])
    if abs(change) * 100 < abs(mean) or not change:
        return Course.STEADY
    return Course.BETTER if (change > 0) is rising_is_better else Course.WORSE
