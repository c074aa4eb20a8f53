"""Customers that say the same again and again: what a group could say once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from dsl.finding import Finding
from dsl.model import Customer, Override
from dsl.scenario import Scenario
from dsl.span import NOWHERE
from dsl.values import period_text
from engine.analyse.example import Shown, decision, show
from engine.analyse.opening import Opening, nearest
from engine.analyse.survey import Survey
from engine.contract.cases import PLAIN

_ENOUGH = 3
"""So many customers with so many lines are worth a group."""

Text = tuple[str, str, str, tuple[object, ...], tuple[object, ...]]


def alike_findings(survey: Survey) -> Iterator[Shown]:
    """Customers whose zone, calendar, tiers and overrides are the same in at least three lines, and in no group."""
    together: dict[Text, list[Customer]] = {}
    for customer in survey.rules.customers.values():
        if not customer.group:
            together.setdefault(_said(customer), []).append(customer)
    for same in together.values():
        if len(same) >= _ENOUGH and _lines(same[0]) >= _ENOUGH:
            first = same[0]
            labels = tuple((other.origin, "says the same") for other in same[1:_ENOUGH])
            more = f" and {len(same) - _ENOUGH:,} more" if len(same) > _ENOUGH else ""
            names = ", ".join(one.name for one in same[:_ENOUGH])
            yield Shown(
                Finding(
                    "W0911",
                    f"{len(same):,} customers say the same in {_lines(first)} lines: {names}{more}",
                    first.origin,
                    "declare a group with these lines, and put the customers into it with `group NAME`",
                    labels=labels,
                    notes=(f"the lines of {first.name} could be the group's: {'; '.join(_text(first))}",),
                ),
                partial(_same_due, survey, [one.name for one in same[:_ENOUGH]]),
            )


def _same_due(survey: Survey, names: list[str]) -> Scenario:
    """A ticket of each at one moment, of a time in which something is promised: what holds for them must hold for their group."""
    stretches = [one for one in survey.contract.stretches(names[0]) if one.terms is not None]
    now = next((one for one in stretches if one.holds(survey.today)), stretches[0] if stretches else None)
    lines = survey.contract.lines(now.terms, names[0]) if now and now.terms else ()
    at = survey.instant(now) if now else survey.today
    priority = lines[0].priority if lines else next(iter(survey.rules.priorities), "")
    case = nearest(lines[0].cases, survey.graph) if lines else PLAIN
    openings = [Opening(name, priority, at, case) for name in names]
    return show(
        survey.graph, "the same for all of them", openings, decision(lines[0].metric if lines else "response")
    )


def _said(customer: Customer) -> Text:
    return (
        customer.group,
        customer.zone,
        customer.calendar,
        tuple((item.tier, item.period) for item in customer.tiers),
        tuple(_override(item) for item in customer.overrides),
    )


def _override(item: Override) -> object:
    return replace(
        item, name="", reason="", targets=tuple(replace(one, rule="", origin=NOWHERE) for one in item.targets)
    )


def _lines(customer: Customer) -> int:
    own = bool(customer.zone) + bool(customer.calendar) + len(customer.tiers)
    return own + sum(1 + bool(item.calendar) + len(item.targets) for item in customer.overrides)


def _text(customer: Customer) -> Iterator[str]:
    if customer.zone:
        yield f"zone {customer.zone}"
    if customer.calendar:
        yield f"calendar {customer.calendar}"
    yield from (f"tier {item.tier} {period_text(item.period)}".rstrip() for item in customer.tiers)
    for item in customer.overrides:
        yield f"override {item.name} {period_text(item.period)}".rstrip()
        yield from (one.rule for one in item.targets)
