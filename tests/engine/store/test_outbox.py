"""What an outbox promises to senders: whatever is claimed belongs to one of them, stays together, and is lost by none."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.delivery.outbox import Kind, Message, Status
from engine.facts import Event
from engine.ladder.decision import Decision, Outcome
from engine.store import outbox as room
from engine.store.decisions import queue
from engine.store.protocol import Acted
from engine.store.sqlite import SqliteStore
from tests.threads import at_once

LEASE, APART = 180, 60


def notice(to="lead@msp.example", channel="email", name="lead"):
    return Message(Kind.NOTICE, channel, to, name, {})


def change(**fields):
    return Message(Kind.CHANGE, "desk", "", "", fields)


def put(store, *messages, now=1000):
    with store.cycle():
        queue(store.connection, None, None, now, messages)


def claim(store, channel="email", now=1000, *, owner="me", most=100, apart=APART):
    return store.outbox.claim(channel, now, owner=owner, lease=LEASE, apart=apart, most=most)


def ids(batch):
    return [item.id for item in batch.messages]


def statuses(store):
    return {item.id: item.status for item in store.outbox.queued(list(Status))}


@pytest.fixture
def outbox(store):
    return store.outbox


def decided(store, key="T-1", channel="email", ticket=1):
    """A ticket with a decision and its message."""
    store.add_events("desk", [(key, Event(100, "opened", {"priority": "high"}, "desk", key))])
    decision = Decision(
        300,
        301,
        store.find(key),
        key,
        "acme",
        "response",
        1,
        "noc",
        "at breach",
        0,
        Outcome.FIRED,
        "",
        "time",
    )
    with store.cycle():
        store.decide([Acted(decision, (notice(channel=channel),))])


def test_messages_to_one_recipient_leave_together_the_oldest_first(store):
    put(store, notice("b@x"), notice("a@x"), notice("b@x"))
    first, second = claim(store)
    assert (first.recipient, ids(first), second.recipient, ids(second)) == ("b@x", [1, 3], "a@x", [2])
    assert first.attempt == 1
    assert {item.status for item in first.messages} == {Status.SENDING}
    assert claim(store) == []


def test_no_more_than_asked_for(store):
    put(store, notice("a@x"), notice("b@x"), notice("c@x"))
    assert [batch.recipient for batch in claim(store, most=2)] == ["a@x", "b@x"]
    assert [batch.recipient for batch in claim(store, most=2)] == ["c@x"]


def test_what_others_hold_counts_against_the_limit_until_it_is_over(store, outbox):
    def take(now, owner):
        return outbox.claim("email", now, owner=owner, lease=LEASE, apart=0, most=9, limit=2, per=300)

    put(store, *(notice(to) for to in ("a@x", "b@x", "c@x", "d@x")))
    first, second = take(1000, "me")
    assert take(1001, "you") == []
    outbox.retry(second.key, 1500, "451 later")
    [third] = take(1001, "you")
    assert third.recipient == "c@x"
    outbox.sent(first.key, 1002, "ok")
    assert take(1003, "you") == []
    # A sender that died uses up nothing once its lease is over.
    assert [batch.key for batch in take(1001 + LEASE, "me")] == [third.key]


def test_one_statement_writes_messages():
    rooms = Path(room.__file__).parent.glob("*.py")
    assert sum(room.read_text().count("INSERT INTO outbox") for room in rooms) == 1


def test_a_change_goes_alone_and_waits_for_nothing(store, outbox):
    put(store, change(assignee="a"), change(assignee="b"), notice("", "desk"))
    batches = claim(store, "desk")
    assert [ids(batch) for batch in batches] == [[1], [2], [3]]
    for batch in batches:
        outbox.sent(batch.key, 1000, "ok")
    put(store, change(assignee="c"), notice("", "desk"))
    assert [ids(batch) for batch in claim(store, "desk", 1001)] == [[4]]


def test_a_channel_takes_only_its_own(store):
    put(store, notice(), notice("", "pager"))
    assert [batch.channel for batch in claim(store, "pager")] == ["pager"]
    assert claim(store, "nowhere") == []


def test_the_key_names_the_store_and_stays_through_retries(store, outbox):
    put(store, notice(), notice())
    [batch] = claim(store)
    name, _, first = batch.key.partition(".")
    assert (len(name), first) == (16, "1")
    outbox.retry(batch.key, 1050, "451 later")
    put(store, notice())
    assert claim(store, now=1049) == []
    [again] = claim(store, now=1050)
    assert (again.key, ids(again), again.attempt) == (batch.key, [1, 2], 2)
    assert again.messages[0].error == "451 later"
    outbox.sent(again.key, 1050, "250 taken")
    [later] = claim(store, now=1050 + APART)
    assert (later.key, ids(later)) == (f"{name}.3", [3])


def test_recipients_are_left_in_peace_for_a_while(store, outbox):
    put(store, notice("a@x"), notice("b@x"))
    for batch in claim(store):
        if batch.recipient == "a@x":
            outbox.sent(batch.key, 1000, "ok")
    put(store, notice("a@x"), notice("c@x"))
    assert [batch.recipient for batch in claim(store, now=1000 + APART - 1)] == ["c@x"]
    assert [batch.recipient for batch in claim(store, now=1000 + APART)] == ["a@x"]


def test_a_batch_that_just_failed_keeps_new_messages_waiting_and_an_old_failure_does_not(store, outbox):
    put(store, notice())
    for attempt in range(1, 4):
        [batch] = claim(store)
        assert batch.attempt == attempt
        outbox.retry(batch.key, 1000 if attempt < 3 else 2000, "451 later")
        if attempt == 1:
            put(store, notice())
            assert [
                ids(item) for item in store.outbox.peek("email", 999, lease=LEASE, apart=APART, most=9)
            ] == []
    assert [ids(item) for item in claim(store)] == [[2]]


def test_a_lease_that_ran_out_passes_a_batch_on_under_the_same_key(store, outbox):
    put(store, notice(), notice())
    [batch] = claim(store)
    assert claim(store, now=1000 + LEASE - 1, owner="you") == []
    [taken] = claim(store, now=1000 + LEASE, owner="you")
    assert (taken.key, ids(taken), taken.attempt) == (batch.key, ids(batch), 2)
    assert outbox.renew([batch.key], "me", 1000 + LEASE) == set()
    assert outbox.renew([batch.key, "no.such"], "you", 1000 + LEASE) == {batch.key}


def test_renewing_moves_the_end_of_a_lease(store, outbox):
    put(store, notice())
    [batch] = claim(store)
    assert outbox.renew([batch.key], "me", 1100) == {batch.key}
    assert claim(store, now=1000 + LEASE, owner="you") == []
    assert claim(store, now=1100 + LEASE, owner="you") != []


def test_a_clock_that_was_set_back_holds_nothing_for_long(store, outbox):
    put(store, notice("a@x"), notice("b@x"), now=5000)
    [batch] = claim(store, now=5000, most=1)
    assert [item.recipient for item in claim(store, now=1400)] == ["a@x", "b@x"]
    outbox.sent(batch.key, 1400, "ok")
    put(store, notice("a@x"), now=5001)
    assert [item.recipient for item in claim(store, now=1400 + APART)] == ["a@x"]


def test_looking_takes_nothing(store, outbox):
    put(store, notice(), notice("b@x"))
    before = store.connection.execute("SELECT * FROM outbox").fetchall()
    seen = outbox.peek("email", 1000, lease=LEASE, apart=APART, most=10)
    assert store.connection.execute("SELECT * FROM outbox").fetchall() == before
    assert [ids(batch) for batch in claim(store)] == [ids(batch) for batch in seen] == [[1], [2]]


def test_what_is_no_longer_wanted_leaves_its_batch(store, outbox):
    put(store, notice(), notice(), notice())
    [batch] = claim(store)
    outbox.suppress({2: "answered"}, 1001)
    outbox.retry(batch.key, 1002, "timeout")
    [again] = claim(store, now=1002)
    assert (again.key, ids(again)) == (batch.key, [1, 3])
    outbox.sent(batch.key, 1003, "250")
    assert statuses(store) == {1: Status.SENT, 2: Status.SUPPRESSED, 3: Status.SENT}
    [gone] = outbox.queued([Status.SUPPRESSED])
    assert (gone.error, gone.sent_at) == ("answered", None)
    assert [item.answer for item in outbox.queued([Status.SENT])] == ["250", "250"]


def test_a_dead_letter_is_an_alert_of_its_ticket_and_is_told(store, outbox):
    decided(store)
    [batch] = claim(store)
    failure = Message(
        Kind.FAILURE, "inbox", "management", "management", {"channel": "email", "error": "550 no"}
    )
    outbox.give_up(batch.key, 2000, "550 no", [failure])
    assert statuses(store) == {1: Status.DEAD, 2: Status.SENT}
    [(_, alert)] = store.recent(0, 10)
    assert (alert.ticket, alert.metric, alert.cycle, alert.what, alert.cause, alert.at, alert.customer) == (
        "T-1",
        "response",
        1,
        "not delivered: email",
        "delivery",
        2000,
        "acme",
    )
    [told] = outbox.notices(["management"], unread=True, limit=10)
    assert (told.message, told.ticket, told.sent_at) == (failure, "T-1", 2000)
    outbox.give_up(batch.key, 2001, "550 no", [failure])
    assert len(outbox.notices([], unread=False, limit=10)) == 1


def test_dead_letters_go_again_under_a_new_key_each_time(store, outbox):
    put(store, notice(), notice())
    keys = []
    for now in (1000, 1000, 1000):
        [batch] = claim(store, now=now)
        assert batch.attempt == 1
        keys.append(batch.key)
        outbox.give_up(batch.key, now, "550 no", [])
        assert outbox.again([1, 2, 99], now, {}) == 2
    assert len(set(keys)) == 3
    [batch] = claim(store)
    outbox.retry(batch.key, 1001, "451")
    assert [item.key for item in claim(store, now=1001)] == [batch.key]
    assert outbox.again([1, 2], 1002, {}) == 0


def test_what_nobody_wants_is_discarded(store, outbox):
    put(store, notice("a@x"), notice("b@x"), notice("c@x"))
    batch, other = claim(store, most=2)
    outbox.give_up(batch.key, 1000, "550", [])
    assert outbox.discard([1, 2, 3], 1001, "duty-manager") == 2
    assert statuses(store) == {1: Status.DISCARDED, 2: Status.SENDING, 3: Status.DISCARDED}
    assert outbox.queued([Status.DISCARDED])[0].answer == "discarded by duty-manager"
    assert claim(store, now=1001) == []


def test_the_inbox_has_what_is_written_into_it(store, outbox):
    put(store, notice("lead", "inbox"), notice("noc", "inbox", "noc"), notice("boss", "inbox", "boss"))
    assert statuses(store) == dict.fromkeys((1, 2, 3), Status.SENT)
    assert outbox.channels_waiting(5000) == []
    assert [item.id for item in outbox.notices(["lead", "noc"], unread=True, limit=10)] == [2, 1]
    outbox.read([1], 1500)
    outbox.read([1], 1600)
    assert [item.id for item in outbox.notices(["lead", "noc"], unread=True, limit=10)] == [2]
    assert outbox.notices(["lead"], unread=False, limit=10)[0].read_at == 1500
    assert len(outbox.notices([], unread=True, limit=1)) == 1


def test_a_notice_is_acknowledged_with_its_ticket(store, outbox):
    decided(store, channel="inbox")
    assert outbox.notices([], unread=False, limit=1)[0].acknowledged_at is None
    store.connection.execute("UPDATE tickets SET acknowledged_at = 300")
    assert (
        outbox.notices([], unread=False, limit=1)[0].acknowledged_at is None
    )  # an earlier one, of something else
    store.connection.execute("UPDATE tickets SET acknowledged_at = 400")
    assert outbox.notices([], unread=False, limit=1)[0].acknowledged_at == 400


def test_questions(store, outbox):
    put(store, notice("a@x"), notice("b@x"), notice("", "pager"))
    batch, _ = claim(store)
    outbox.sent(batch.key, 1000, "ok")
    assert outbox.channels_waiting(1000) == ["email", "pager"]
    assert outbox.counts() == {
        ("email", Status.SENT): 1,
        ("email", Status.SENDING): 1,
        ("pager", Status.WAITING): 1,
    }
    assert [item.id for item in outbox.queued([Status.SENT, Status.WAITING], limit=1)] == [3]


def test_echoes_are_awaited_until_they_come(store, outbox):
    store.add_events("desk", [("T-1", Event(100, "opened", {}, "desk", "1"))])
    with store.cycle():
        queue(store.connection, 1, None, 1000, [change(assignee="a"), change(assignee="b")])
    assert outbox.echoes_awaited([1]) == []
    first, second = claim(store, "desk")
    outbox.sent(first.key, 1000, "ok")
    assert [item.id for item in outbox.echoes_awaited([1])] == [1, 2]
    with store.cycle():
        outbox.echoed({1: 1005})
    assert [item.id for item in outbox.echoes_awaited([1])] == [2]


def test_a_link_works_once_and_not_if_its_deed_is_undone(store, outbox):
    assert outbox.use_link("a", 1)
    assert not outbox.use_link("a", 2)
    with pytest.raises(ZeroDivisionError), store.cycle():
        assert outbox.use_link("b", 1)
        raise ZeroDivisionError
    assert not outbox.link_used("b")
    assert outbox.use_link("b", 1) and outbox.link_used("b")


def test_many_senders_share_the_work_and_each_batch_has_one(tmp_path):
    path = tmp_path / "sla.db"
    store = SqliteStore.open(path, create=True)
    put(store, *(notice(f"{number}@x") for number in range(200)))
    taken, lock = [], threading.Lock()

    def work(number):
        owner, mine = f"sender {number}", SqliteStore.open(path)
        while batches := claim(mine, owner=owner, most=3):
            for batch in batches:
                assert mine.outbox.renew([batch.key], owner, 1000) == {batch.key}
                mine.outbox.sent(batch.key, 1000, owner)
            with lock:
                taken.extend(batch.key for batch in batches)
        mine.close()

    at_once(4, work)
    assert len(taken) == len(set(taken)) == 200
    assert store.outbox.counts() == {("email", Status.SENT): 200}
    store.close()


def test_what_lanes_ask_is_found_by_an_index(tmp_path):
    store = SqliteStore.open(tmp_path / "sla.db", create=True)
    put(store, notice(), notice("b@x"))
    asked = []
    store.connection.set_trace_callback(asked.append)
    outbox = store.outbox
    outbox.channels_waiting(1000)
    outbox.peek("email", 1000, lease=LEASE, apart=APART, most=9, limit=1, per=60)
    outbox.queued([Status.WAITING, Status.SENDING])
    outbox.queued([Status.DEAD], limit=5)
    outbox.queued(list(Status), ticket=1)
    outbox.notices(["lead"], unread=True, limit=5)
    outbox.echoes_awaited([1])
    for batch in claim(store):
        outbox.sent(batch.key, 1000, "")
    store.connection.set_trace_callback(None)
    queries = [text for text in asked if text.lstrip().startswith(("SELECT", "UPDATE"))]
    assert len(queries) > 12
    for query in queries:
        plan = [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        walked = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
        assert [step for step in walked if "USING" not in step and step != "SCAN CONSTANT ROW"] == [], (
            query,
            plan,
        )
    store.close()
