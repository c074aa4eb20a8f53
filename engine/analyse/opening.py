"""The tickets of counter-examples: whose they are, when they open, and in which case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dsl.condition import Compare, Condition, OneOf, StatusClass
from dsl.condition_text import tests_of
from engine.analyse.survey import Spot, Survey
from engine.contract.cases import PLAIN, Case, cases_of
from engine.contract.table import DEFAULT, Line
from engine.graph import Graph
from engine.history import ENDED

_FEW = 5


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket of that customer (`DEFAULT` for one that is not declared) and priority ("" for none) that opens at `at` as `case`
    says."""

    customer: str
    priority: str
    at: int
    case: Case = PLAIN


def of_line(survey: Survey, spot: Spot, line: Line) -> Opening:
    """A ticket that a line of the decision table is about."""
    case = nearest(line.cases, survey.graph)
    return Opening(spot.customer, line.priority, survey.instant(spot.stretch), case)


def somebody(
    survey: Survey, metrics: Iterable[str] = (), priorities: Iterable[str] = ()
) -> tuple[Opening, str]:
    """A ticket to which one of the metrics is promised, best at one of the priorities, and that metric; any ticket where none is."""
    metrics, priorities = [*metrics], [*priorities]
    for metric in (*metrics, ""):
        for priority in (*priorities, ""):
            found = survey.promises.get((metric, priority))
            if found:
                return of_line(survey, *found), found[1].metric
    customer = next(iter(survey.rules.customers), DEFAULT)
    priority = next(iter([*priorities, *survey.rules.priorities]), "")
    return Opening(customer, priority, survey.today), next(iter(metrics), "response")


def held(survey: Survey, conditions: Sequence[Condition], openings: Iterable[Opening]) -> Opening:
    """The first of the tickets in a case in which all the conditions hold; where they hold for none, the first in the case that comes
    nearest."""
    openings = [*openings]
    cases = cases_of(conditions, survey.rules) or (PLAIN,)
    asked = [survey.graph.predicate(one) for one in conditions]
    found: list[Opening] = []
    for one in openings:
        whose = (one.priority, one.customer, survey.contract.group(one.customer))
        both = (_both(one.case, case) for case in cases)
        meant = [case for case in both if all(holds(case.situation(*whose)) for holds in asked)]
        if case := plainest(meant, survey.graph):
            return replace(one, case=case)
        if meant:
            found.append(replace(one, case=nearest(meant, survey.graph)))
    return next((one for one in found if one.case != PLAIN), _closest(survey, conditions, openings[0], cases))


def near(survey: Survey, conditions: Sequence[Condition], openings: Sequence[Opening]) -> Iterator[Opening]:
    """What `held` says of all the tickets, then of each."""
    yield held(survey, conditions, openings)
    yield from (held(survey, conditions, [one]) for one in openings)


def _closest(
    survey: Survey, conditions: Sequence[Condition], opening: Opening, cases: Sequence[Case]
) -> Opening:
    """The ticket in a case that it can open in and in which most tests of the conditions hold."""
    tests = [survey.graph.predicate(test) for condition in conditions for test in tests_of(condition)]
    whose = (opening.priority, opening.customer, survey.contract.group(opening.customer))

    def holding(case: Case) -> int:
        situation = case.situation(*whose)
        return sum(test(situation) for test in tests)

    both = [opening.case, *(_both(opening.case, case) for case in cases)]
    known = [case for case in both if plainest([case], survey.graph)]
    return replace(opening, case=max(known, key=holding, default=opening.case))


def named(survey: Survey, conditions: Iterable[Condition]) -> list[str]:
    """A few declared customers that conditions ask for, by name or as the first of a group."""
    tests = [test for condition in conditions for test in tests_of(condition)]
    found: dict[str, None] = {}
    for test in tests:
        if isinstance(test, Compare | OneOf) and test.field in ("customer", "group"):
            for text in map(str, (test.value,) if isinstance(test, Compare) else test.values):
                name = text if test.field == "customer" else survey.members.get(text, "")
                found |= {name: None} if name in survey.rules.customers else {}
    return list(found)[:_FEW]


def _both(one: Case, other: Case) -> Case:
    """Both cases at once, as the second has it where they differ."""
    first = one.status_class if _status(other) is None else StatusClass.WORKING
    fields = {**dict(one.fields), **dict(other.fields)}
    kind = first if other.status_class is StatusClass.WORKING else other.status_class
    return Case(tuple(fields.items()), kind)


# ---------------------------------------------------------------- cases


def plainest(cases: Iterable[Case], graph: Graph) -> Case | None:
    """The first case that a ticket can open in, with a status of its class, best a declared one; None if there is none."""
    known = [case for case in cases if _opens(case, graph)]
    declared = (case for case in known if (status := _status(case)) is None or graph.status_class(status))
    return next(declared, known[0] if known else None)


def nearest(cases: Sequence[Case], graph: Graph) -> Case:
    """The plainest case, else one that something brings about after the opening, else that of any ticket."""
    later = (case for case in cases if case.status_class in ENDED and _status(case) is None)
    return plainest(cases, graph) or next(later, PLAIN)


def opening_class(case: Case, graph: Graph) -> StatusClass:
    """The class of the status that a case opens with."""
    return graph.status_class(_status(case)) or StatusClass.WORKING


def is_writable(value: object) -> bool:
    """Whether a rule file can hold a value."""
    return not isinstance(value, str) or value.isprintable()


def _opens(case: Case, graph: Graph) -> bool:
    return opening_class(case, graph) is case.status_class and all(is_writable(one) for _, one in case.fields)


def _status(case: Case) -> object:
    return dict(case.fields).get("status")
