"""Targets against each other: those that never decide, priorities without one, responses that come after the resolution, and
overrides that give less than what they override.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from dsl.condition import Condition
from dsl.finding import Finding
from dsl.model import ALWAYS, Seconds, Target
from dsl.scenario import NoClock, Scenario
from dsl.suggest import some
from engine.agreement import begin_of
from engine.analyse.example import Shown, decision, due_at, show
from engine.analyse.opening import Opening, held, nearest, plainest
from engine.analyse.survey import Spot, Survey, Written
from engine.contract.cases import PLAIN, Case
from engine.contract.table import Stretch
from engine.plan import Option
from engine.wall import DAY

_HALF_HOUR = 1800
_FIRST = ("response", "resolution")
"""The metrics that every ticket has."""


def target_findings(survey: Survey) -> Iterator[Shown]:
    """Everything that the decision table shows about targets."""
    later = _Later()
    return chain(_dead(survey), _gaps(survey), _looser(survey, later), _weaker(survey, later))


# ---------------------------------------------------------------- dead


def _dead(survey: Survey) -> Iterator[Shown]:
    decided = {(line.option.target.where, line.priority) for spot in survey.spots for line in spot.lines}
    present = survey.holders
    members = survey.members
    for where, written in survey.targets.items():
        target = written.target
        dead = [name for name in target.priorities if (where, name) not in decided]
        met = [name for name in dead if (where, name) in present]
        if written.party:
            dead = [] if written.owner == "group" and written.party not in members else dead
        else:
            dead = met
        if not dead or survey.checked("W0607", target.origin):
            continue
        whole = len(dead) == len(target.priorities)
        message = f"this target never decides{'' if whole else f' for {some(dead)}'}"
        if met:
            yield _beaten(survey, present[where, met[0]], target, met[0], message)
        else:
            whose = written.party if written.owner == "customer" else members[written.party]
            yield Shown(
                Finding(
                    "W0901",
                    f"{message}: nothing is promised in its period that it could override",
                    target.origin,
                    f"give the {written.owner} a tier for that time, or remove the override",
                ),
                partial(_in_vain, survey, written, whose, dead[0]),
            )


def _in_vain(survey: Survey, written: Written, customer: str, priority: str) -> Scenario:
    """A ticket of the period of an override that there is nothing to override in."""
    zone, period = survey.graph.zone(customer), written.period
    start, end = (begin_of(day, zone) if day else None for day in (period.start, period.end))
    at = survey.instant(Stretch(start, end, None))
    opening = Opening(customer, priority, at)
    if written.target.when is not None:
        opening = held(survey, [written.target.when], [opening])
    title = "an override in a time without a tier"
    return show(survey.graph, title, opening, decision(written.target.metric))


def _beaten(survey: Survey, spot: Spot, target: Target, priority: str, message: str) -> Shown:
    winner, case = _instead(survey, spot, target.metric, priority, target.when)
    opening = Opening(spot.customer, priority, survey.instant(spot.stretch), case)
    example = partial(show, survey.graph, "a target that never decides", opening, decision(target.metric))
    if winner is None:
        return Shown(Finding("W0901", message, target.origin, "correct its condition, or remove it"), example)
    return Shown(
        Finding(
            "W0901",
            f"{message}: where it could, {winner.target.decided_by} does",
            target.origin,
            "remove it, or correct its condition or what comes before it",
            labels=((survey.origin(winner.target), "decides in its place"),),
        ),
        example,
    )


def _instead(
    survey: Survey, spot: Spot, metric: str, priority: str, when: Condition | None
) -> tuple[Option | None, Case]:
    """Who decides in a case that the condition is about, if anybody does, and what a ticket can come to of that case."""
    plan = survey.graph.plan(spot.terms)
    options = plan.by_priority.get(priority.casefold(), {}).get(metric, ())
    cases = survey.contract.cases(options) or ()
    group = survey.contract.group(spot.customer)
    holds = survey.graph.predicate(when) if when is not None else None
    situations = [(case, case.situation(priority, spot.customer, group)) for case in cases]
    meant = [case for case, situation in situations if holds is None or holds(situation)]
    case = plainest(meant or cases, survey.graph) or next(iter(meant or cases), None)
    if case is None:
        return None, PLAIN
    winner = plan.select(metric, case.situation(priority, spot.customer, group))
    return winner, nearest([case], survey.graph)


# ---------------------------------------------------------------- gaps


def _gaps(survey: Survey) -> Iterator[Shown]:
    told: set[tuple[str, str, str]] = set()
    for spot in survey.spots:
        tier = survey.rules.tiers.get(spot.terms.tier)
        promised = {line.metric for line in spot.lines}
        for priority in survey.rules.priorities if tier else ():
            gaps = [
                (metric, _uncovered(survey, spot, metric, priority))
                for metric in _FIRST
                if metric in promised
            ]
            missing = [(metric, case) for metric, case in gaps if case is not None]
            key = (spot.terms.tier, priority, ",".join(metric for metric, _ in missing))
            if tier is None or not missing or key in told:
                continue
            told.add(key)
            case = missing[0][1]
            partly = bool(case.fields) or any(
                line.priority == priority and line.metric == missing[0][0] for line in spot.lines
            )
            names = some([metric for metric, _ in missing])
            opening = Opening(spot.customer, priority, survey.instant(spot.stretch), case)
            yield Shown(
                Finding(
                    "W0902",
                    f"tier `{tier.name}` promises no {names} to {priority} tickets{' in every case' if partly else ''}",
                    tier.origin,
                    f"add `target {priority} {missing[0][0]} within ..`"
                    + (" without a condition" if partly else ""),
                    notes=(_whom(spot),),
                ),
                partial(
                    show,
                    survey.graph,
                    "a ticket without a target",
                    opening,
                    [NoClock(metric) for metric, _ in missing],
                ),
            )


def _uncovered(survey: Survey, spot: Spot, metric: str, priority: str) -> Case | None:
    """A case of a ticket of that priority in which nothing is promised for the metric."""
    plan = survey.graph.plan(spot.terms)
    options = plan.by_priority.get(priority.casefold(), {}).get(metric, ())
    if any(one.holds is None for one in options):
        return None
    cases = survey.contract.cases(options) or ()
    group = survey.contract.group(spot.customer)
    bare = (
        case for case in cases if plan.select(metric, case.situation(priority, spot.customer, group)) is None
    )
    return plainest(bare, survey.graph)


def _whom(spot: Spot) -> str:
    more = f" and {spot.others:,} more" if spot.others else ""
    return f"it holds for {spot.customer}{more}"


# ---------------------------------------------------------------- looser and weaker


def _looser(survey: Survey, later: _Later) -> Iterator[Shown]:
    told: set[tuple[str, str]] = set()
    for spot in survey.spots:
        plan = survey.graph.plan(spot.terms)
        group = survey.contract.group(spot.customer)
        for priority in survey.rules.priorities:
            by_metric = plan.by_priority.get(priority.casefold(), {})
            both = [by_metric.get(metric, ()) for metric in _FIRST]
            for case in (survey.contract.cases((*both[0], *both[1])) or ()) if all(both) else ():
                situation = case.situation(priority, spot.customer, group)
                response, resolution = (plan.select(metric, situation) for metric in _FIRST)
                if response is None or resolution is None:
                    continue
                key = (response.target.where, resolution.target.where)
                if key in told:
                    continue
                at = later.find(response, resolution, survey.instant(spot.stretch), spot.stretch.end)
                if at is not None and plainest([case], survey.graph) is not None:
                    told.add(key)
                    opening = Opening(spot.customer, priority, at, case)
                    asked = [one for metric in _FIRST for one in decision(metric)]
                    yield Shown(
                        Finding(
                            "W0903",
                            f"the response to {priority} tickets may come after their resolution is due",
                            survey.origin(response.target),
                            "promise the response sooner, or count both on one calendar",
                            labels=((survey.origin(resolution.target), "the resolution"),),
                            notes=(_whom(spot),),
                        ),
                        partial(show, survey.graph, "a response due after the resolution", opening, asked),
                    )


def _weaker(survey: Survey, later: _Later) -> Iterator[Shown]:
    told: set[str] = set()
    for spot in survey.spots:
        for line in spot.lines:
            target = line.option.target
            if not target.decided_by.startswith("override ") or target.where in told or not line.whole:
                continue
            below = line.plan.by_priority[line.priority.casefold()][line.metric]
            group = survey.contract.group(spot.customer)
            for case in line.cases:
                situation = case.situation(line.priority, spot.customer, group)
                base = next(
                    (
                        one
                        for one in below[below.index(line.option) + 1 :]
                        if one.target.decided_by != target.decided_by
                        and (one.holds is None or one.holds(situation))
                    ),
                    None,
                )
                if base is None:
                    continue
                at = later.find(line.option, base, survey.instant(spot.stretch), spot.stretch.end)
                if at is None or plainest([case], survey.graph) is None:
                    continue
                told.add(target.where)
                opening = Opening(spot.customer, line.priority, at, case)
                title = "an override weaker than what it overrides"
                yield Shown(
                    Finding(
                        "W0904",
                        f"this override promises {line.priority} tickets less than {base.target.decided_by} does",
                        survey.origin(target),
                        "shorten it, or remove it and let the other hold",
                        labels=((survey.origin(base.target), "would hold without it"),),
                    ),
                    partial(show, survey.graph, title, opening, decision(line.metric)),
                )
                break


class _Later:
    """Whether one of two targets may be due after the other, and for a ticket that opens when.

    Half hours of three weeks are tried, from the Monday before; whoever asks for the same two in that time gets the same answer.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], list[int]] = {}

    def find(self, one: Option, other: Option, start: int, end: int | None) -> int | None:
        """An instant from `start` on and before `end` at which a ticket opens whose `one` is due after its `other`; None if
        there is none."""
        first, second = one.target.amount, other.target.amount
        if one.hours is other.hours and type(first) is type(second):
            return start if first.value > second.value else None
        timed = isinstance(first, Seconds) and isinstance(second, Seconds)
        if timed and one.target.calendar == ALWAYS and first.value <= second.value:
            return None  # open time is never shorter than time
        monday = start - (start // DAY + 3) % 7 * DAY
        monday -= monday % DAY
        key = (first, one.target.calendar, second, other.target.calendar, monday)
        if key not in self._known:
            instants = range(monday, monday + 3 * 7 * DAY, _HALF_HOUR)
            self._known[key] = [at for at in instants if _due_later(one, other, at)]
        return next((at for at in self._known[key] if at >= start and (end is None or at < end)), None)


def _due_later(one: Option, other: Option, at: int) -> bool:
    due, wanted = due_at(one, at), due_at(other, at)
    return wanted is not None and (due is None or due > wanted)
