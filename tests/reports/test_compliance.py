"""Compliance, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.clock import State
from engine.excuse import Excuse
from reports.compliance import Figures, Judged, Standing, by, figures, standing

CLOCK = Judged(
    "acme", "T-1", "response", 1, "", "gold", "high", "night", State.RUNNING, 100, None, 60, 160, None
)
WHY = Excuse("power cut", "lead")


def met(stopped: int, **more: str) -> Judged:
    return replace(CLOCK, state=State.MET, stopped=stopped, decided=stopped, **more)


def missed(due: int, stopped: int, **more: object) -> Judged:
    return replace(CLOCK, state=State.MISSED, stopped=stopped, due=due, decided=due, **more)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (met(200), Standing.MET),
        (met(199), None),  # decided before the period
        (met(299), Standing.MET),
        (met(300), Standing.RUNNING),  # in time, but not by the end
        (missed(250, 260), Standing.MISSED),
        (missed(250, 999), Standing.MISSED),  # at its due, not at its stop
        (missed(199, 250), None),
        (missed(300, 301), Standing.RUNNING),
        (missed(250, 260, excuse=WHY), Standing.EXCLUDED),
        (replace(CLOCK, state=State.BREACHED, due=250, decided=250), Standing.BREACHED),
        (replace(CLOCK, state=State.BREACHED, due=250, decided=250, excuse=WHY), Standing.EXCLUDED),
        (replace(met(250), excuse=WHY), Standing.MET),  # there is nothing to excuse
        (CLOCK, Standing.RUNNING),
        (replace(CLOCK, state=State.PAUSED, due=None), Standing.PAUSED),
        (replace(CLOCK, started=300), None),  # begins after the period
        (replace(CLOCK, state=State.CANCELLED, stopped=250), None),
    ],
)
def test_what_a_clock_is_to_a_period(clock, expected):
    assert standing(clock, 200, 300) is expected


def test_figures_count_and_percentages_are_never_rounded_up():
    found = figures([Standing.MET] * 2499 + [Standing.MISSED] + [Standing.EXCLUDED] * 9 + [Standing.PAUSED])
    assert found == Figures(met=2499, missed=1, excluded=9, paused=1)
    assert found.percent == "99.96"
    assert Figures(met=99_999, breached=1).percent == "99.99"
    assert Figures(met=7).percent == "100.00"
    assert Figures(breached=1).percent == "0.00"
    assert Figures(met=1, missed=20).percent == "4.76"
    assert Figures(running=3, excluded=1).percent == ""


def test_by_a_dimension_the_worst_comes_first_and_what_has_no_share_last():
    clocks = [
        (met(250, team="day"), Standing.MET),
        (missed(250, 260, team="night"), Standing.MISSED),
        (met(251, team="night"), Standing.MET),
        (replace(CLOCK, team="evening"), Standing.RUNNING),
    ]
    found = by("team", clocks)
    assert list(found) == ["night", "day", "evening"]
    assert found["night"] == Figures(met=1, missed=1)
    assert list(by("customer", clocks)) == ["acme"]
