"""Due times in plain words."""

from __future__ import annotations

import pytest

from engine.clock import State
from reports.portal import words
from tests.engine.site import at

NOW = at("2026-03-02 09:30")  # a Monday, 10:30 in Berlin


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-03-02 15:30", "today 16:30"),
        ("2026-03-03 08:00", "tomorrow 09:00"),
        ("2026-03-01 16:00", "yesterday 17:00"),
        ("2026-03-02 23:30", "tomorrow 00:30"),  # by the wall in Berlin
        ("2026-03-04 08:00", "Wednesday 09:00"),
        ("2026-03-08 08:00", "Sunday 09:00"),
        ("2026-03-09 08:00", "9 March 2026 09:00"),
        ("2026-03-31 08:00", "31 March 2026 10:00"),  # after the change of clocks
        ("2026-02-27 08:00", "27 February 2026 09:00"),
    ],
)
def test_moments(when, said):
    assert words.moment(at(when), "Europe/Berlin", NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 min"),
        (3600, "1 h"),
        (12_059, "3 h 20 min"),
        (3_600_000 * 4, "4 000 h"),
    ],
)
def test_lengths(seconds, said):
    assert words.lasting(seconds) == said


@pytest.mark.parametrize(
    ("state", "when", "left", "always", "said"),
    [
        (
            State.RUNNING,
            "2026-03-03 08:00",
            12_000,
            False,
            "due tomorrow 09:00, in 3 h 20 min of service time",
        ),
        (State.RUNNING, "2026-03-02 10:30", 3600, True, "due today 11:30, in 1 h"),
        (
            State.BREACHED,
            "2026-03-02 07:30",
            7200,
            False,
            "was due today 08:30, breached by 2 h of service time",
        ),
        (State.PAUSED, "2026-03-02 10:30", 3600, True, "paused, due today 11:30 if it goes on now"),
    ],
)
def test_what_a_clock_says(state, when, left, always, said):
    assert words.due(state, at(when), left, always, "Europe/Berlin", NOW) == said


def test_what_is_not_due_says_so():
    assert words.due(State.PAUSED, None, 0, False, "UTC", NOW) == "paused, nothing is due meanwhile"


def test_names():
    assert words.metric("next-response") == "Next response"
    assert words.metric("workaround", "Workaround provided") == "Workaround provided"
    assert words.month(NOW, "Europe/Berlin") == "March 2026"
