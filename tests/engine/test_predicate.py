"""Conditions against what tickets hold, which may be anything."""

from __future__ import annotations

import pytest

from dsl.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Matches,
    Not,
    OneOf,
    StatusClass,
    StatusIs,
)
from engine.predicate import Situation, compile_condition, fields_of

EQ, NE, LT, GE = Comparison.EQ, Comparison.NE, Comparison.LT, Comparison.GE


def holds(condition: Condition, *, customer: str = "", group: str = "", **fields: object) -> bool:
    return compile_condition(condition)(Situation(fields, StatusClass.WAITING, customer, group))


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (Compare("site", EQ, "Lab"), "lAB", True),
        (Compare("site", EQ, "lab"), None, False),
        (Compare("site", NE, "lab"), None, True),
        (Compare("site", EQ, "1"), 1, True),
        (Compare("site", EQ, ""), {"a": 1}, True),
        (OneOf("site", ("a", "b")), "B", True),
        (OneOf("site", ("a", "b")), "c", False),
        (OneOf("site", (1, 2)), "2", True),
        (Compare("site", EQ, True), "Yes", True),
        (Compare("site", EQ, True), 0, False),
        (Compare("site", EQ, False), None, True),
        (Compare("site", NE, True), "no", True),
        (Compare("site", GE, 10), " 10 ", True),
        (Compare("site", LT, 10), "nine", False),
        (Compare("site", EQ, 10), None, False),
        (Compare("site", NE, 10), None, True),
        (Compare("site", GE, 10), "9" * 5000, False),
        (Matches("site", "^L.b"), "Lab 4", True),
        (Matches("site", "^l.b"), "Lab 4", False),
        (Matches("site", "b$"), 7, False),
        (Compare("tags", EQ, "vip"), "", False),
    ],
)  # fmt: skip
def test_a_value_is_brought_to_the_type_that_it_is_compared_with(
    condition: Condition, value: object, expected: bool
) -> None:
    assert holds(condition, site=value) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("vip", True), ("red VIP", True), ("vips", False), ("", False)]
)
def test_tags_hold_each_of_theirs(text: str, expected: bool) -> None:
    assert holds(Compare("tags", EQ, "vip"), tags=text) is expected
    assert holds(Compare("tags", NE, "vip"), tags=text) is not expected
    assert holds(OneOf("tags", ("x", "vip")), tags=text) is expected


def test_customer_and_group_are_the_declared_ones() -> None:
    assert holds(Compare("customer", EQ, "acme"), customer="acme") is True
    assert holds(Compare("group", EQ, "retail"), group="retail") is True
    assert holds(Compare("customer", EQ, "ACME GmbH"), customer="acme") is False


def test_conditions_combine() -> None:
    waiting, lab = StatusIs(StatusClass.WAITING), Compare("site", EQ, "lab")
    assert holds(AllOf((waiting, lab)), site="lab") is True
    assert holds(AllOf((waiting, lab)), site="x") is False
    assert holds(AnyOf((Not(waiting), lab)), site="lab") is True
    assert holds(AnyOf((Not(waiting), lab)), site="x") is False
    assert fields_of(AnyOf((Not(waiting), AllOf((lab, OneOf("vip", (True,))))))) == {"status", "site", "vip"}
