"""The difference of two contracts: of what they decide, not of how they are written.

Both are asked for the same customers, dates, priorities, metrics and cases. Names do not count where what is named is the same,
so that a rename, a move or another order is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.condition import StatusClass
from dsl.condition_text import quoted
from engine.contract.change import About, Change
from engine.contract.difference_parties import counted_apart, names, parties, renames
from engine.contract.difference_terms import Comparison
from engine.contract.table import DEFAULT, Contract, Stretch, Whom, bound, stretches
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
    contracts = (Contract(old), Contract(new))
    comparison = Comparison(*contracts)

    def found(customer: str, before: str) -> Iterator[tuple[Change, Place]]:
        whom = (contracts[0].whom(before), contracts[1].whom(customer))
        for change in parties(old, new, whom, comparison.contents):
            yield change, Place(customer, ())
        yield from _promises(old, new, comparison, whom, customer)

    for change in of_site(old, new):
        grouped.setdefault(change, [])
    renamed = renames(old.ruleset, new.ruleset, lambda was, will: not any(found(will, was)))
    gone = old.ruleset.customers.keys() - renamed.values()
    for customer in dict.fromkeys(
        [*new.ruleset.customers, *(one for one in old.ruleset.customers if one in gone), DEFAULT]
    ):
        before = renamed.get(customer, customer)
        for change in names(old.ruleset, new.ruleset, before, customer):
            grouped.setdefault(change, []).append(Place(customer, ()))
        for change, place in found(customer, before):
            grouped.setdefault(change, []).append(place)
    order = list(About)
    differences = [Difference(change, tuple(places)) for change, places in grouped.items()]
    return sorted(differences, key=lambda one: order.index(one.change.about))


def _promises(
    old: Graph, new: Graph, comparison: Comparison, whom: tuple[Whom, Whom], customer: str
) -> Iterator[tuple[Change, Place]]:
    touched: dict[Change, list[tuple[int | None, int | None]]] = {}
    rows = [stretches(graph, one.text) for graph, one in zip((old, new), whom, strict=True)]
    for start, end, before, after in together(*rows):
        for change in comparison.changes(whom, before.terms, after.terms):
            spans = touched.setdefault(change, [])
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    if any(len(row) > 1 for row in rows):
        for change in counted_apart(old, new, whom, together(*rows)):
            touched.setdefault(change, [(None, None)])
    if touched:
        zone = (new if whom[1].customer else old).zone(whom[1].text if whom[1].customer else whom[0].text)
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


def of_site(old: Graph, new: Graph) -> Iterator[Change]:
    """What differs in the words of all tickets."""
    was, will = old.ruleset, new.ruleset
    if was.priorities != will.priorities:
        yield Change(About.PRIORITIES, "priorities", ", ".join(was.priorities), ", ".join(will.priorities))
    written = {**was.status_names, **will.status_names}
    for folded in dict.fromkeys([*was.statuses, *will.statuses]):
        kinds = [rules.statuses.get(folded, StatusClass.WORKING).value for rules in (was, will)]
        if kinds[0] != kinds[1]:
            yield Change(About.STATUS, f"status {quoted(written.get(folded, folded))}", kinds[0], kinds[1])
    for name in (name for name in was.metrics if name in will.metrics):
        runs = [f"from {rules.metrics[name].start} to {rules.metrics[name].stop}" for rules in (was, will)]
        if runs[0] != runs[1]:
            yield Change(About.METRIC, f"metric {name}", runs[0], runs[1])
