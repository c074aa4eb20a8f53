"""The difference of two contracts: of what they decide, not of how they are written.

Both are asked for the same customers, dates, priorities, metrics and cases. Names do not count where what is named is the same,
so that a rename, a move or another order is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from dsl.condition import StatusClass
from dsl.condition_text import quoted
from dsl.model import RuleSet
from engine.commitment.words import maintenance_lines, retainers_of, service_words
from engine.contract.difference_terms import About, Change, Comparison, lines_changed
from engine.contract.table import DEFAULT, Contract, Stretch, bound, stretches
from engine.graph import Graph

Period = tuple[str, str]
"""Local dates `[from, until)`, "" where open."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a change touches, and for tickets opened when; no periods is always."""

    customer: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A change and everybody whom it touches, in the order of the rules; nobody in particular for what is said of the site."""

    change: Change
    places: tuple[Place, ...]


def difference(old: Graph, new: Graph) -> list[Difference]:
    """What the new rules decide otherwise than the old ones, in a stable order; empty if nothing."""
    grouped: dict[Change, list[Place]] = {}
    comparison = Comparison(Contract(old), Contract(new))
    for change in (*of_site(old, new), *_planned(old, new)):
        grouped.setdefault(change, [])
    for customer in dict.fromkeys([*new.ruleset.customers, *old.ruleset.customers, DEFAULT]):
        for change in _customer(old, new, customer):
            grouped.setdefault(change, []).append(Place(customer, ()))
        for change, place in _promises(old, new, comparison, customer):
            grouped.setdefault(change, []).append(place)
    order = list(About)
    found = [Difference(change, tuple(places)) for change, places in grouped.items()]
    return sorted(found, key=lambda one: order.index(one.change.about))


def _promises(
    old: Graph, new: Graph, comparison: Comparison, customer: str
) -> Iterator[tuple[Change, Place]]:
    touched: dict[Change, list[tuple[int | None, int | None]]] = {}
    for start, end, before, after in together(stretches(old, customer), stretches(new, customer)):
        for change in comparison.changes(customer, before.terms, after.terms):
            spans = touched.setdefault(change, [])
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    if touched:
        zone = (new if customer in new.ruleset.customers else old).zone(customer)
        for change, spans in touched.items():
            periods = tuple((bound(start, zone), bound(end, zone)) for start, end in spans)
            yield change, Place(customer, () if periods == (("", ""),) else periods)


def together(
    before: list[Stretch], after: list[Stretch]
) -> Iterator[tuple[int | None, int | None, Stretch, Stretch]]:
    """Both rows of stretches as (start, end, before, after), cut where either is."""
    one = other = 0
    start: int | None = None
    while True:
        ends = [stretch.end for stretch in (before[one], after[other]) if stretch.end is not None]
        end = min(ends, default=None)
        yield start, end, before[one], after[other]
        if end is None:
            return
        one += before[one].end == end
        other += after[other].end == end
        start = end


# ---------------------------------------------------------------- what is no promise and decides which one holds


def _customer(old: Graph, new: Graph, customer: str) -> Iterator[Change]:
    """Customers that come and go, and the texts by which tickets mean them."""
    before, after = old.ruleset.customers.get(customer), new.ruleset.customers.get(customer)
    if before is not None and after is not None:
        yield from _retainers(old, new, customer)
    if before is after:
        return
    if before is None or after is None:
        yield Change(About.CUSTOMER, "customer", "declared" if before else "", "declared" if after else "")
        return
    was, will = ({*one.aliases, *([one.title] if one.title else [])} for one in (before, after))
    folded, other = ({text.strip().casefold() for text in texts} - {customer} for texts in (was, will))
    for text in sorted(was, key=str.casefold):
        if text.strip().casefold() in folded - other:
            yield Change(About.NAMES, "answers to", quoted(text), "")
    for text in sorted(will, key=str.casefold):
        if text.strip().casefold() in other - folded:
            yield Change(About.NAMES, "answers to", "", quoted(text))


def _retainers(old: Graph, new: Graph, customer: str) -> Iterator[Change]:
    """What is paid for a month, by the customer's own lines or else its group's."""
    was, will = (_paid(graph.ruleset, customer) for graph in (old, new))
    gone, come = ([line for line in one if line not in other] for one, other in ((was, will), (will, was)))
    for before, after in zip_longest(gone, come, fillvalue=""):
        yield Change(About.RETAINER, "retainer", before, after)


def _paid(rules: RuleSet, customer: str) -> dict[str, None]:
    declared = rules.customers[customer]
    return retainers_of(declared) or retainers_of(rules.groups.get(declared.group))


def _planned(old: Graph, new: Graph) -> Iterator[Change]:
    """Services and maintenance, which no ticket has to do with."""
    was, will = old.ruleset, new.ruleset
    for name in dict.fromkeys([*was.services, *will.services]):
        words = [
            service_words(one) if one else "" for one in (was.services.get(name), will.services.get(name))
        ]
        if words[0] != words[1]:
            yield Change(About.SERVICE, f"service {name}", words[0], words[1])
    for name in dict.fromkeys([*was.maintenance, *will.maintenance]):
        lines = [
            maintenance_lines(one) if one else ()
            for one in (was.maintenance.get(name), will.maintenance.get(name))
        ]
        yield from lines_changed(About.MAINTENANCE, f"maintenance {name}", lines[0], lines[1])


def of_site(old: Graph, new: Graph) -> Iterator[Change]:
    """What differs in the words of all tickets."""
    was, will = old.ruleset, new.ruleset
    if was.priorities != will.priorities:
        yield Change(About.PRIORITIES, "priorities", ", ".join(was.priorities), ", ".join(will.priorities))
    names = {**was.status_names, **will.status_names}
    for folded in dict.fromkeys([*was.statuses, *will.statuses]):
        kinds = [rules.statuses.get(folded, StatusClass.WORKING).value for rules in (was, will)]
        if kinds[0] != kinds[1]:
            yield Change(About.STATUS, f"status {quoted(names.get(folded, folded))}", kinds[0], kinds[1])
    for name in was.metrics.keys() & will.metrics.keys():
        runs = [f"from {rules.metrics[name].start} to {rules.metrics[name].stop}" for rules in (was, will)]
        if runs[0] != runs[1]:
            yield Change(About.METRIC, f"metric {name}", runs[0], runs[1])
