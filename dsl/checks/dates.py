"""Dated tiers and overrides of one customer or group: gaps, overlaps and ties."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from dsl import build, syntax, values
from dsl.checks.conditions import meaning
from dsl.checks.disjoint import ANY_DAY, Demand, Demands
from dsl.condition import ANY_TICKET, NO_TICKET
from dsl.finding import Finding, here
from dsl.model import Period

_T = TypeVar("_T")


def assignment_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Overlaps (errors) and gaps (warnings) of the `tier` lines. An undated line is the base below dated ones."""
    dated: list[tuple[Period, syntax.Assignment]] = []
    base: syntax.Assignment | None = None
    for line in tree.lines:
        if not isinstance(line, syntax.Assignment):
            continue
        if line.period is None:
            if base is not None:
                yield _overlap(line, base, "both tiers hold all the time")
            base = base or line
        elif (period := readable(line.period)) is not None:
            dated.append((period, line))
    for (first, line), (second, other) in following(dated):
        if overlap(first, second):
            yield _overlap(other, line, f"both tiers hold from {second.start or 'the beginning'}")
        elif base is None and first.end and second.start and first.end < second.start:
            yield Finding(
                "W0509",
                f"no tier is given from {first.end} until {second.start}",
                here(other),
                "let the periods meet; in between the group's tier or the default tier holds",
                labels=((here(line), f"the tier before ends with {first.end} excluded"),),
            )


def _overlap(later: syntax.Assignment, first: syntax.Assignment, message: str) -> Finding:
    return Finding(
        "E0510",
        message,
        here(later),
        "let one period end where the next begins: `until` names the first day after it",
        labels=((here(first), "overlaps this one"),),
    )


def override_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Targets of overrides that hold at once and say different things with equal right."""
    overrides = [
        (period, line)
        for line in tree.lines
        if isinstance(line, syntax.Override) and (period := readable(line.period)) is not None
    ]
    names: dict[str, syntax.Word] = {}
    for _, line in overrides:
        if line.name and (first := names.setdefault(line.name.text, line.name)) is not line.name:
            yield Finding(
                "E0302",
                f"there are two overrides `{line.name.text}` in this {tree.kind}",
                here(line.name),
                "give one of them another name",
                labels=((here(first), "the first"),),
            )
    targets = [
        (target, period, line)
        for period, line in overrides
        for target in build.of_type(line.lines, syntax.Target)
    ]
    for before, after, both in ties([target for target, *_ in targets], [period for _, period, _ in targets]):
        (one, _, override), (other, _, another) = targets[before], targets[after]
        where = "in one override" if override is another else "in overrides that overlap"
        yield _tie(other, one, both, where)


def _tie(later: syntax.Target, first: syntax.Target, priorities: list[str], where: str) -> Finding:
    return Finding(
        "E0507",
        f"two targets for {', '.join(priorities)} {later.metric.text} {where}: neither beats the other",
        here(later),
        "let their periods or conditions exclude each other, or remove one",
        labels=((here(first), "ties with this one"),),
    )


def ties(
    targets: Sequence[syntax.Target], periods: Sequence[Period] = ()
) -> Iterator[tuple[int, int, list[str]]]:
    """For each target and priority the first before it that it ties with: the index of that one, its own, and the priorities.

    A condition beats none, otherwise nothing does. `periods` are those in which they hold, all of them always without any.
    """
    before: defaultdict[tuple[str, bool, str], Demands] = defaultdict(Demands)
    demands: list[Demand] = []
    for later, target in enumerate(targets):
        when = meaning(target.when) if target.when else ANY_TICKET
        demand = Demand(
            when if when is not None else NO_TICKET, _days(periods[later]) if periods else ANY_DAY
        )
        demands.append(demand)
        found: dict[int, list[str]] = {}
        for priority in dict.fromkeys([word.text for word in target.priorities]):
            others = before[target.metric.text, target.when is None, priority]
            first = next((first for first in others.near(demand) if demands[first].meets(demand)), None)
            if first is not None:
                found.setdefault(first, []).append(priority)
            if first is None or target.when or periods:  # else that one meets whatever meets this one
                others.add(later, demand)
        for first in sorted(found):
            yield first, later, found[first]


def _days(period: Period) -> tuple[float, float]:
    """The first and the last of them, by their ordinals."""
    start = period.start.toordinal() if period.start else -math.inf
    return start, period.end.toordinal() - 1 if period.end else math.inf


def readable(period: syntax.Period | None) -> Period | None:
    """The period, None when its dates mean nothing (which is said elsewhere)."""
    try:
        meant = values.period(period)
    except (ValueError, OverflowError):
        return None
    return None if meant.start and meant.end and meant.end <= meant.start else meant


def following(
    dated: Iterable[tuple[Period, _T]],
) -> Iterator[tuple[tuple[Period, _T], tuple[Period, _T]]]:
    """All but the first in the order in which they begin, each behind the one before it that lasts longest."""
    last: tuple[Period, _T] | None = None
    for one in sorted(dated, key=lambda each: each[0].start or date.min):
        if last is not None:
            yield last, one
        if last is None or (last[0].end is not None and (one[0].end is None or one[0].end > last[0].end)):
            last = one


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return (one.end is None or other.start is None or other.start < one.end) and (
        other.end is None or one.start is None or one.start < other.end
    )
