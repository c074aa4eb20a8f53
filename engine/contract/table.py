"""The effective contract as a decision table: what is promised to whom, when and in which case, and which line decides.

Nothing is resolved here. Terms come from the agreements and targets from the plans that the engine uses; the table asks them
for every stretch of dates, every priority and metric, and every case that conditions can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl.condition import Condition
from dsl.condition_text import tests_of
from dsl.model import BUILT_IN_METRICS, Customer
from engine.agreement import begin_of
from engine.contract.cases import PLAIN, Case, cases_of
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

    def holds(self, at: int) -> bool:
        """Whether it is about tickets that open at this instant."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose tickets are asked for: those that say `text`, "" for all that name nobody who is declared; `customer` is who that is."""

    text: str = ""
    customer: Customer | None = None

    @property
    def declared(self) -> Customer | None:
        """The customer of this very name: what is no ticket's (uptime, credits, retainers) is its alone."""
        return self.customer if self.customer and self.customer.name == self.text else None

    @property
    def name(self) -> str:
        """What conditions read as the customer."""
        return self.customer.name if self.customer else self.text

    @property
    def group(self) -> str:
        """The declared group, "" without."""
        return self.customer.group if self.customer else ""


NOBODY = Whom()
"""Whoever is not declared."""


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
        self._cases: dict[tuple[object, ...], tuple[Case, ...] | None] = {}
        self._metrics = [*BUILT_IN_METRICS, *graph.ruleset.metrics]

    @property
    def customers(self) -> list[str]:
        """Everybody whom the table has lines for: the declared customers, then `DEFAULT`."""
        return [*self.graph.ruleset.customers, DEFAULT]

    def stretches(self, customer: str) -> list[Stretch]:
        """The stretches of a customer, without gaps, from the beginning of time to its end; neighbours differ."""
        return stretches(self.graph, self.whom(customer).text)

    def whom(self, customer: str) -> Whom:
        """Who is meant by a declared name, by another text, or by `DEFAULT`."""
        return NOBODY if customer == DEFAULT else Whom(customer, self.graph.customer(customer))

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
            known = self._lines[key] = (terms, tuple(self._made(terms, *whose)))
        return known[1]

    def _made(self, terms: Terms, customer: str, group: str) -> Iterator[Line]:
        plan = self.graph.plan(terms)
        for priority in self.graph.ruleset.priorities:
            by_metric = plan.by_priority.get(priority.casefold(), {})
            for metric in self._metrics:
                options = by_metric.get(metric)
                if options is None:
                    continue
                if options[0].holds is None:
                    yield Line(priority, metric, options[0], plan, (PLAIN,))
                else:
                    cases = self.cases(options)
                    yield from _decided(plan, options, priority, metric, cases, customer, group)

    def cases(self, options: Iterable[Option], free: frozenset[str] = frozenset()) -> tuple[Case, ...] | None:
        """Every case that the conditions of these options can tell apart; None where there are too many. `free` are those of `customer`
        and `group` that are the ticket's own text."""
        asked = tuple(option.target.when for option in options if option.target.when is not None)
        if not asked:
            return (PLAIN,)
        if (asked, free) not in self._cases:
            self._cases[asked, free] = cases_of(asked, self.graph.ruleset, free)
        return self._cases[asked, free]

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
        at = begin_of(day, self.graph.zone(self.whom(customer).text))
        return next(one for one in self.stretches(customer) if one.holds(at))

    def period(self, customer: str, start: int | None, end: int | None) -> tuple[str, str]:
        """The bounds of a stretch as local dates of the customer, "" where open."""
        zone = self.graph.zone(self.whom(customer).text)
        return bound(start, zone), bound(end, zone)


def stretches(graph: Graph, customer: str) -> list[Stretch]:
    """The stretches of one graph for a customer text; "" is nobody's."""
    found: list[Stretch] = []
    start: int | None = None
    terms = graph.terms(customer, EARLIEST)
    for turn in graph.turns(customer):
        after = graph.terms(customer, turn)
        if turn > EARLIEST and after is not terms and after != terms:
            found.append(Stretch(start, turn, terms))
            start, terms = turn, after
    return [*found, Stretch(start, None, terms)]


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


def bound(at: int | None, zone: str) -> str:
    """A bound as the local date that begins there, with the time where it is another moment of the day; "" for None."""
    if at is None:
        return ""
    day = local_date(at, zone)
    return day.isoformat() if begin_of(day, zone) == at else format_local(at, zone)
