from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from tests.tui.tickets import NOW
from tui.actions import parse_until
from tui.moment import clock, countdown, day_clock, iso, near, span

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m 00s"),
        (3599, "59m 59s"),
        (3600, "1h 00m"),
        (86_399, "23h 59m"),
        (86_400, "1d 00h"),
        (86_400 * 4000, "4000d"),
        (-90, "1m 30s"),
    ],
)
def test_span(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_due_at_this_second_is_not_over() -> None:
    assert countdown(NOW, NOW) == "in 0s"
    assert countdown(NOW - 1, NOW) == "over 1s"
    assert countdown(None, NOW) == ""


def test_instants_are_shown_in_the_zone() -> None:
    assert clock(NOW, UTC, seconds=True) == "14:02:09"
    assert day_clock(NOW, BERLIN) == "Fri 6 Mar 15:02"
    assert near(NOW, NOW + 60, BERLIN) == "15:02"
    assert near(NOW - 86_400, NOW, UTC) == "Thu 5 Mar 14:02"
    assert iso(NOW, BERLIN) == "2026-03-06T15:02:09+01:00"
    assert iso(None, UTC) == ""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400), ("15:00", 3471), ("14:00", 86_400 - 129)],
)
def test_a_snooze_is_understood(text: str, seconds: int) -> None:
    assert parse_until(text, NOW, UTC) == NOW + seconds


def test_tomorrow_is_a_local_day() -> None:
    assert parse_until("tomorrow 08:00", NOW, BERLIN) == 1_772_866_800


@pytest.mark.parametrize("text", ["", "soon", "25:00", "0m", "9999d", "-5m"])
def test_a_snooze_that_makes_no_sense_says_what_to_write(text: str) -> None:
    answer = parse_until(text, NOW, UTC)
    assert isinstance(answer, str)
    assert "m" in answer
