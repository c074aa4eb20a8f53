"""Ladders over a real store: decided once, with everything they bring about in the same transaction, whatever happens between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from engine.cycle import cycle
from engine.delivery.outbox import Kind, Status
from engine.facts import Event, Instant
from engine.store.sqlite import SqliteStore
from tests.engine.desk import RULES as DESK
from tests.engine.desk import at, graph, random_ticket
from tests.engine.ladders import PEOPLE, rules, told

TICKETS = 5_000
STEPS = (
    "at 50% of response notify assignee via inbox skip if nobody",
    "at breach of response reassign to lead of noc",
    "at breach of resolution notify assignee via email, pager",
    "at breach of resolution escalate to management",
    "at 1h past resolution notify management via email repeat every 30m until acknowledged",
    "stop when status is resolved",
)


def running(site, *steps, opened="10-05 09:00"):
    site.write(rules(*(steps or STEPS)))
    engine, store = site.engine()
    happen(store, "T-1", opened, "opened", priority="critical", status="New")
    engine.start(at(opened))
    return engine, store


def happen(store, key, when, kind, source="test", **data):
    moment = at(when)
    store.add_events(
        source, [(key, Event(moment, kind, data, source, f"{key}-{moment}-{kind}-{sorted(data)}"))]
    )


def said(turn):
    return [told(item) for item in turn.decisions]


def test_a_day_of_a_ticket_nobody_answers(site):
    engine, store = running(site)
    assert said(engine.step(at("10-05 09:31"))) == [f"skipped: {STEPS[0]}"]
    assert said(engine.step(at("10-05 10:01"))) == [f"fired: {STEPS[1]}"]
    [row] = store.rows()
    assert (row.assignee, row.step) == ("Night Desk", "reassigned")
    assert said(engine.step(at("10-05 13:01"))) == [f"fired: {STEPS[2]}", f"fired: {STEPS[3]}"]
    [row] = store.rows()
    assert (row.flagged, row.step) == (True, "management")
    assert said(engine.step(at("10-05 14:01"))) == [f"fired: {STEPS[4]}"]
    assert said(engine.step(at("10-05 14:31"))) == [f"fired #1: {STEPS[4]}"]
    happen(store, "T-1", "10-05 14:40", "acknowledged")
    assert said(engine.step(at("10-05 16:00"))) == []
    assert [told(item) for item in store.decisions(1)][-1] == f"fired #1: {STEPS[4]}"


def test_messages_wait_in_the_outbox_and_notices_have_arrived(site):
    engine, store = running(site)
    engine.step(at("10-05 13:01"))
    waiting = {
        (m.message.kind, m.message.channel, m.message.recipient)
        for m in store.outbox.queued([Status.WAITING])
    }
    assert waiting == {
        (Kind.CHANGE, "desk", ""),
        (Kind.NOTICE, "email", "night-lead@msp.example"),
        (Kind.NOTICE, "pager", ""),
    }
    assert all(m.decision is not None for m in store.outbox.queued([Status.WAITING]))


def test_a_cycle_that_dies_has_decided_nothing(site):
    engine, store = running(site)
    store.connection.execute(
        "CREATE TRIGGER no BEFORE INSERT ON outbox BEGIN SELECT raise(ABORT, 'disk'); END"
    )
    with pytest.raises(Exception, match="disk"):
        engine.step(at("10-05 13:01"))
    assert store.decisions(1) == []
    assert store.rows()[0].assignee == ""
    store.connection.execute("DROP TRIGGER no")
    assert len(engine.step(at("10-05 13:01")).decisions) == 4


def test_downtime_is_caught_up_in_due_order_each_step_once(site):
    engine, store = running(site)
    turn = engine.step(at("10-06 09:00"))
    assert [item.at for item in turn.decisions] == sorted(item.at for item in turn.decisions)
    assert [(item.step, item.number) for item in turn.decisions] == [
        (STEPS[0], 0),
        (STEPS[1], 0),
        (STEPS[2], 0),
        (STEPS[3], 0),
        (STEPS[4], 0),
        (STEPS[4], 37),  # the newest of the repetitions that were missed stands for all of them
    ]
    assert all("late" in item.reason for item in turn.decisions if item.outcome.value == "fired")
    assert engine.step(at("10-06 09:00")).decisions == ()


def test_the_clock_of_the_machine_may_jump_both_ways(site):
    engine, store = running(site)
    first = engine.step(at("10-05 13:01")).decisions
    assert (
        engine.step(at("10-05 12:01")).decisions == ()
    )  # an hour back: nothing is taken back, nothing said again
    assert engine.step(at("10-05 13:02")).decisions == ()
    assert len(first) == 4
    assert [item.number for item in engine.step(at("10-05 15:02")).decisions] == [0, 2]


def test_two_engines_decide_each_step_once(site):
    engine, store = running(site)
    other, _ = site.engine()
    other.start(at("10-05 09:00"))
    both = [said(one.step(at("10-05 13:01"))) for one in (engine, other)]
    assert [len(found) for found in both] == [4, 0]


def test_a_rule_edit_that_moves_thousands_of_due_times_pages_nobody_unless_the_ladder_says_so(site):
    steps = (
        "at breach of resolution notify noc via pager",
        "at breach of resolution notify management via inbox including rule-edits",
    )
    site.write(rules(*steps))
    engine, store = site.engine()
    opened = Event(at("10-05 09:00"), "opened", {"priority": "high", "status": "New"}, "test", "")
    store.add_events(
        "test", [(f"T-{number}", replace(opened, source_id=str(number))) for number in range(TICKETS)]
    )
    engine.start(at("10-05 15:00"))  # due at nine on the next day
    site.write(rules(*steps).replace("08:00-16:00", "02:00-16:00"))
    assert not engine.step(at("10-06 04:30")).decisions
    turn = engine.reload(at("10-06 04:30"))  # now they were due at three
    assert Counter((item.outcome.value, item.cause) for item in turn.decisions) == {
        ("suppressed", "rules"): TICKETS,
        ("fired", "rules"): TICKETS,
    }
    assert {item.cause for item in turn.transitions if item.what == "breach"} == {"rules"}
    assert store.outbox.queued([Status.WAITING], limit=1) == []
    assert len(store.outbox.notices(["management"], unread=True, limit=2 * TICKETS)) == TICKETS


def test_a_ladder_that_is_new_pages_nobody_for_what_lies_behind(site):
    engine, store = running(site, STEPS[0])
    engine.step(at("10-05 11:00"))
    site.write(rules(STEPS[0], "at 10% of resolution notify noc via pager"))
    turn = engine.reload(at("10-05 11:30"))
    assert [(item.outcome.value, item.cause) for item in turn.decisions] == [("suppressed", "rules")]
    assert store.outbox.queued([Status.WAITING]) == []


def test_repetitions_of_a_line_that_was_edited_go_on_with_the_time(site):
    page = "at breach of response notify noc via pager repeat every 30m until acknowledged"
    engine, store = running(site, page)
    assert said(engine.step(at("10-05 10:31"))) == [f"fired: {page}", f"fired #1: {page}"]
    edited = page.replace("noc via", "management via")
    site.write(rules(edited))
    assert said(engine.reload(at("10-05 10:45"))) == [f"suppressed: {edited}", f"suppressed #1: {edited}"]
    assert said(engine.step(at("10-05 11:01"))) == [f"fired #2: {edited}"]


def test_repetitions_of_what_an_edit_made_due_page_nobody_either(site):
    page = "at breach of resolution notify noc via pager repeat every 30m until acknowledged"
    loud = "at breach of resolution notify management via pager repeat every 30m until acknowledged including rule-edits"
    text = rules(page, loud)
    site.write(text)
    engine, store = site.engine()
    happen(store, "T-1", "10-05 09:00", "opened", priority="high", status="New")
    engine.start(at("10-05 15:00"))  # due at nine on the next day
    site.write(text.replace("08:00-16:00", "02:00-16:00"))
    assert not engine.step(at("10-06 03:10")).decisions
    turn = engine.reload(at("10-06 03:10"))  # now it was due at three
    assert said(turn) == [f"suppressed: {page}", f"fired: {loud}"]
    assert said(engine.step(at("10-06 03:31"))) == [f"suppressed #1: {page}", f"fired #1: {loud}"]
    assert "edits page nobody" in store.decisions(1)[-2].reason


def test_a_line_that_is_new_and_repeats_pages_nobody_for_what_lies_behind(site):
    engine, _ = running(site, STEPS[1])
    engine.step(at("10-05 10:05"))
    page = "at breach of response notify noc via pager repeat every 30m until acknowledged"
    site.write(rules(STEPS[1], page))
    assert said(engine.reload(at("10-05 10:10"))) == [f"suppressed: {page}"]
    assert said(engine.step(at("10-05 10:31"))) == [f"suppressed #1: {page}"]


def test_our_own_change_is_recognised_when_it_comes_back(site):
    engine, store = running(site)
    engine.step(at("10-05 10:01"))
    [batch] = store.outbox.claim("desk", at("10-05 10:02"), owner="test", lease=60, apart=0, most=9)
    store.outbox.sent(batch.key, at("10-05 10:02"), "taken")
    [change] = store.outbox.queued([Status.SENT])
    assert (change.message.kind, dict(change.message.data), change.echoed_at) == (
        Kind.CHANGE,
        {"assignee": "Night Desk"},
        None,
    )
    happen(store, "T-1", "10-05 10:03", "changed", assignee="someone else")
    engine.step(at("10-05 10:04"))
    assert store.outbox.queued([Status.SENT])[0].echoed_at is None
    happen(store, "T-1", "10-05 10:05", "changed", assignee="Night Desk")
    engine.step(at("10-05 10:06"))
    assert store.outbox.queued([Status.SENT])[0].echoed_at == at("10-05 10:05")


LADDER = """\
escalation main "Main" {
  at 33% of resolution notify noc via inbox
  at breach of resolution notify management via inbox when vip
  at 45m past resolution notify noc via pager only in office hours
  at 20m before response for critical, high notify noc via pager
  at breach of update notify noc via pager
  at 60% of resolution notify duty-manager, lead of noc via email, inbox
  at 70% of resolution tag "pressing"
  stop when site == "lab"
}
"""


def test_a_prefix_of_a_history_and_then_the_rest_give_the_same_alerts_as_the_whole(tmp_path):
    text = DESK.replace("  pause by client", "  escalate via main\n  pause by client") + PEOPLE + LADDER
    graph_ = graph(text)
    rng = Random(11)
    tickets = [random_ticket(rng, number, days=4) for number in range(1, 61)]
    end = max(event.at for one in tickets for event in one.events) + 86_400 * 20
    whole = _alerts(tmp_path / "whole.db", graph_, tickets, [end])
    assert len(whole[0]) > 200
    assert len(whole[1]) > 50
    for _ in range(3):
        cuts = sorted(rng.randrange(tickets[0].events[0].at, end) for _ in range(4))
        parts = _alerts(tmp_path / f"{cuts[0]}-{rng.random()}.db", graph_, tickets, [*cuts, end])
        assert parts[:2] == whole[:2]
        # Whether a step still fires depends on when it is found; what is said if it does, and that it is said once, does not.
        both = whole[2].keys() & parts[2].keys()
        assert len(both) > 50
        assert [parts[2][key] for key in both] == [whole[2][key] for key in both]


def _alerts(path, graph_, tickets, instants):
    store = SqliteStore.open(path, create=True)
    low = -1
    for instant in instants:
        rows = [(one.key, event) for one in tickets for event in one.events if low < event.at <= instant]
        store.add_events("test", rows)
        cycle(store, graph_, Instant(instant))
        low = instant
    alerts = {(t.ticket, t.metric, t.cycle, t.what, t.at) for _, t in store.recent(0, 100_000)}
    decided = {(d.ticket, *d.key, d.at) for d in store.recent_decisions(100_000)}
    said: dict = {}
    for item in store.outbox.queued(tuple(Status)):
        message = item.message
        key = (item.ticket, *item.decision.key)
        said.setdefault(key, []).append((message.channel, message.recipient, *sorted(message.data.items())))
    store.close()
    return alerts, decided, {key: sorted(found) for key, found in said.items()}
