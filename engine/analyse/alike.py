"""Customers that say the same again and again: what a group could say once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dsl.finding import Finding
from dsl.model import Customer, Override
from dsl.span import NOWHERE
from engine.analyse.survey import Survey

_ENOUGH = 3
"""So many customers with so many lines are worth a group."""

Text = tuple[str, str, str, tuple[object, ...], tuple[object, ...]]


def alike_findings(survey: Survey) -> Iterator[Finding]:
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
            yield Finding(
                "W0911",
                f"{len(same):,} customers say the same in {_lines(first)} lines: {names}{more}",
                first.origin,
                "declare a group with these lines, and put the customers into it with `group NAME`",
                labels=labels,
                notes=(f"the lines of {first.name} could be the group's: {'; '.join(_text(first))}",),
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
    yield from (f"tier {item.tier}" for item in customer.tiers)
    for item in customer.overrides:
        yield f"override {item.name}"
        yield from (one.rule for one in item.targets)
