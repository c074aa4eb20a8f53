"""What two rule sets say otherwise of customers themselves: what they are called, their zone, and what runs and is paid for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from dsl.condition_text import quoted
from dsl.model import Customer, RuleSet
from engine.commitment.uptime import concerns, services_of
from engine.commitment.words import maintenance_lines, retainers_of
from engine.contract.change import About, Change, lines_changed
from engine.contract.content import Contents
from engine.contract.table import Stretch, Whom
from engine.graph import Graph

_TOGETHER, _APART = "counted together", "counted apart"


def parties(
    old: Graph, new: Graph, whom: tuple[Whom, Whom], contents: tuple[Contents, Contents]
) -> Iterator[Change]:
    """What differs for a customer beside names and what is promised; those who are not declared have nothing of it."""
    graphs = (old, new)
    sides = [(graph.ruleset, one.declared) for graph, one in zip(graphs, whom, strict=True)]
    was, will = (one.declared for one in whom)
    if was and will:
        zone, other = (graph.zone(one.text) for graph, one in zip(graphs, whom, strict=True))
        if zone != other:
            yield Change(About.ZONE, "zone", zone, other)
    manager, successor = (one.account_manager if one else "" for one in (was, will))
    if contents[0].person(manager) != contents[1].person(successor):
        yield Change(About.PEOPLE, "account-manager", manager, successor)
    before, after = (_paid(*side) for side in sides)
    gone, come = (
        [line for line in one if line not in other] for one, other in ((before, after), (after, before))
    )
    for line, instead in zip_longest(gone, come, fillvalue=""):
        yield Change(About.RETAINER, "retainer", line, instead)
    services = ((one for one in _services(*side) if one or (was and will)) for side in sides)
    served = ([name or "everything in one" for name in one] for one in services)
    yield from lines_changed(About.SERVICE, "service", *served, shared=False)
    works = [_maintenance(*side) for side in sides]
    for name in dict.fromkeys([*works[0], *works[1]]):
        yield from lines_changed(
            About.MAINTENANCE, f"maintenance {name}", *(found.get(name, ()) for found in works)
        )


def _paid(rules: RuleSet, customer: Customer | None) -> dict[str, None]:
    """What is paid for a month, by the customer's own lines or else its group's."""
    return retainers_of(customer) or retainers_of(rules.groups.get(customer.group)) if customer else {}


def _services(rules: RuleSet, customer: Customer | None) -> list[str]:
    return services_of(rules, customer) if customer else []


def _maintenance(rules: RuleSet, customer: Customer | None) -> dict[str, tuple[str, ...]]:
    return {
        name: maintenance_lines(one)
        for name, one in rules.maintenance.items()
        if customer and concerns(one, customer)
    }


def counted_apart(
    old: Graph,
    new: Graph,
    whom: tuple[Whom, Whom],
    rows: Iterable[tuple[int | None, int | None, Stretch, Stretch]],
) -> Iterator[Change]:
    """Credits, each with a cap of its own, and uptimes that several promises of a customer share on one side and not on the other."""
    kinds: tuple[set[tuple[object, object]], ...] = (set(), set())
    for _, _, before, after in rows:
        was, will = (
            graph.tier(stretch.terms.tier) if stretch.terms and one.declared else None
            for graph, stretch, one in zip((old, new), (before, after), whom, strict=True)
        )
        if was and will:
            kinds[0].update([(was.credits, will.credits)] if was.credits and will.credits else [])
            uptimes = {one.window: one for one in will.uptimes}
            kinds[1].update((one, uptimes[one.window]) for one in was.uptimes if one.window in uptimes)
    for about, pairs in zip((About.CREDITS, About.UPTIME), kinds, strict=True):
        subject = f"{about.value} of several tiers"
        if len({one for one, _ in pairs}) < len(pairs):
            yield Change(about, subject, _TOGETHER, _APART)
        if len({other for _, other in pairs}) < len(pairs):
            yield Change(about, subject, _APART, _TOGETHER)


# ---------------------------------------------------------------- what customers are called


def names(old: RuleSet, new: RuleSet, before: str, after: str) -> Iterator[Change]:
    """That a customer comes, goes or has another name (`before` is not `after`), and the texts by which tickets mean it."""
    one, other = old.customers.get(before), new.customers.get(after)
    if one is other:
        return
    if one is None or other is None:
        yield Change(About.CUSTOMER, "customer", "declared" if one else "", "declared" if other else "")
    elif before != after:
        yield Change(About.CUSTOMER, "renamed", before, after)
    was, will = (_texts(item) for item in (one, other))
    implied = {after.casefold()} if other else {before.casefold()}
    for key in sorted(was.keys() - will.keys() - implied):
        yield Change(About.NAMES, "answers to", quoted(was[key]), "")
    for key in sorted(will.keys() - was.keys() - implied):
        yield Change(About.NAMES, "answers to", "", quoted(will[key]))


def _texts(customer: Customer | None) -> dict[str, str]:
    """What a customer answers to, by how it is compared."""
    if customer is None:
        return {}
    given = (*customer.aliases, customer.title, customer.name)
    return {text.strip().casefold(): text for text in given if text.strip()}


def renames(old: RuleSet, new: RuleSet, same: Callable[[str, str], bool]) -> dict[str, str]:
    """By new name the old one of customers that go by another: they share a text that tickets may call them, or else declarations that
    say the same and no others do. `same` says of an old and a new name whether what they come to stays."""
    gone = [one for name, one in old.customers.items() if name not in new.customers]
    come = [one for name, one in new.customers.items() if name not in old.customers]
    if not gone or not come:
        return {}
    by_text = {text: one.name for one in gone for text in _texts(one)}
    found: dict[str, str] = {}
    for one in come:
        before = next((by_text[text] for text in _texts(one) if text in by_text), None)
        if before is not None:
            found[one.name] = before
            for text in _texts(old.customers[before]):
                by_text.pop(text, None)
    alike: defaultdict[Customer, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, customers, known in ((0, gone, {*found.values()}), (1, come, {*found})):
        for one in customers:
            if one.name not in known:
                alike[_unnamed(one)][side].append(one.name)
    for was, will in alike.values():
        if len(was) == len(will) == 1 and same(was[0], will[0]):
            found[will[0]] = was[0]
    return found


def _unnamed(customer: Customer) -> Customer:
    return replace(customer, name="", title="", aliases=(), account_manager="")
