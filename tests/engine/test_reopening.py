"""What a reopening means to the resolution, mode by mode, on the same story, by both evaluators."""

from __future__ import annotations

import pytest

from engine.columns.build import build
from engine.columns.evaluate import evaluate_columns
from engine.evaluate import evaluate
from tests.engine.desk import RULES, at, event, graph, ticket

STORY = ticket(
    event("10-05 09:00", "opened", customer="initech", priority="high", status="New"),
    event("10-05 10:00", "resolved"),
    event("10-05 14:00", "reopened"),
    event("10-05 15:00", "resolved"),
)


def told(mode: str, now: str = "10-05 20:00"):
    rules = graph(RULES.replace("reopen ignored", f"reopen {mode}"))
    clocks = evaluate(STORY, rules, at(now)).clocks
    answer = evaluate_columns(build([STORY], rules, at(now)), rules, at(now))
    if STORY.id not in answer.apart:
        assert sum(len(columns.ticket) for columns in answer.clocks) == len(clocks)
    return [
        (clock.cycle, clock.started, clock.stopped, clock.elapsed)
        for clock in clocks
        if clock.metric == "resolution"
    ]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("resumes", [(1, "10-05 09:00", "10-05 15:00", 7200)]),
        ("continues", [(1, "10-05 09:00", "10-05 15:00", 5 * 3600)]),
        ("restarts", [(1, "10-05 09:00", "10-05 10:00", 3600), (2, "10-05 14:00", "10-05 15:00", 3600)]),
        ("ignored", [(1, "10-05 09:00", "10-05 10:00", 3600)]),
    ],
)
def test_the_same_story_in_every_mode(mode, expected):
    assert told(mode) == [(cycle, at(start), at(stop), used) for cycle, start, stop, used in expected]


def test_while_it_is_open_again_everything_since_the_opening_counts():
    assert told("continues", "10-05 14:30") == [(1, at("10-05 09:00"), None, int(4.5 * 3600))]
    assert told("continues", "10-05 12:00") == [(1, at("10-05 09:00"), at("10-05 10:00"), 3600)]
