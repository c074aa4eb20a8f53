"""Escalations, flags and notices over a real store: what a ladder did is listed, and what people do about it is done."""

from __future__ import annotations

import time

import pytest

from dsl.errors import SlaError
from engine.delivery.outbox import Status
from engine.facts import Event, Instant
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES
from tui.actions import Act, Action, Errand
from tui.fate import reading
from tui.source import Sight, StoreSource

LADDER = """
person duty-manager "Duty manager" {
  email "duty-manager@msp.example"
  alias "Duty Desk"
}
person head-of-service "Head of service" {
  email "head-of-service@msp.example"
}
team management "Management" {
  lead head-of-service
}
team noc "Network operations" {
  lead duty-manager
}
escalation ladder "Ladder" {
  at 50% of response notify noc via inbox
  at breach of response notify duty-manager via inbox, email
  at breach of response escalate to management
  at 1h past response notify noc via inbox repeat every 30m until acknowledged
  at breach of resolution tag "late"
}
"""


@pytest.fixture
def site(tmp_path):
    rules = tmp_path / "sla.rules"
    rules.write_text(
        RULES.replace("  pause by client\n", "  pause by client\n  escalate via ladder\n") + LADDER
    )
    store = SqliteStore.open(tmp_path / "sla.db", create=True)
    now = int(time.time())
    for key, ago in (("T-1", 5400), ("T-2", 60)):
        data = {"customer": "Acme", "priority": "high", "status": "Open", "subject": "down"}
        store.add_events("test", [(key, Event(Instant(now - ago), "opened", data, "test", key))])
    store.close()
    return tmp_path


@pytest.fixture
def source(site):
    made = StoreSource(Sight(site / "sla.db", site / "sla.rules", write=True, person="Duty Desk"))
    made.snapshot(full=True)
    yield made
    made.close()


def ticket(source, key: str):
    return next(row for row in source.snapshot(full=True).rows if row.ticket == key)


def steps(decisions) -> list[tuple[str, str]]:
    return [(item.step.split(" notify")[0].split(" escalate")[0], item.outcome.value) for item in decisions]


def test_what_fired_and_what_is_next_are_listed(source):
    found = source.escalations()
    assert sorted(steps(found.decisions)) == [
        ("at 50% of response", "fired"),
        ("at breach of response", "fired"),
        ("at breach of response", "fired"),
    ]
    assert [item.at for item in found.decisions] == sorted(
        (item.at for item in found.decisions), reverse=True
    )
    assert {item.ticket for item in found.upcoming} == {"T-1", "T-2"}
    assert any(
        item.step.startswith("at 1h past response") and item.ticket == "T-1" for item in found.upcoming
    )
    assert [item.at for item in found.upcoming] == sorted(item.at for item in found.upcoming)
    assert [(item.message.channel, item.status) for item in found.waiting] == [("email", Status.WAITING)]
    assert found.counts["inbox", Status.SENT] == 2


def test_the_inbox_has_the_step_and_the_ticket_its_ladder(source):
    row = ticket(source, "T-1")
    assert row.step
    assert row.flagged
    detail = source.ticket(row.id)
    assert len(detail.decisions) == 3
    assert {item.message.channel for item in detail.messages} == {"inbox", "email"}
    assert detail.upcoming


def test_a_dead_letter_is_sent_again_or_dropped(source, site):
    store = SqliteStore.open(site / "sla.db")
    now = Instant(int(time.time()))
    [batch] = store.outbox.claim("email", now, owner="test", lease=60, apart=0, most=1)
    store.outbox.give_up(batch.key, now, "550 no such mailbox", ())
    store.close()
    [dead] = source.escalations().dead
    assert dead.error == "550 no such mailbox"
    assert source.post([dead.id, 999], Errand.RETRY) == 1
    assert [item.id for item in source.escalations().waiting] == [dead.id]
    assert source.post([dead.id], Errand.DISCARD) == 1
    gone = next(item for item in source.escalations().sent if item.id == dead.id)
    assert (gone.status, gone.answer) == (Status.DISCARDED, "discarded by Duty Desk")


def test_notices_are_those_of_the_person_by_any_name_and_of_their_teams(source, site):
    assert source.unread == 2
    assert {item.message.recipient for item in source.notices()} == {"duty-manager", "noc"}
    stranger = StoreSource(Sight(site / "sla.db", person="stranger"))
    stranger.snapshot(full=True)
    assert (stranger.unread, list(stranger.notices())) == (0, [])
    stranger.close()


def test_reading_and_acknowledging_a_notice(source):
    first, second = source.notices()
    source.post([first.id], Errand.READ)
    source.snapshot(full=True)
    assert source.unread == 1
    assert source.act([second.ticket_id], Action(Act.ACKNOWLEDGE)).done == (second.ticket_id,)
    source.snapshot(full=True)
    assert source.unread == 0
    assert {reading(item) for item in source.notices()} == {"acknowledged"}


def test_acknowledging_stops_what_repeats_until_then(source, site):
    store = SqliteStore.open(site / "sla.db")
    data = {"customer": "Acme", "priority": "high", "status": "Open"}
    store.add_events(
        "test", [("T-3", Event(Instant(int(time.time()) - 8100), "opened", data, "test", "T-3"))]
    )
    store.close()
    row = ticket(source, "T-3")

    def repeats() -> list[int]:
        return [
            item.number for item in source.escalations().upcoming if item.number and item.ticket_id == row.id
        ]

    assert repeats() == [1]
    source.act([row.id], Action(Act.ACKNOWLEDGE))
    assert repeats() == []


def test_a_flag_says_who_and_why_until_it_is_reviewed_also_of_a_closed_ticket(source):
    [flag] = source.flags()
    assert (flag.ticket, flag.by, flag.customer) == ("T-1", "escalation ladder", "Acme")
    assert flag.why == "at breach of response escalate to management"
    source.act([flag.ticket_id], Action(Act.RESOLVE))
    assert [item.ticket for item in source.flags()] == ["T-1"]
    source.act([flag.ticket_id], Action(Act.FLAG, "customer called", on=False))
    assert list(source.flags()) == []
    last = source.ticket(flag.ticket_id).events[-1]
    assert dict(last.data) == {"by": "Duty Desk", "flag": False, "note": "customer called"}
    other = ticket(source, "T-2")
    source.act([other.id], Action(Act.FLAG, "called twice"))
    [flag] = source.flags()
    assert (flag.ticket, flag.by, flag.why) == ("T-2", "Duty Desk", "called twice")


def test_a_watcher_changes_nothing_and_the_past_shows_what_had_fired(source, site):
    watcher = StoreSource(Sight(site / "sla.db"))
    [waiting] = watcher.escalations().waiting
    with pytest.raises(SlaError, match="nothing is changed here"):
        watcher.post([waiting.id], Errand.DISCARD)
    watcher.close()
    before = StoreSource(Sight(site / "sla.db", at=Instant(int(time.time()) - 3600)))
    before.snapshot(full=True)
    assert before.escalations().decisions == ()
    assert (list(before.flags()), list(before.notices())) == ([], [])
    before.close()
