"""What a change of the rules does to credits: months of customers, settled under the old and the new rules by what invoices go by.

Currencies are never added up: every sum is one for each. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dsl.commitment import Money
from engine.calendar.period import following, month, month_of
from engine.commitment.credits import totals
from engine.commitment.settlement import Settled, settle, window
from engine.commitment.uptime import History
from engine.contract.difference import Difference
from engine.contract.impact_faults import Faults
from engine.contract.table import stretches
from engine.errors import EngineError
from engine.graph import Graph, changes


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a customer under both rule sets; `running` ones are settled as far as they have gone."""

    customer: str
    name: str
    running: bool
    before: Settled
    after: Settled

    @property
    def difference(self) -> tuple[Money, ...]:
        """How much more the new rules pay, in each currency in which it is not the same."""
        return _more((self,))


@dataclass(frozen=True, slots=True)
class Owed:
    """Months with credits under either rule set, of the customers whom the change may touch; `unsettled` are, in words, those that cannot
    be settled."""

    months: tuple[Month, ...] = ()
    unsettled: tuple[str, ...] = ()

    @property
    def before(self) -> tuple[Money, ...]:
        """What the old rules pay in all, in each currency."""
        return totals(money for one in self.months for money in one.before.credits)

    @property
    def after(self) -> tuple[Money, ...]:
        """What the new rules pay in all, in each currency."""
        return totals(money for one in self.months for money in one.after.credits)

    @property
    def difference(self) -> tuple[Money, ...]:
        """How much more the new rules pay in all, in each currency in which it is not the same."""
        return _more(self.months)


def _more(months: Sequence[Month]) -> tuple[Money, ...]:
    after = (money for one in months for money in one.after.credits)
    before = (replace(money, amount=-money.amount) for one in months for money in one.before.credits)
    return tuple(money for money in totals((*after, *before)) if money.amount)


def concerned(old: Graph, new: Graph, differences: Iterable[Difference]) -> frozenset[str]:
    """The declared customers who are paid credits and whose credits may differ: these are the differences of the two tables."""
    paid = {name for graph in (old, new) for name in graph.ruleset.customers if _paid(graph, name)}
    given = list(differences)
    if not paid or any(not one.places for one in given):
        return frozenset(paid)
    touched = {place.customer for one in given for place in one.places} | changes(old, new).customers
    return frozenset(name for name in paid if name in touched or old.zone(name) != new.zone(name))


def _paid(graph: Graph, customer: str) -> bool:
    tiers = (one.terms.tier for one in stretches(graph, customer) if one.terms)
    return any(graph.credits(tier) is not None for tier in tiers)


def owed(
    graphs: tuple[Graph, Graph],
    customers: Iterable[str],
    faults: tuple[Faults, Faults],
    history: History,
    since: int,
    now: int,
) -> Owed:
    """Every month of these customers, from the one that `since` is in to that of `now`, for which either rule set pays."""
    found: list[Month] = []
    unsettled: list[str] = []
    faulted: defaultdict[str, set[str]] = defaultdict(set)
    for customer, name in (*faults[0], *faults[1]):
        faulted[customer].add(name)
    for customer in sorted(customers):
        mine = replace(history, outages=[one for one in history.outages if one.customer in ("", customer)])
        for name in sorted(faulted[customer].union(_months(graphs, customer, mine, since, now))):
            sides = []
            for graph, side, words in zip(graphs, faults, ("old", "new"), strict=True):
                period, zone = month(name), graph.zone(customer)
                assert isinstance(period.start, date)
                try:
                    breaches = side.get((customer, name), ())
                    sides.append(
                        settle(graph, customer, period.start, period.span(zone), mine, breaches, now)
                    )
                except EngineError as error:
                    unsettled.append(f"{customer} {name} under the {words} rules: {error}; {error.help}")
            if len(sides) == len(graphs) and any(side.credits for side in sides):
                running = any(now < month(name).span(graph.zone(customer))[1] for graph in graphs)
                found.append(Month(customer, name, running, sides[0], sides[1]))
    return Owed(tuple(found), tuple(unsettled))


def _months(
    graphs: tuple[Graph, Graph], customer: str, history: History, since: int, now: int
) -> Iterator[str]:
    """The months that begin by `now` and in which an outage counts."""
    if not history.outages:
        return
    first = max(since, 0, min(one.start for one in history.outages))
    for graph in graphs:
        zone = graph.zone(customer)
        period = month_of(first, zone)
        while period.span(zone)[0] <= now:
            start, end = window(graph, period.span(zone))
            if any(one.start < end and (one.end is None or start < one.end) for one in history.outages):
                yield period.name
            period = following(period)
