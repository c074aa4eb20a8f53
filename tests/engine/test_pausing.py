"""Pauses against a brute force on short calendars: second by second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dsl.model import Calendar, TimeRange
from engine.calendar.hours import ALWAYS_OPEN, compile_calendar
from engine.pausing import Pause, due, elapsed, united
from engine.wall import parse_instant

OFFICE = compile_calendar(
    Calendar("office", "", "Europe/Berlin", ((TimeRange(540, 720), TimeRange(780, 1020)),) * 5 + ((), ()))
)
FRIDAY = parse_instant("2026-03-06 16:00", "Europe/Berlin")


def test_overlapping_pauses_count_once_and_touching_ones_are_one() -> None:
    assert united([(50, 60), (10, 20), (15, 30), (30, 40), (5, 5), (55, None), (70, 80)]) == [
        (10, 40),
        (50, None),
    ]


def test_a_pause_outside_opening_hours_costs_nothing() -> None:
    weekend = (FRIDAY + 3600, FRIDAY + 2 * 86_400)
    assert due(OFFICE, FRIDAY, 7200, [weekend]) == OFFICE.due(FRIDAY, 7200)
    assert elapsed(OFFICE, FRIDAY, FRIDAY + 3 * 86_400, [weekend]) == OFFICE.elapsed(
        FRIDAY, FRIDAY + 3 * 86_400
    )


def test_a_pause_without_an_end_keeps_it_from_being_due() -> None:
    assert due(ALWAYS_OPEN, 0, 100, [(50, None)]) is None
    assert due(ALWAYS_OPEN, 0, 100, [(100, None)]) == 100
    assert elapsed(ALWAYS_OPEN, 0, 1000, [(50, None)]) == 50


def test_nothing_wanted_is_due_at_once_even_in_a_pause() -> None:
    assert due(ALWAYS_OPEN, 10, 0, [(0, None)]) == 10


minutes = st.integers(0, 3 * 1440).map(lambda minute: FRIDAY + minute * 60)
pauses = st.lists(st.tuples(minutes, st.one_of(st.none(), minutes)), max_size=5)


@given(minutes, minutes, st.integers(1, 900), pauses)
def test_every_minute_agrees(start: int, end: int, target: int, stops: list[Pause]) -> None:
    def counts(t: int) -> bool:
        return OFFICE.is_open(t) and not any(a <= t and (b is None or t < b) for a, b in stops)

    counted = [t for t in range(start, end, 60) if counts(t)]
    assert elapsed(OFFICE, start, end, stops) == 60 * len(counted)
    wanted = target * 60
    found = due(OFFICE, start, wanted, stops)
    horizon = start + 5 * 86_400
    expected, left = None, target
    for t in range(start, horizon, 60):
        left -= counts(t)
        if not left:
            expected = t + 60
            break
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found > horizon
