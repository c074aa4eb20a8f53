"""Conditions that decide nothing, pauses that never end, and steps of ladders that no ticket reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, product

from dsl.condition import Condition
from dsl.condition_text import tests_of
from dsl.finding import Finding
from dsl.model import Amount
from dsl.span import Origin
from engine.analyse.example import plainest, scenario, shows
from engine.analyse.survey import Spot, Survey
from engine.contract.cases import cases_of
from engine.plan import Rung
from engine.timeline import nominal
from engine.wall import format_local

_MINUTE = 60


def condition_findings(survey: Survey) -> Iterator[Finding]:
    """Everything that the decision space of conditions shows."""
    return chain(_the_same(survey), _endless(survey), _unreached(survey))


# ---------------------------------------------------------------- always true, always false


def _the_same(survey: Survey) -> Iterator[Finding]:
    known: dict[tuple[Condition, tuple[str, ...]], bool | None] = {}
    for condition, priorities, origin, what in _conditions(survey):
        key = (condition, priorities)
        if key not in known:
            known[key] = _always(survey, condition, priorities)
        answer = known[key]
        if answer is None or survey.checked("W0607", origin) or survey.checked("W0709", origin):
            continue
        yield Finding(
            "W0905",
            f"the condition of this {what} {'holds for every ticket' if answer else 'never holds'}",
            origin,
            "leave it out" if answer else "correct the condition, or remove what it is for",
            example=_same_example(survey, condition, priorities, answer),
        )


def _conditions(survey: Survey) -> Iterator[tuple[Condition, tuple[str, ...], Origin, str]]:
    """Every condition with the priorities that it is asked for, where it stands and what it is of."""
    rules = survey.rules
    for one in survey.targets.values():
        if one.target.when is not None:
            yield one.target.when, one.target.priorities, one.target.origin, "target"
    for pause in rules.pauses.values():
        yield pause.when, rules.priorities, pause.origin, "pause"
    for ladder in rules.escalations.values():
        for step in ladder.steps:
            if step.when is not None:
                yield step.when, step.priorities or rules.priorities, step.origin, "step"
        for stop in ladder.stop:
            yield stop, rules.priorities, ladder.origin, "ladder's stop"


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


def _same_example(survey: Survey, condition: Condition, priorities: tuple[str, ...], answer: bool) -> str:
    """A ticket that a target with this condition decides, or another in its place; or one that is paused from the start."""
    for spot in survey.spots:
        asked = {target.metric for target in spot.terms.targets if target.when == condition}
        zone, at = survey.graph.zone(spot.customer), survey.instant(spot.stretch)
        for line in spot.lines:
            case = plainest(line.cases, survey.graph)
            if case is None or line.priority not in priorities:
                continue
            expected: list[str] = []
            paused = [rule.name for rule in line.plan.pauses[line.metric] if rule.pause.when == condition]
            if line.metric in asked and (line.when == condition) is answer:
                expected = shows(line.option, at, zone)
            elif answer and paused:
                expected = [f"{line.metric} paused by {paused[0]} at {format_local(at + _MINUTE, zone)}"]
            if expected:
                return scenario(
                    survey.graph,
                    "a condition that is always the same",
                    spot.customer,
                    line.priority,
                    at,
                    case,
                    expected,
                )
    return ""


# ---------------------------------------------------------------- pauses


def _endless(survey: Survey) -> Iterator[Finding]:
    told: set[str] = set()
    for spot in survey.spots:
        for line in spot.lines:
            for rule in line.plan.pauses.get(line.metric, ()):
                if rule.limit is not None or rule.name in told:
                    continue
                told.add(rule.name)
                cases = cases_of([rule.pause.when], survey.rules) or ()
                group = survey.contract.group(spot.customer)
                held = [
                    case for case in cases if rule.holds(case.situation(line.priority, spot.customer, group))
                ]
                case = plainest(held, survey.graph)
                decided = case is not None and line.plan.select(
                    line.metric, case.situation(line.priority, spot.customer, group)
                )
                yield Finding(
                    "W0906",
                    f"the pause `{rule.name}` has no limit: a ticket in it is never due",
                    rule.pause.origin,
                    "add a line such as `limit 10bd`",
                    example=scenario(
                        survey.graph, "a pause without end", spot.customer, line.priority,
                        survey.instant(spot.stretch), case, [f"{line.metric} due never"],
                    )
                    if case is not None and decided
                    else "",
                )  # fmt: skip


# ---------------------------------------------------------------- ladders


def _unreached(survey: Survey) -> Iterator[Finding]:
    reached: set[tuple[str, str]] = set()
    climbed: set[str] = set()
    satisfied: dict[object, bool] = {}
    for spot in survey.spots:
        tier = survey.graph.tier(spot.terms.tier)
        climbed |= {name for _, name in tier.ladders} if tier else set()
        for line in spot.lines:
            for rung in line.plan.climb(line.metric, line.priority.casefold()):
                key = (rung.key[0], rung.step.rule)
                if key not in reached and _reaches(
                    survey, spot, line.priority, line.option.target.amount, rung, satisfied
                ):
                    reached.add(key)
    for ladder in survey.rules.escalations.values():
        if ladder.name not in climbed:
            continue
        for step in ladder.steps:
            if (ladder.name, step.rule) not in reached and not survey.checked("W0709", step.origin):
                yield Finding(
                    "W0907",
                    "no ticket of any customer reaches this step",
                    step.origin,
                    "correct its metric, its `for` or its condition, or remove it",
                )


def _reaches(
    survey: Survey, spot: Spot, priority: str, amount: Amount, rung: Rung, satisfied: dict[object, bool]
) -> bool:
    """Whether a ticket of that priority comes to the rung of a target of that amount while it may be taken."""
    if rung.need(nominal(amount)) <= 0:
        return False
    stops = survey.rules.escalations[rung.key[0]].stop
    when = rung.step.when
    if when is None and not stops:
        return True
    group = survey.contract.group(spot.customer)
    key = (rung.key, priority, spot.customer, group)
    if key not in satisfied:
        asked = [*stops, *([when] if when is not None else [])]
        cases = cases_of(asked, survey.rules)
        holds = survey.graph.predicate(when) if when is not None else None
        still = [survey.graph.predicate(stop) for stop in stops]
        satisfied[key] = cases is None or any(
            (holds is None or holds(situation)) and not any(stop(situation) for stop in still)
            for situation in (case.situation(priority, spot.customer, group) for case in cases)
        )
    return satisfied[key]
