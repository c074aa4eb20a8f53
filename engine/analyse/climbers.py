"""Who climbs which ladder, and steps that nobody reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from itertools import islice

from dsl.finding import Finding
from dsl.ladder import Escalation, LadderStep, Notify, Reassign
from dsl.model import Amount
from dsl.scenario import Expect, Expectation, NoClock, Reaches, Scenario
from dsl.span import Origin
from engine.analyse.example import Shown, best, show
from engine.analyse.opening import Opening, named, near, of_line, somebody
from engine.analyse.survey import Spot, Survey
from engine.contract.cases import cases_of
from engine.contract.table import Line
from engine.plan import Rung
from engine.timeline import nominal

_FEW = 10
"""So many tickets are tried for a step."""


class Climbers:
    """The first terms whose tier climbs a ladder, the first line for a metric and a priority on it, the steps that somebody reaches, by
    their ladder and rule, and the first of all that is `about` persons, with its ladder."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._spots: dict[str, Spot] = {}
        self._lines: dict[tuple[str, str, str], tuple[Spot, Line]] = {}
        self.reached: set[tuple[str, str]] = set()
        self.about: tuple[Escalation, LadderStep] | None = None
        satisfied: dict[object, bool] = {}
        for spot in survey.spots:
            tier = survey.graph.tier(spot.terms.tier)
            ladders = dict(tier.ladders) if tier else {}
            for name in ladders.values():
                self._spots.setdefault(name, spot)
            for line in spot.lines if ladders else ():
                name = ladders.get(line.priority, ladders.get("", ""))
                self._lines.setdefault((name, line.metric, line.priority), (spot, line))
                for rung in line.plan.climb(line.metric, line.priority.casefold()):
                    key = (rung.key[0], rung.step.rule)
                    if key not in self.reached and _reaches(
                        survey, spot, line.priority, line.option.target.amount, rung, satisfied
                    ):
                        self.reached.add(key)
                        if self.about is None and isinstance(rung.step.action, Notify | Reassign):
                            self.about = (survey.rules.escalations[key[0]], rung.step)

    def climbed(self, ladder: str) -> bool:
        """Whether the tier of anybody climbs it."""
        return ladder in self._spots

    def show(self, title: str, ladder: Escalation, step: LadderStep, *, taken: bool) -> Scenario:
        """A ticket that comes as near as can be to a step, and whether it is taken: one with the wanted answer if there is one, since
        another step may do the same."""
        asked = [] if step.when is None else [step.when]
        openings = near(self._survey, asked, [*self._openings(ladder.name, step)])
        told = (self._told(title, ladder.name, step, one) for one in islice(openings, _FEW))
        never = Expect(Reaches(step.trigger, step.action, None))
        return best(told, lambda lines: (never in lines) is not taken)

    def _openings(self, ladder: str, step: LadderStep) -> Iterator[Opening]:
        """Tickets on a ladder with a clock of the step's metric, then others of the same terms, then those of whom it asks for."""
        survey, metric = self._survey, step.trigger.metric
        priorities = step.priorities or survey.rules.priorities
        spot = self._spots.get(ladder)
        for priority in priorities:
            found = self._lines.get((ladder, metric, priority))
            if found:
                yield of_line(survey, *found)
        if spot is None:
            yield somebody(survey, [metric], priorities)[0]
        else:
            at = survey.instant(spot.stretch)
            yield from (Opening(spot.customer, priority, at) for priority in priorities or ("",))
        for customer in named(survey, [] if step.when is None else [step.when]):
            yield from (Opening(customer, priority, survey.today) for priority in priorities)

    def _told(self, title: str, ladder: str, step: LadderStep, opening: Opening) -> Scenario:
        metric = step.trigger.metric
        asked: list[Expectation] = [Reaches(step.trigger, step.action, None)]
        if (ladder, metric, opening.priority) not in self._lines:
            asked.append(NoClock(metric))
        return show(self._survey.graph, title, opening, asked)


def step_findings(survey: Survey, climbers: Climbers, dead: Collection[Origin]) -> Iterator[Shown]:
    """Steps of ladders that are climbed and that no ticket comes to, without those of which a condition says it: ladders and steps in
    `dead`."""
    for ladder in survey.rules.escalations.values():
        climbed = climbers.climbed(ladder.name) and ladder.origin not in dead
        for step in ladder.steps if climbed else ():
            reached = (ladder.name, step.rule) in climbers.reached
            if not reached and step.origin not in dead and not survey.checked("W0709", step.origin):
                yield Shown(
                    Finding(
                        "W0907",
                        "no ticket of any customer reaches this step",
                        step.origin,
                        "correct its metric, its `for` or its condition, or remove it",
                    ),
                    partial(climbers.show, "a step that nobody reaches", ladder, step, taken=False),
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
