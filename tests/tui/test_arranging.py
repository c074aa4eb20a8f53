"""Rows kept in a view as single tickets change are what choosing and ordering all of them anew gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import State
from engine.ordered import OrderedRows
from engine.overview import inbox_order
from tests.tui.tickets import NOW, row
from tui.arranging import MOVING, Arrangement, arrange
from tui.standing import STANDINGS, Standings, standing
from tui.view import View

INSTANTS = st.integers(NOW - 4, NOW + 4)
STATES = (None, State.RUNNING, State.RUNNING, State.PAUSED, State.BREACHED)
ROWS = st.builds(
    lambda id_, due, warn, state, customer, snoozed: replace(
        row(id_),
        due=None if state in {None, State.PAUSED} else due,
        warn_at=warn,
        state=state,
        customer=customer,
        snoozed_until=snoozed,
    ),
    st.integers(0, 60),
    st.none() | INSTANTS,
    st.none() | INSTANTS,
    st.sampled_from(STATES),
    st.sampled_from(("Acme", "Globex")),
    st.none() | INSTANTS,
)
VIEWS = st.builds(
    View,
    sort=st.sampled_from(("", "due", "customer", "state", "priority", "gone")),
    reverse=st.booleans(),
    filter=st.sampled_from(("", "customer:acme", "is:snoozed", "due:<1m", "!customer:acme", "color:red")),
    at_risk=st.booleans(),
)
LONG = [row(number) for number in range(61, 400)]
"""So many that a few changes are few."""


@given(
    VIEWS, st.lists(st.dictionaries(st.integers(0, 60), st.none() | ROWS, max_size=6), max_size=8), st.data()
)
@settings(deadline=None)
def test_following_single_changes_is_arranging_anew(view, batches, data):
    rows, now = OrderedRows(), NOW - 4
    rows.change({one.id: one for one in LONG})
    made = Arrangement(rows.rows, view, now)
    for batch in batches:
        change = rows.change(
            {id_ + 1: one and replace(one, id=id_ + 1, ticket=f"T-{id_}") for id_, one in batch.items()}
        )
        now += data.draw(st.integers(0, 2))
        followed = made.follow(rows.rows, change, now)
        if not followed:
            made = Arrangement(rows.rows, view, now)
        wanted = frozenset({1, 7, 100})
        got, truth = made.shown(now, wanted), arrange(rows.rows, view, now, wanted=wanted)
        if followed and (view.at_risk or view.filter in {"due:<1m", "is:snoozed"}):
            # Time alone decides: for some seconds rows stand where they stood.
            assert got.stale_at <= now + MOVING
            continue
        assert got == truth


def test_a_change_of_other_rows_is_not_followed():
    one, other = OrderedRows(), OrderedRows()
    for rows in (one, other):
        rows.change({item.id: item for item in LONG})
    made = Arrangement(one.rows, View(), NOW)
    change = other.change({1: row(0)})
    assert not made.follow(other.rows, change, NOW)
    assert not made.follow(other.rows, None, NOW)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort", ["", "customer"])
def test_few_changes_are_followed_and_many_are_not(sort, reverse):
    rows, view = OrderedRows(), View(sort=sort, reverse=reverse)
    rows.change({item.id: item for item in LONG})
    made = Arrangement(rows.rows, view, NOW)
    for told in ({1: row(0)}, {1: None, 70: replace(row(69), customer="Zulu")}, {70: None, 71: row(70)}):
        change = rows.change(told)
        assert made.follow(rows.rows, change, NOW)
        assert made.shown(NOW) == arrange(rows.rows, view, NOW)
    change = rows.change(dict.fromkeys(range(100, 200)))
    assert not made.follow(rows.rows, change, NOW)


@given(st.lists(ROWS, max_size=20), st.lists(ROWS, max_size=10), INSTANTS)
def test_standings_count_without_a_look_at_any_row(first, more, now):
    kept = Standings(first)
    for item in more:
        kept.add(item)
    for item in first[::2]:
        kept.remove(item)
    left = [*first[1::2], *more]
    assert kept.at(now) == {word: sum(standing(item, now) == word for item in left) for word in STANDINGS}
    assert list(kept.at(now)) == list(STANDINGS)


def test_urgency_is_the_order_of_equal_rows():
    rows = [row(number) for number in range(40)]
    for reverse in (False, True):
        made = arrange(sorted(rows, key=inbox_order), View(sort="customer", reverse=reverse), NOW)
        of_one = [item for item in made.rows if item.customer == "Acme"]
        assert of_one == sorted(of_one, key=inbox_order)
