"""Conditions that decide nothing, and pauses that never end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, product
from typing import NamedTuple

from dsl.condition import Condition
from dsl.condition_text import tests_of
from dsl.finding import Finding
from dsl.ladder import Escalation, LadderStep
from dsl.model import Pause, Target
from dsl.scenario import Due, Expect, Scenario
from dsl.span import Origin
from engine.analyse.climbers import Climbers
from engine.analyse.example import Shown, best, decision, show, stance
from engine.analyse.opening import held, named, near, of_line, somebody
from engine.analyse.survey import Spot, Survey
from engine.contract.cases import cases_of
from engine.contract.table import Line


def condition_findings(survey: Survey, decided: Iterable[Decided]) -> Iterator[Shown]:
    """Everything that the decision space of conditions shows."""
    return chain((one.told() for one in decided), _endless(survey))


# ---------------------------------------------------------------- always true, always false


class _Asked(NamedTuple):
    """A condition with the priorities that it is asked for, where it stands, what it is of, what shows its answer, and whether it
    `stops` what it is of."""

    condition: Condition
    priorities: tuple[str, ...]
    origin: Origin
    what: str
    shown: Callable[[bool], Scenario]
    stops: bool = False


class Decided(NamedTuple):
    """A condition that says the same to every ticket, and what it says."""

    asked: _Asked
    answer: bool

    @property
    def dead(self) -> Origin | None:
        """What never comes about by it: its target or step, all of the ladder that its stop ends; None for what it leaves as it is."""
        return self.asked.origin if self.answer is self.asked.stops else None

    def told(self) -> Shown:
        asked, answer = self
        return Shown(
            Finding(
                "W0905",
                f"the condition of this {asked.what} {'holds for every ticket' if answer else 'never holds'}",
                asked.origin,
                "leave it out" if answer else "correct the condition, or remove what it is for",
            ),
            partial(asked.shown, answer),
        )


def decided(survey: Survey, climbers: Climbers) -> Iterator[Decided]:
    """The conditions that decide nothing, without those of which `sla check` says so."""
    known: dict[tuple[Condition, tuple[str, ...]], bool | None] = {}
    for asked in _conditions(survey, climbers):
        key = (asked.condition, asked.priorities)
        if key not in known:
            known[key] = _always(survey, *key)
        answer = known[key]
        if answer is None or any(survey.checked(code, asked.origin) for code in ("W0607", "W0709")):
            continue
        yield Decided(asked, answer)


def _conditions(survey: Survey, climbers: Climbers) -> Iterator[_Asked]:
    """Every condition of the rules: of targets, pauses, steps and stops."""
    rules = survey.rules
    for one in survey.targets.values():
        if one.target.when is not None:
            shown = partial(_decided, survey, one.target)
            yield _Asked(one.target.when, one.target.priorities, one.target.origin, "target", shown)
    for pause in rules.pauses.values():
        yield _Asked(pause.when, rules.priorities, pause.origin, "pause", partial(_paused, survey, pause))
    for ladder in rules.escalations.values():
        for step in ladder.steps:
            if step.when is not None:
                priorities = step.priorities or rules.priorities
                shown = partial(_taken, climbers, ladder, step, stops=False)
                yield _Asked(step.when, priorities, step.origin, "step", shown)
        for stop in ladder.stop:
            shown = partial(_taken, climbers, ladder, ladder.steps[0], stops=True)
            yield _Asked(stop, rules.priorities, ladder.origin, "ladder's stop", shown, stops=True)


def _always(survey: Survey, condition: Condition, priorities: tuple[str, ...]) -> bool | None:
    """What the condition says to every ticket of these priorities; None where it depends, or is not known."""
    cases = cases_of([condition], survey.rules)
    if cases is None:
        return None
    holds = survey.graph.predicate(condition)
    whose = list(_whose(survey, condition))
    answers = {
        holds(case.situation(priority, customer, group))
        for case in cases
        for priority in priorities
        for customer, group in whose
    }
    return answers.pop() if len(answers) == 1 else None


def _whose(survey: Survey, condition: Condition) -> Iterable[tuple[str, str]]:
    """Customers and groups that the condition can tell apart, as far as they go together."""
    asked = {getattr(test, "field", "") for test in tests_of(condition)} & {"customer", "group"}
    if not asked:
        return [("", "")]
    real = dict.fromkeys((one.name, one.group) for one in survey.rules.customers.values())
    return [*real, *product(["somebody else"], ["", *survey.rules.groups])]


def _decided(survey: Survey, target: Target, answer: bool) -> Scenario:
    """A ticket that a target decides whose condition always holds, or for which something else decides."""
    where = survey.graph.where(target.origin)
    holding = (survey.holders[where, one] for one in target.priorities if (where, one) in survey.holders)
    lines = [
        (spot, line)
        for spot in holding
        for line in spot.lines
        if line.metric == target.metric and line.priority in target.priorities
    ]
    lines.sort(key=lambda one: (one[1].when == target.when) is not answer)
    if lines:
        opening = of_line(survey, *lines[0])
    else:
        opening, _ = somebody(survey, [target.metric], target.priorities)
    if not answer and target.when is not None:
        opening = held(survey, [target.when], [opening])
    return show(survey.graph, _title(answer), opening, decision(target.metric))


def _paused(survey: Survey, pause: Pause, answer: bool) -> Scenario:
    """A ticket that the pause stops from the start, or that it does not."""
    tiers = {name for name, tier in survey.rules.tiers.items() if pause.name in tier.pauses}
    lines = (
        (spot, line)
        for spot in survey.spots
        if spot.terms.tier in tiers
        for line in spot.lines
        if line.metric in pause.stops
    )
    opening, metric = next(
        ((of_line(survey, *pair), pair[1].metric) for pair in lines), somebody(survey, pause.stops)
    )
    if not answer:
        opening = held(survey, [pause.when], [opening])
    return show(survey.graph, _title(answer), opening, stance(metric))


def _taken(
    climbers: Climbers, ladder: Escalation, step: LadderStep, answer: bool, *, stops: bool
) -> Scenario:
    """A ticket on the ladder, which takes the step or does not."""
    return climbers.show(_title(answer), ladder, step, taken=answer is not stops)


def _title(answer: bool) -> str:
    return "a condition that always holds" if answer else "a condition that never holds"


# ---------------------------------------------------------------- pauses


def _endless(survey: Survey) -> Iterator[Shown]:
    found: dict[str, dict[tuple[str, str], tuple[Spot, Line]]] = {}
    for spot in survey.spots:
        for line in spot.lines:
            for rule in line.plan.pauses.get(line.metric, ()):
                if rule.limit is None:
                    found.setdefault(rule.name, {}).setdefault((line.metric, line.priority), (spot, line))
    for name, lines in found.items():
        pause = survey.rules.pauses[name]
        yield Shown(
            Finding(
                "W0906",
                f"the pause `{name}` has no limit: a ticket in it is never due",
                pause.origin,
                "add a line such as `limit 10bd`",
            ),
            partial(_parked, survey, pause, list(lines.values())),
        )


def _parked(survey: Survey, pause: Pause, lines: Sequence[tuple[Spot, Line]]) -> Scenario:
    """A ticket that is paused from the start, best one that is never due."""
    title = "a pause without end"
    asked = [Due(metric, None) for metric in dict.fromkeys(line.metric for _, line in lines)]
    openings = [of_line(survey, *one) for one in lines]
    whose = [replace(one, customer=name) for name in named(survey, [pause.when]) for one in openings]
    told = (
        show(survey.graph, title, one, [due])
        for due in asked
        for one in near(survey, [pause.when], [*openings, *whose])
    )
    return best(told, lambda lines: any(Expect(due) in lines for due in asked))
