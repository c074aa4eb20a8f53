"""Pinned terms under the rules of today: which target fits a situation, on which hours, and what pauses its clock.

Promises come from the terms; calendars, warnings and pauses are looked up by name in the rules in force.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from dsl.ladder import Escalation, LadderStep, Reached
from dsl.model import Amount, Pause
from dsl.values import percentage
from engine.calendar.hours import OpenHours
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


WHOLE = 10_000
"""All of a target, in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder, ready to be placed on a clock: it is reached when `share` (hundredths of a percent) of the target and
    `shift` seconds are used. `key` (ladder, name) tells it from other steps; `hours` are those of `only in`, None without."""

    key: tuple[str, str]
    step: LadderStep
    share: int
    shift: int
    hours: OpenHours | None

    def need(self, target: int) -> int:
        """Open seconds of use at which it is reached; shares are rounded up. One that is not over 0 would lie before the
        start: no such step is reached."""
        return -(-target * self.share // WHOLE) + self.shift


@dataclass(frozen=True, slots=True)
class Plan:
    """Terms made ready. `options` and `pauses` are by metric; options stand in order of precedence.

    `by_priority` are the options again, by priority and metric; so are the `rungs`, where the priority "" stands for those
    without a ladder of their own; `climbs` remembers answers.
    """

    terms: Terms
    warn: tuple[int, ...]
    options: dict[str, tuple[Option, ...]]
    pauses: dict[str, tuple[PauseRule, ...]]
    by_priority: dict[str, dict[str, tuple[Option, ...]]]
    rungs: dict[str, dict[str, tuple[Rung, ...]]]
    climbs: dict[tuple[str, str], tuple[Rung, ...]] = field(default_factory=dict)

    @property
    def conditional(self) -> bool:
        """Whether any of its targets asks for more than metric and priority."""
        return any(option.holds is not None for found in self.options.values() for option in found)

    def climb(self, metric: str, priority: str) -> tuple[Rung, ...]:
        """The ladder's steps for a metric of a ticket of this priority (case folded)."""
        key = (metric, priority)
        known = self.climbs.get(key)
        if known is None:
            ladder = self.rungs.get(priority, self.rungs.get("", {}))
            meant = (rung for rung in ladder.get(metric, ()) if _meant(rung.step, priority))
            known = self.climbs[key] = tuple(meant)
        return known

    def metrics(self, situation: Situation) -> Collection[str]:
        """The metrics that a target may be promised for in this situation."""
        return self.by_priority.get(situation.priority, {}).keys()

    def select(self, metric: str, situation: Situation) -> Option | None:
        """The target that decides in this situation; None if none fits."""
        for option in self.by_priority.get(situation.priority, {}).get(metric, ()):
            if option.holds is None or option.holds(situation):
                return option
        return None


def _meant(step: LadderStep, priority: str) -> bool:
    return not step.priorities or any(name.casefold() == priority for name in step.priorities)


def plan_of(
    terms: Terms,
    hours: Callable[[str], OpenHours],
    warn: tuple[int, ...],
    pauses: tuple[PauseRule, ...],
    ladders: Sequence[tuple[str, Escalation]] = (),
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
        {priority.casefold(): _rungs(ladder, warn, hours) for priority, ladder in ladders},
    )


def _rungs(
    ladder: Escalation, warn: tuple[int, ...], hours: Callable[[str], OpenHours]
) -> dict[str, tuple[Rung, ...]]:
    found: dict[str, list[Rung]] = {}
    for step in ladder.steps:
        counted = hours(step.calendar) if step.calendar else None
        shift = 0 if counted else step.trigger.seconds  # else the delay is counted on those hours
        match step.trigger.reached:
            case Reached.WARNING:
                places = [(f"{step.rule} ({percentage(share)})", share, 0) for share in warn]
            case Reached.SHARE:
                places = [(step.rule, step.trigger.share, 0)]
            case Reached.BREACH:
                places = [(step.rule, WHOLE, 0)]
            case Reached.BEFORE:
                places = [(step.rule, WHOLE, -shift)]
            case Reached.PAST:
                places = [(step.rule, WHOLE, shift)]
        found.setdefault(step.trigger.metric, []).extend(
            Rung((ladder.name, name), step, share, shift, counted) for name, share, shift in places
        )
    return {metric: tuple(rungs) for metric, rungs in found.items()}
