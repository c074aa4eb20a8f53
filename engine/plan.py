"""Pinned terms under the rules of today: which target fits a situation, on which hours, and what pauses its clock.

Promises come from the terms; calendars, warnings and pauses are looked up by name in the rules in force.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dsl.model import Amount, Pause
from engine.calendar import OpenHours
from engine.predicate import Predicate, Situation, compile_condition
from engine.terms import PinnedTarget, Terms


@dataclass(frozen=True, slots=True)
class Option:
    """A target, ready to be asked whether it is meant for a ticket in some situation."""

    target: PinnedTarget
    hours: OpenHours
    holds: Predicate | None


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A pause, ready to be asked whether it holds."""

    name: str
    pause: Pause
    holds: Predicate

    @property
    def limit(self) -> Amount | None:
        """How long one spell may last."""
        return self.pause.limit


@dataclass(frozen=True, slots=True)
class Plan:
    """Terms made ready. `options` and `pauses` are by metric; options stand in order of precedence.

    `by_priority` are the options again, by priority and metric.
    """

    terms: Terms
    warn: tuple[int, ...]
    options: dict[str, tuple[Option, ...]]
    pauses: dict[str, tuple[PauseRule, ...]]
    by_priority: dict[str, dict[str, tuple[Option, ...]]]

    def metrics(self, situation: Situation) -> Collection[str]:
        """The metrics that a target may be promised for in this situation."""
        return self.by_priority.get(situation.priority, {}).keys()

    def select(self, metric: str, situation: Situation) -> Option | None:
        """The target that decides in this situation; None if none fits."""
        for option in self.by_priority.get(situation.priority, {}).get(metric, ()):
            if option.holds is None or option.holds(situation):
                return option
        return None


def plan_of(
    terms: Terms, hours: Callable[[str], OpenHours], warn: tuple[int, ...], pauses: tuple[PauseRule, ...]
) -> Plan:
    """The terms with their live parts looked up."""
    options: dict[str, list[Option]] = {}
    by_priority: dict[str, dict[str, tuple[Option, ...]]] = {}
    for target in terms.targets:
        holds = None if target.when is None else compile_condition(target.when)
        option = Option(target, hours(target.calendar), holds)
        options.setdefault(target.metric, []).append(option)
        for priority in {name.casefold() for name in target.priorities}:
            of_metric = by_priority.setdefault(priority, {})
            of_metric[target.metric] = (*of_metric.get(target.metric, ()), option)
    return Plan(
        terms,
        warn,
        {metric: tuple(found) for metric, found in options.items()},
        {metric: tuple(rule for rule in pauses if metric in rule.pause.stops) for metric in options},
        by_priority,
    )
