"""The effective contract as a decision table: what is promised to whom, when and in which case, and which line decides.

Nothing is resolved here. Terms come from the agreements and targets from the plans that the engine uses; the table asks them
for every stretch of dates, every priority and metric, and every case that conditions can tell apart.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl.condition import Condition
from dsl.condition_text import tests_of
from dsl.model import BUILT_IN_METRICS
from engine.agreement import begin_of
from engine.cases import PLAIN, Case, cases_of
from engine.graph import Graph
from engine.plan import Option, Plan
from engine.terms import Terms
from engine.wall import EARLIEST, format_local, local_date

DEFAULT = "default"
"""Stands for every customer that is not declared. It is a keyword, so that no customer has this name."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is promised to tickets that open in `[start, end)`, None where open; `terms` None is nothing at all."""

    start: int | None
    end: int | None
    terms: Terms | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the target that decides for a priority and metric in `cases`. Lines stand in order of precedence.

    `cases` is never empty; `whole` says that they are all, so that a line without a case would not be here.
    """

    priority: str
    metric: str
    option: Option
    plan: Plan
    cases: tuple[Case, ...]
    whole: bool = True

    @property
    def when(self) -> Condition | None:
        return self.option.target.when

    @property
    def pauses(self) -> tuple[str, ...]:
        """The pauses that stop this metric."""
        return tuple(rule.name for rule in self.plan.pauses.get(self.metric, ()))

    @property
    def ladder(self) -> str:
        """The ladder with a step for this metric and priority, "" for none."""
        climbed = self.plan.climb(self.metric, self.priority.casefold())
        return climbed[0].key[0] if climbed else ""


class Contract:
    """The decision table of a graph; customers with equal terms share their lines."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._lines: dict[tuple[int, str, str], tuple[Terms, tuple[Line, ...]]] = {}
        self._asks: dict[int, tuple[Terms, bool]] = {}

    @property
    def customers(self) -> list[str]:
        """Everybody whom the table has lines for: the declared customers, then `DEFAULT`."""
        return [*self.graph.ruleset.customers, DEFAULT]

    def stretches(self, customer: str) -> list[Stretch]:
        """The stretches of a customer, without gaps, from the beginning of time to its end; neighbours differ."""
        return stretches(self.graph, customer)

    def group(self, customer: str) -> str:
        """The group of a declared customer, "" without."""
        declared = self.graph.ruleset.customers.get(customer)
        return declared.group if declared else ""

    def lines(self, terms: Terms, customer: str) -> tuple[Line, ...]:
        """The lines of these terms for a customer: every target that decides in some case, by priority, metric and precedence."""
        whose = (customer, self.group(customer)) if self.personal(terms) else ("", "")
        key = (id(terms), *whose)
        known = self._lines.get(key)
        if known is None:
            known = self._lines[key] = (terms, tuple(_lines(self.graph, terms, *whose)))
        return known[1]

    def personal(self, terms: Terms) -> bool:
        """Whether a condition of these terms asks for the customer or the group."""
        known = self._asks.get(id(terms))
        if known is None:
            fields = (
                getattr(test, "field", "")
                for target in terms.targets
                if target.when is not None
                for test in tests_of(target.when)
            )
            known = self._asks[id(terms)] = (terms, not {"customer", "group"}.isdisjoint(fields))
        return known[1]

    def on(self, customer: str, day: date) -> Stretch:
        """The stretch that holds at the beginning of a local date of the customer."""
        at = begin_of(day, self.graph.zone(customer))
        return next(one for one in self.stretches(customer) if one.end is None or at < one.end)

    def period(self, customer: str, start: int | None, end: int | None) -> tuple[str, str]:
        """The bounds of a stretch as local dates of the customer, "" where open."""
        zone = self.graph.zone(customer)
        return bound(start, zone), bound(end, zone)


def stretches(graph: Graph, customer: str) -> list[Stretch]:
    """The stretches of one graph for a customer text; `DEFAULT` is nobody's."""
    return [
        Stretch(start, end, graph.terms(customer, EARLIEST if start is None else start))
        for start, end in _different(graph, customer)
    ]


def _different(graph: Graph, customer: str) -> Iterator[tuple[int | None, int | None]]:
    """Bounds between which the terms are equal; turns that change nothing are left out."""
    start: int | None = None
    terms = graph.terms(customer, EARLIEST)
    for turn in graph.turns(customer):
        after = graph.terms(customer, turn)
        if after != terms and turn > EARLIEST:
            yield start, turn
            start = turn
        terms = after
    yield start, None


def _lines(graph: Graph, terms: Terms, customer: str, group: str) -> Iterator[Line]:
    plan = graph.plan(terms)
    known: dict[frozenset[Condition], tuple[Case, ...] | None] = {}
    for priority in graph.ruleset.priorities:
        by_metric = plan.by_priority.get(priority.casefold(), {})
        for metric in metrics(graph, by_metric):
            options = by_metric[metric]
            asked = frozenset(option.target.when for option in options if option.target.when is not None)
            if asked not in known:
                known[asked] = cases_of(asked, graph.ruleset)
            yield from _decided(plan, options, priority, metric, known[asked], customer, group)


def _decided(
    plan: Plan,
    options: Sequence[Option],
    priority: str,
    metric: str,
    cases: tuple[Case, ...] | None,
    customer: str,
    group: str,
) -> Iterator[Line]:
    if cases is None:
        yield from (Line(priority, metric, option, plan, (PLAIN,), whole=False) for option in options)
        return
    won: dict[int, list[Case]] = {}
    for case in cases:
        option = plan.select(metric, case.situation(priority, customer, group))
        if option is not None:
            won.setdefault(id(option), []).append(case)
    for option in options:
        if id(option) in won:
            yield Line(priority, metric, option, plan, tuple(won[id(option)]))


def metrics(graph: Graph, promised: Container[str]) -> list[str]:
    """Promised metrics in the order in which people look for them: the built-in ones, then the declared."""
    known = [*BUILT_IN_METRICS, *graph.ruleset.metrics]
    return [name for name in known if name in promised]


def bound(at: int | None, zone: str) -> str:
    """A bound as the local date that begins there, with the time where it is another moment of the day; "" for None."""
    if at is None:
        return ""
    day = local_date(at, zone)
    return day.isoformat() if begin_of(day, zone) == at else format_local(at, zone)
