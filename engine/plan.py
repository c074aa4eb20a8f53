"""Pinned terms under the rules of today: which target fits a situation, on which hours, and what pauses its clock.

Promises come from the terms; calendars, warnings and pauses are looked up by name in the rules in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsl.model import Amount, Pause
from engine.calendar import OpenHours
from engine.predicate import Predicate, Situation, compile_condition
from engine.terms import PinnedTarget, Terms


@dataclass(frozen=True, slots=True)
class Option:
    """A target, ready to be asked whether it fits."""

    target: PinnedTarget
    hours: OpenHours
    priorities: frozenset[str]
    holds: Predicate | None

    def fits(self, situation: Situation, priority: str) -> bool:
        """Whether the target is meant for a ticket in this situation."""
        return priority in self.priorities and (self.holds is None or self.holds(situation))


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
    """Terms made ready. `options` and `pauses` are by metric; options stand in order of precedence."""

    terms: Terms
    warn: tuple[int, ...]
    options: dict[str, tuple[Option, ...]]
    pauses: dict[str, tuple[PauseRule, ...]]

    def select(self, metric: str, situation: Situation) -> Option | None:
        """The target that decides in this situation; None if none fits."""
        options = self.options.get(metric)
        if options is None:
            return None
        priority = situation.priority
        return next((option for option in options if option.fits(situation, priority)), None)


def plan_of(
    terms: Terms, hours: Callable[[str], OpenHours], warn: tuple[int, ...], pauses: tuple[PauseRule, ...]
) -> Plan:
    """The terms with their live parts looked up."""
    options: dict[str, list[Option]] = {}
    for target in terms.targets:
        options.setdefault(target.metric, []).append(
            Option(
                target,
                hours(target.calendar),
                frozenset(priority.casefold() for priority in target.priorities),
                None if target.when is None else compile_condition(target.when),
            )
        )
    return Plan(
        terms,
        warn,
        {metric: tuple(found) for metric, found in options.items()},
        {metric: tuple(rule for rule in pauses if metric in rule.pause.stops) for metric in options},
    )
