"""The console's source over a real store: what it shows, what an action becomes, and what it refuses."""

from __future__ import annotations

import time

import pytest

from dsl.errors import SlaError
from engine.facts import Event, Instant
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES
from tui.actions import Act, Action
from tui.source import Sight, StoreSource

PATIENCE = 10.0


def opened(store, key: str, when: int, **data) -> None:
    first = {"customer": "Acme", "priority": "high", "status": "Open", "subject": "[/red] \x1b[31m"} | data
    store.add_events("test", [(key, Event(Instant(when), "opened", first, "test", key))])


@pytest.fixture
def site(tmp_path):
    rules = tmp_path / "sla.rules"
    rules.write_text(RULES)
    store = SqliteStore.open(tmp_path / "sla.db", create=True)
    now = int(time.time())
    opened(store, "T-1", now - 7100)  # no threshold lies near now
    opened(store, "T-2", now - 60)
    store.close()
    return tmp_path


@pytest.fixture
def source(site):
    made = StoreSource(Sight(site / "sla.db", site / "sla.rules", write=True, person="tester"))
    yield made
    made.close()


def by_key(snapshot):
    return {row.ticket: row for row in snapshot.rows}


def test_the_engine_inside_shows_the_most_urgent_first(source):
    snapshot = source.snapshot(full=True)
    assert [row.ticket for row in snapshot.rows] == ["T-1", "T-2"]
    assert snapshot.rules.generation == 1
    assert snapshot.health is None  # nobody looks at it
    snapshot = source.snapshot(full=True, figures=True)
    assert snapshot.health is not None
    assert snapshot.health.breached == 1
    assert source.engine == "engine running here"


def test_nothing_new_is_the_same_picture(source):
    first = source.snapshot(full=True)
    assert source.snapshot(full=True) is first


def test_an_action_is_an_event_and_is_shown_at_once(source, site):
    row = by_key(source.snapshot(full=True))["T-1"]
    outcome = source.act([row.id], Action(Act.REPLY, text="on it"))
    assert outcome.done == (row.id,)
    assert by_key(source.snapshot(full=True))["T-1"].metric == "resolution"
    detail = source.ticket(row.id)
    assert detail is not None
    assert detail.events[-1].kind == "reply"
    assert detail.events[-1].data["by"] == "tester"
    assert any("response" in what.metric and what.what == "missed" for what in detail.transitions)


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        (Action(Act.ASSIGN, text="desk-1"), "assignee", "desk-1"),
        (Action(Act.PRIORITY, text="low"), "priority", "low"),
        (Action(Act.FLAG), "flagged", True),
        (Action(Act.SNOOZE, until=4_000_000_000), "snoozed_until", 4_000_000_000),
    ],
)
def test_what_an_action_changes(source, action, name, value):
    row = by_key(source.snapshot(full=True))["T-2"]
    assert source.act([row.id], action).refused == ()
    assert getattr(by_key(source.snapshot(full=True))["T-2"], name) == value


def test_resolving_takes_it_out_and_reopening_brings_it_back(source):
    row = by_key(source.snapshot(full=True))["T-2"]
    source.act([row.id], Action(Act.RESOLVE))
    assert "T-2" not in by_key(source.snapshot(full=True))
    again = source.act([row.id], Action(Act.RESOLVE))
    assert again.done == ()
    assert "reopen" in again.refused[0][1]
    source.act([row.id], Action(Act.REOPEN, row.status))
    assert by_key(source.snapshot(full=True))["T-2"].status == row.status == "Open"


def test_a_store_that_is_gone_takes_no_actions_and_another_in_its_place_is_taken_up(source, site):
    row = by_key(source.snapshot(full=True))["T-2"]
    (site / "sla.db").rename(site / "away.db")
    for work in (lambda: source.snapshot(full=True), lambda: source.act([row.id], Action(Act.RESOLVE))):
        with pytest.raises(SlaError, match="not there any more"):
            work()
    assert not (site / "sla.db").exists()
    store = SqliteStore.open(site / "sla.db", create=True)
    opened(store, "T-9", int(time.time()) - 60)
    store.close()
    assert [row.ticket for row in source.snapshot(full=True).rows] == ["T-9"]


