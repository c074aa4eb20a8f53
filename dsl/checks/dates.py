"""Dated tiers and overrides of one customer or group: gaps, overlaps and ties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, combinations, pairwise

from dsl import build, syntax, values
from dsl.checks.conditions import meaning
from dsl.checks.disjoint import can_both_hold
from dsl.finding import Finding, here
from dsl.model import Period


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
    dated.sort(key=lambda one: one[0].start or date.min)
    for (first, line), (second, other) in pairwise(dated):
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
    for _, line in overrides:
        targets = build.of_type(line.lines, syntax.Target)
        for before, after, tie in ties(targets):
            yield _tie(targets[after], targets[before], tie, "in one override")
    for (first_period, first_line), (second_period, second_line) in combinations(overrides, 2):
        if not overlap(first_period, second_period):
            continue
        for one in build.of_type(first_line.lines, syntax.Target):
            for other in build.of_type(second_line.lines, syntax.Target):
                if tie := tied(one, other):
                    yield _tie(other, one, tie, "in overrides that overlap")


def _tie(later: syntax.Target, first: syntax.Target, priorities: list[str], where: str) -> Finding:
    return Finding(
        "E0507",
        f"two targets for {', '.join(priorities)} {later.metric.text} {where}: neither beats the other",
        here(later),
        "let their periods or conditions exclude each other, or remove one",
        labels=((here(first), "ties with this one"),),
    )


def ties(targets: Sequence[syntax.Target]) -> Iterator[tuple[int, int, list[str]]]:
    """For each target and priority the first before it that it ties with: the index of that one, its own, and the priorities."""
    before: dict[tuple[str, bool, str], list[int]] = {}
    for later, target in enumerate(targets):
        left = dict.fromkeys(word.text for word in target.priorities)
        known = [
            before.setdefault((target.metric.text, target.when is None, priority), []) for priority in left
        ]
        for first in sorted(set(chain.from_iterable(known))):
            if both := [priority for priority in tied(targets[first], target) if priority in left]:
                yield first, later, both
                for priority in both:
                    del left[priority]
            if not left:
                break
        for same in known:
            if target.when or not same:  # of those without a condition the first ties with all
                same.append(later)


def tied(one: syntax.Target, other: syntax.Target) -> list[str]:
    """The priorities for which two targets of one scope tie: a condition beats none, otherwise nothing does."""
    if one.metric.text != other.metric.text or (one.when is None) is not (other.when is None):
        return []
    named = {word.text for word in other.priorities}
    common = list(dict.fromkeys(word.text for word in one.priorities if word.text in named))
    if common and one.when and other.when:
        first, second = meaning(one.when), meaning(other.when)
        return common if first and second and can_both_hold(first, second) else []
    return common


def readable(period: syntax.Period | None) -> Period | None:
    """The period, None when its dates mean nothing (which is said elsewhere)."""
    try:
        meant = values.period(period)
    except (ValueError, OverflowError):
        return None
    return None if meant.start and meant.end and meant.end <= meant.start else meant


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return (one.end is None or other.start is None or other.start < one.end) and (
        other.end is None or one.start is None or one.start < other.end
    )
