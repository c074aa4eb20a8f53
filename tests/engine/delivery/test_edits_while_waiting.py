"""Rules that are edited while messages wait: what fired is said, unless the edit says that it is not wanted."""

from __future__ import annotations

import pytest

from engine.delivery.outbox import Status
from tests.engine.channels.servers import Hook
from tests.engine.delivery.world import HOUR, RULES
from tests.engine.desk import graph

LINE = "  at breach of response notify night-lead via email, inbox\n"
PERSON = 'person night-lead "Night lead" {\n  email "lead@msp.example"\n}\n'
OTHER = PERSON.replace("night-lead", "day-lead")


def edited(it, old, new, now):
    """Put edited rules in force, as a reload does."""
    assert old in RULES
    it.graph = graph(RULES.replace(old, new), it.graph)
    it.turn(now)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(LINE, '  at 10h past response tag "late"\n', id="line removed"),
        pytest.param("  escalate via noc\n", "", id="ladder climbed no more"),
        pytest.param(LINE, LINE.replace("breach of", "80% of"), id="line moved"),
        pytest.param(PERSON, PERSON.replace("Night lead", "Lead of the night"), id="person renamed"),
        pytest.param("night-lead", "day-lead", id="person gone"),
    ],
)
def test_what_fired_is_said(world, sink, old, new):
    it = world()
    it.open(2)
    it.turn(HOUR + 10)
    edited(it, old, new, HOUR + 12)
    assert it.deliverer.drain(HOUR + 20).sent == 2
    [(to, mail)] = sink.taken
    assert to == ["lead@msp.example"]
    assert "Look at 2 tickets, T-1 first" in mail.get_body(("plain",)).get_content()


def test_a_ladder_that_stops_for_them_is_asked_before_they_leave(world, sink):
    it = world()
    it.open(2)
    it.turn(HOUR + 10)
    edited(it, LINE, f"{LINE}  stop when priority == high\n", HOUR + 12)
    assert it.deliverer.drain(HOUR + 20).suppressed == 2
    assert {item.error for item in it.store.outbox.queued([Status.SUPPRESSED])} == {
        "the ladder's `stop when` holds now"
    }
    assert sink.taken == []


def test_a_channel_that_is_gone_is_waited_for_under_the_same_key(world):
    it = world(RULES.replace("via email, inbox", "via pager"))
    hook = Hook()
    try:
        it.environment["PAGER_URL"] = hook.address
        it.open(1)
        it.turn(HOUR + 10)
        there = it.graph
        it.graph = graph(RULES.replace("channel pager", "channel beeper"), there)
        assert it.deliverer.drain(HOUR + 11).put_off == 1
        [waiting] = it.store.outbox.queued([Status.WAITING])
        assert waiting.error == "the rules declare no channel pager"
        it.graph = there
        assert it.deliverer.drain(waiting.next_at).sent == 1
        assert [headers["Idempotency-Key"] for _, headers, _ in hook.asked] == [waiting.batch]
    finally:
        hook.close()
