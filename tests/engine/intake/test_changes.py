"""Audit logs, clean and otherwise, become the events of a ticket's life."""

from __future__ import annotations

import random

import pytest

from engine.intake.changes import Change, Life, events_of
from engine.intake.mapping import load_map

MAP = load_map("servicenow")


def life(*rows, opened=0, resolved=None, closed=None):
    changes = []
    for order, (at, status, *rest) in enumerate(rows):
        reopens = rest[0] if rest else 0
        more = rest[1] if len(rest) > 1 else {}
        changes.append(Change(at, order, reopens, {"status": status, **more}))
    return Life(opened, resolved, closed, changes)


def story(life_):
    events = events_of(life_, MAP)
    assert len({name for *_, name in events}) == len(events)
    ordered = sorted(events, key=lambda event: event[:2])
    return [(at, kind, data.get("status")) for at, _, kind, data, _ in ordered]


def test_a_plain_life():
    found = story(life((5, "New"), (10, "Active"), (20, "Resolved"), (90, "Closed"), resolved=20, closed=90))
    assert found == [
        (0, "opened", "New"),
        (10, "changed", "Active"),
        (20, "resolved", "Resolved"),
        (90, "closed", "Closed"),
    ]


def test_only_what_differs_is_told():
    rows = [(5, "New", 0, {"team": "a", "assignee": ""}), (9, "New", 0, {"team": "a", "assignee": "desk-1"}),
            (11, "New", 0, {"team": "a", "assignee": "desk-1"}), (12, "New", 0, {"team": "a", "assignee": ""})]  # fmt: skip
    found = [(at, data) for at, _, _, data, _ in events_of(life(*rows), MAP)]
    assert found == [(0, {"status": "New", "team": "a"}), (9, {"assignee": "desk-1"}), (12, {"assignee": ""})]


def test_the_log_knows_the_instant_of_the_resolution_better_than_its_rows():
    # Touched again while resolved: the resolution that counts is the last one.
    found = story(life((5, "New"), (20, "Resolved"), (50, "Resolved"), (90, "Closed"), resolved=50))
    assert found == [(0, "opened", "New"), (50, "resolved", "Resolved"), (90, "closed", "Closed")]
    found = story(life((5, "New"), (20, "Resolved"), (90, "Closed"), resolved=18, closed=91))
    assert found == [(0, "opened", "New"), (18, "resolved", "Resolved"), (91, "closed", "Closed")]


def test_reopened():
    rows = [(5, "New"), (20, "Resolved"), (30, "Active", 1), (50, "Resolved", 1), (90, "Closed", 1)]
    assert story(life(*rows, resolved=50)) == [
        (0, "opened", "New"), (20, "resolved", "Resolved"), (30, "reopened", "Active"), (50, "resolved", "Resolved"),
        (90, "closed", "Closed"),
    ]  # fmt: skip


def test_a_row_out_of_order_reopens_nothing():
    rows = [(5, "New"), (20, "Resolved"), (27, "New"), (90, "Closed")]
    assert story(life(*rows, resolved=20)) == [
        (0, "opened", "New"),
        (20, "resolved", "Resolved"),
        (90, "closed", "Closed"),
    ]


def test_without_a_counter_leaving_resolved_is_a_reopening():
    rows = [(5, "New", None), (20, "Resolved", None), (27, "Active", None)]
    assert story(life(*rows)) == [
        (0, "opened", "New"),
        (20, "resolved", "Resolved"),
        (27, "reopened", "Active"),
    ]


def test_first_seen_when_it_was_over():
    found = story(life((30, "Resolved"), (90, "Closed")))
    assert found == [(0, "opened", None), (30, "resolved", "Resolved"), (90, "closed", "Closed")]


def test_resolved_without_a_row_that_says_so():
    found = story(life((5, "New"), (90, "Closed"), resolved=40))
    assert found == [(0, "opened", "New"), (40, "resolved", None), (90, "closed", "Closed")]
    assert story(life((5, "New"), resolved=40))[-1] == (40, "resolved", None)


def test_resolved_and_closed_in_one_minute_stand_in_that_order():
    assert [kind for _, kind, _ in story(life((5, "New"), (9, "Closed"), resolved=9, closed=9))] == [
        "opened", "resolved", "closed",
    ]  # fmt: skip


def test_nothing_happens_before_the_opening():
    assert story(life((5, "New"), (9, "Active"), opened=7)) == [
        (7, "opened", "New"),
        (9, "changed", "Active"),
    ]
    assert story(life((5, "New"), (6, "Active"), opened=7)) == [
        (7, "opened", "New"),
        (7, "changed", "Active"),
    ]


def test_the_end_of_a_log_continues_its_beginning():
    rows = [(5, "New"), (10, "Active"), (20, "Awaiting User Info"), (30, "Resolved")]
    whole = life(*rows)
    head, tail = Life(0, None, None, whole.changes[:2]), Life(0, None, None, whole.changes[2:])
    names = {name: data for *_, data, name in events_of(whole, MAP)}
    merged = {name: data for part in (tail, head) for *_, data, name in events_of(part, MAP)}
    assert merged.keys() == names.keys()
    assert all(merged[name].items() >= data.items() for name, data in names.items() if name != "opened")


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_rows_does_not_matter_nor_does_a_row_told_twice(seed):
    rng = random.Random(seed)
    rows = [
        (rng.randrange(40), rng.choice(["New", "Active", "Resolved", "Closed"]), rng.randrange(2))
        for _ in range(8)
    ]
    one = life(*rows, resolved=rng.choice([None, 20]), closed=rng.choice([None, 35]))
    two = Life(one.opened, one.resolved, one.closed, one.changes + one.changes[:3])
    rng.shuffle(two.changes)
    assert sorted(events_of(one, MAP), key=repr) == sorted(events_of(two, MAP), key=repr)
