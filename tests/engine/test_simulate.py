"""The made-up help desk: same seed, same story; every event once and in order."""

from __future__ import annotations

from pathlib import Path

from dsl.load import load
from engine.facts import OPENED, Instant
from engine.simulate import DAY, MINUTE, Desk, Simulation

ROOT = Path(__file__).resolve().parents[2]
START = Instant(1_790_000_000)


def desk() -> Desk:
    rules = load(ROOT / "sla.rules").ruleset
    assert rules is not None
    return Desk.of(rules)


def test_the_same_seed_tells_the_same_story():
    one = Simulation(desk(), 7, START).until(Instant(START + 3 * DAY), 40 * MINUTE, 1.0)
    other = Simulation(desk(), 7, START).until(Instant(START + 3 * DAY), 40 * MINUTE, 1.0)
    assert one == other
    assert len(one) > 200


def test_every_event_comes_once_and_in_order_however_often_one_asks():
    whole = Simulation(desk(), 3, START).until(Instant(START + DAY), 30 * MINUTE, 1.0)
    steps = Simulation(desk(), 3, START)
    pieces = [
        item for hour in range(1, 25) for item in steps.until(Instant(START + hour * 3600), 30 * MINUTE, 1.0)
    ]
    assert pieces == whole
    assert [event.at for _, event in whole] == sorted(event.at for _, event in whole)
    assert len({event.source_id for _, event in whole}) == len(whole)


def test_a_ticket_opens_before_anything_else_happens_to_it():
    opened = set()
    for key, event in Simulation(desk(), 5, START).until(Instant(START + 2 * DAY), 30 * MINUTE, 1.0):
        if event.kind == OPENED:
            opened.add(key)
        assert key in opened