def test_an_unknown_priority_and_a_ticket_that_is_gone_are_refused_with_the_reason(source):
    row = by_key(source.snapshot(full=True))["T-1"]
    outcome = source.act([row.id, 999], Action(Act.PRIORITY, text="urgent"))
    assert dict(outcome.refused) == {
        row.id: "the rules have no such priority; they have high, low",
        999: "it is gone",
    }


def test_who_acts_on_what_a_colleague_changed_meanwhile_is_asked_again(source, site):
    seen = by_key(source.snapshot(full=True))["T-1"]
    colleague = StoreSource(Sight(site / "sla.db", site / "sla.rules", write=True, person="day-lead"))
    assert colleague.act([seen.id], Action(Act.ASSIGN, text="day-lead"), [seen]).done == (seen.id,)
    mine = Action(Act.ASSIGN, text="night-lead")
    outcome = source.act([seen.id], mine, [seen])
    assert (outcome.done, outcome.refused) == ((), ())
    assert dict(outcome.overtaken) == {seen.id: "assignee set to day-lead by day-lead"}
    assert by_key(source.snapshot(full=True))["T-1"].assignee == "day-lead"
    assert source.act([seen.id], mine).done == (seen.id,)  # if it is still wanted
    colleague.close()


def test_nobody_is_asked_about_what_they_did_themselves_or_what_takes_nothing_back(source, site):
    seen = by_key(source.snapshot(full=True))["T-1"]
    assert source.act([seen.id], Action(Act.ACKNOWLEDGE), [seen]).done == (seen.id,)
    assert source.act([seen.id], Action(Act.ASSIGN, text="me"), [seen]).done == (seen.id,)
    colleague = StoreSource(Sight(site / "sla.db", site / "sla.rules", write=True, person="day-lead"))
    assert colleague.act([seen.id], Action(Act.NOTE, text="called them"), [seen]).done == (seen.id,)
    assert colleague.act([seen.id], Action(Act.FLAG), [seen]).done == (seen.id,)
    [(_, words)] = colleague.act([seen.id], Action(Act.RESOLVE), [seen]).overtaken
    assert words == "assignee set to me by tester; acknowledged by tester"
    colleague.close()


def test_a_saved_rule_file_moves_the_picture(source, site):
    before = by_key(source.snapshot(full=True))["T-2"]
    (site / "sla.rules").write_text(RULES.replace("warn at 50%, 75%", "warn at 10%"))
    deadline = time.monotonic() + PATIENCE
    while source.snapshot(full=True).rules.generation == 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    after = by_key(source.snapshot(full=True))["T-2"]
    assert after.warn_at < before.warn_at


def test_a_watcher_may_look_and_not_act(site):
    StoreSource(Sight(site / "sla.db", site / "sla.rules")).snapshot(full=True)
    watcher = StoreSource(Sight(site / "sla.db"))
    row = watcher.snapshot(full=True).rows[0]
    outcome = watcher.act([row.id], Action(Act.ACKNOWLEDGE))
    assert outcome.done == ()
    assert "--write" in outcome.refused[0][1]
    watcher.close()


def test_the_past_shows_what_was_and_nothing_later(source, site):
    source.act([by_key(source.snapshot(full=True))["T-1"].id], Action(Act.RESOLVE))
    past = StoreSource(Sight(site / "sla.db", at=Instant(int(time.time()) - 3600)))
    snapshot = past.snapshot(full=True)
    assert [row.ticket for row in snapshot.rows] == ["T-1"]
    assert past.read_only
    past.close()


def test_a_store_that_is_not_there_is_said(site):
    with pytest.raises(SlaError, match=r"missing\.db"):
        StoreSource(Sight(site / "missing.db")).snapshot(full=True)
