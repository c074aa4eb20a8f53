"""What closed months came to, in both stores: kept as it was given, with its closing or not at all."""

from __future__ import annotations

import pytest

from engine.errors import StoreError
from engine.store import closings, settlements
from engine.store.identity import identity, known_identity

FIGURE = (1, "web", 999_000, None, "always", 1, 100, 200, 90, 90, 90, 7, 10, 0, 1, 0, "[[110, 117]]")
ROLLING = (2, "", 995_000, 2_592_000, "office", 0, 50, 200, 90, 90, 80, 0, 0, 0, 0, 0, "[]")
LINE = (1, "", "a rule", "so it is", "166.67", "EUR", "standard", "web", "[]", "sla.rules:7")
BACK = (2, "2026-09", "another", "told before", "-250.00", "EUR", "standard", "", '["T-1"]', "")


def enter(
    store, period, customer="acme", retainer="3333.33", uptimes=(FIGURE, ROLLING), credits_=(LINE, BACK)
):
    row = (None, period, customer, "UTC", 100, 200, 300, "rules", "data", 0)
    with store.cycle():
        number = closings.enter(store.connection, row, [])
        settlements.enter(
            store.connection, (number, "Acme =Ü", retainer, "EUR", 50, "facts", "digest"), uptimes, credits_
        )
    return number


def test_what_was_kept_comes_back_by_closing_and_in_order(store):
    first, second = (
        enter(store, "2026-09"),
        enter(store, "2026-10", retainer=None, uptimes=(), credits_=(LINE,)),
    )
    connection = store.connection
    assert settlements.settlements(connection) == [
        (first, "Acme =Ü", "3333.33", "EUR", 50, "facts", "digest"),
        (second, "Acme =Ü", None, "EUR", 50, "facts", "digest"),
    ]
    assert settlements.uptimes(connection, [first, second]) == [(first, *FIGURE), (first, *ROLLING)]
    assert settlements.credits_of(connection, [first, second]) == [
        (first, *LINE),
        (first, *BACK),
        (second, *LINE),
    ]
    assert settlements.credits_of(connection, [second]) == [(second, *LINE)]
    assert settlements.credits_of(connection, []) == []


def test_with_its_closing_or_not_at_all(store):
    with pytest.raises(StoreError):
        enter(store, "2026-09", credits_=(LINE, LINE))
    assert closings.closings(store.connection) == settlements.settlements(store.connection) == []


def test_a_store_has_one_name_that_stays(opener):
    first, second = opener(), opener()
    assert known_identity(first.connection) == ""
    with first.cycle():
        name = identity(first.connection)
    with second.cycle():
        assert identity(second.connection) == name == known_identity(first.connection)
