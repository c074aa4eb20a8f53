"""From the outbox to servers on loopback: together, limited, checked again, tried again, given up loudly."""

from __future__ import annotations

import os

import pytest

from engine.cycle import cycle
from engine.delivery.deliver import Delivered, send_test
from engine.delivery.outbox import Kind, Status
from engine.errors import EngineError
from engine.facts import Event
from tests.engine.channels.servers import Drip, Hook
from tests.engine.delivery.world import HOUR, RULES
from tui.messages import about

STORM = int(os.environ.get("SLA_TEST_STORM", "2000"))


def test_what_a_ladder_wants_said_is_said_once(world, sink):
    it = world()
    it.open(3)
    it.turn(HOUR + 10)
    [seen] = it.deliverer.preview(HOUR + 10)
    assert len(seen.messages) == 3 and seen.subject.startswith("[SLA] 3 tickets")
    assert it.fates() == {Status.WAITING: 3}
    assert it.deliverer.drain(HOUR + 10).sent == 3
    assert it.deliverer.drain(HOUR + 500).sent == 0
    [(to, mail)] = sink.taken
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("Look at 3 tickets, T-1 first: response was due at 1970-01-01 01:00 UTC")
    assert "at breach of response notify night-lead via email, inbox" in text and "sla.rules:" in text
    sent = [item for item in it.store.outbox.queued([Status.SENT]) if item.message.channel == "email"]
    assert {item.answer for item in sent} == {"250 queued as 1"}


def test_what_was_answered_meanwhile_is_not_sent(world, sink):
    it = world()
    it.open(2)
    it.turn(HOUR + 10)
    it.happen("T-1", "reply", HOUR + 20)
    assert it.deliverer.drain(HOUR + 30).suppressed == 1
    [gone] = it.store.outbox.queued([Status.SUPPRESSED])
    assert (gone.ticket, gone.error) == ("T-1", "response is missed: its clock stopped meanwhile")
    assert len(sink.taken) == 1
    assert "T-1" not in sink.taken[0][1].as_string()


def test_a_storm_is_a_handful_of_mails_and_every_ticket_is_accounted_for(world, sink):
    it = world()
    it.open(STORM)
    for second in range(4):
        cycle(it.store, it.graph, HOUR + 10)
        it.deliverer.drain(HOUR + 10 + second)
    it.turn(HOUR + 20)
    for minute in range(1, 6):
        it.deliverer.drain(HOUR + 20 + minute * 60)
    assert it.fates() == {Status.SENT: STORM}
    assert 1 <= len(sink.taken) <= 4
    batches = {
        item.batch for item in it.store.outbox.queued([Status.SENT]) if item.message.channel == "email"
    }
    assert {f"<{key}@msp.example>" for key in batches} == {mail["Message-ID"] for _, mail in sink.taken}
    assert any("The 20 most urgent:" in mail.as_string() for _, mail in sink.taken)


def test_past_the_limit_nothing_leaves_until_it_frees(world, sink):
    it = world(limit=1, per=600, together=1)
    for number, at in enumerate((0, 60, 120)):
        it.store.add_events(
            "desk", [(f"T-{number}", Event(at, "opened", {"priority": "high"}, "desk", str(number)))]
        )
    for now in (HOUR + 10, HOUR + 70, HOUR + 130):
        it.turn(now)
        it.deliverer.drain(now)
    assert it.fates() == {Status.SENT: 1, Status.WAITING: 2}
    it.deliverer.drain(HOUR + 10 + 600)
    assert it.fates() == {Status.SENT: 3}
    assert len(sink.taken) == 2


def test_an_outage_is_waited_for_under_the_same_key(world, sink):
    it = world()
    it.open(1)
    it.turn(HOUR + 10)
    sink.drop = 2
    now = HOUR + 10
    assert it.deliverer.drain(now).put_off == 1
    [waiting] = it.store.outbox.queued([Status.WAITING])
    assert waiting.next_at == now + 5 and "ended the connection" in waiting.error
    assert it.deliverer.drain(now + 4).put_off == 0
    assert it.deliverer.drain(now + 5).put_off == 1
    assert it.deliverer.drain(now + 15).sent == 1
    assert sink.taken[0][1]["X-Sla-Key"] == waiting.batch


def test_a_refusal_for_good_is_a_dead_letter_and_the_inbox_says_so(world, sink):
    it = world()
    it.open(1)
    it.turn(HOUR + 10)
    sink.rcpt.append("550 no such user")
    assert it.deliverer.drain(HOUR + 10).dead == 1
    [dead] = it.store.outbox.queued([Status.DEAD])
    assert "550 no such user" in dead.error
    assert [
        item.message.kind.value for item in it.store.outbox.notices(["management"], unread=True, limit=9)
    ] == ["failure"]
    assert [item.what for _, item in it.store.recent(0, 99) if item.cause == "delivery"] == [
        "not delivered: email"
    ]
    assert it.store.outbox.again([dead.id], HOUR + 100, {"night-lead": "new@msp.example"}) == 1
    assert it.deliverer.drain(HOUR + 100).sent == 1
    [(to, mail)] = sink.taken
    assert to == ["new@msp.example"]
    assert mail["X-Sla-Key"] != dead.batch


def test_one_notice_says_whom_and_what_a_dead_batch_concerned(world, sink):
    it = world()
    it.open(7)
    it.turn(HOUR + 10)
    sink.rcpt.append("550 no such user")
    assert it.deliverer.drain(HOUR + 10).dead == 7
    told = [item for item in it.store.outbox.notices(["management"], unread=True, limit=99) if item.message.kind is Kind.FAILURE]  # fmt: skip
    assert [(item.ticket, dict(item.message.data)) for item in told] == [
        (
            "",
            {
                "channel": "email",
                "error": "lead@msp.example: 550 no such user",
                "to": "night-lead",
                "messages": 7,
                "tickets": "T-1, T-2, T-3, T-4, T-5 and 2 more",
            },
        )
    ]
    assert (
        about(told[0])
        == "not delivered by email, 7 messages to night-lead about T-1, T-2, T-3, T-4, T-5 and 2 more: lead@msp.example: 550 no such user"
    )


def test_what_is_not_set_up_waits_with_the_reason_and_dies_after_its_attempts(world):
    it = world(RULES.replace("via email, inbox", "via pager"), attempts=3)
    it.open(1)
    it.turn(HOUR + 10)
    now = HOUR + 10
    for put_off in (1, 1, 0):
        assert it.deliverer.drain(now).put_off == put_off
        now += 60
    [dead] = it.store.outbox.queued([Status.DEAD])
    assert "PAGER_URL is not set" in dead.error


def test_a_change_reaches_the_ticket_system(world):
    it = world(RULES.replace("notify night-lead via email, inbox", "reassign to night-lead"))
    hook = Hook()
    try:
        it.environment |= {"DESK_URL": hook.address, "DESK_SECRET": "s"}
        it.open(2)
        it.turn(HOUR + 10)
        assert it.deliverer.drain(HOUR + 11).sent == 2
        assert len({headers["Idempotency-Key"] for _, headers, _ in hook.asked}) == 2
        assert all(b'"changes":{"assignee":"night-lead"}' in body for *_, body in hook.asked)
    finally:
        hook.close()


def test_a_webhook_that_asks_for_peace_gets_it_and_one_message_asks_whether_it_is_over(world):
    it = world(RULES.replace("notify night-lead via email, inbox", "reassign to night-lead"))
    hook = Hook()
    hook.answers += [(429, {"Retry-After": "70"}, b"slow down")] * 3
    try:
        it.environment |= {"DESK_URL": hook.address, "DESK_SECRET": "s"}
        it.open(4)
        it.turn(HOUR + 10)
        now = HOUR + 11
        for asked in (1, 2, 3):
            assert it.deliverer.drain(now).put_off
            assert it.deliverer.drain(now + 69) == Delivered()
            assert len(hook.asked) == asked
            now += 70
        assert sorted(item.attempts for item in it.store.outbox.queued([Status.WAITING])) == [1, 1, 1, 3]
        assert it.deliverer.drain(now).sent == 4
        assert len({headers["Idempotency-Key"] for _, headers, _ in hook.asked}) == 4
    finally:
        hook.close()


def test_a_webhook_that_drips_is_put_off_as_an_outage(world):
    it = world(RULES.replace("via email, inbox", "via pager"), timeout=1)
    drip = Drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    try:
        it.environment["PAGER_URL"] = drip.address
        it.open(1)
        it.turn(HOUR + 10)
        assert it.deliverer.drain(HOUR + 11).put_off == 1
    finally:
        drip.close()
    [waiting] = it.store.outbox.queued([Status.WAITING])
    assert "not taken in 1 s" in waiting.error


def test_a_batch_whose_sender_died_is_sent_again_under_its_key(world, sink):
    it = world()
    it.open(1)
    it.turn(HOUR + 10)
    [held] = it.store.outbox.claim("email", HOUR + 10, owner="dead", lease=180, apart=60, most=9)
    assert it.deliverer.drain(HOUR + 10 + 179).sent == 0
    assert it.deliverer.drain(HOUR + 10 + 180).sent == 1
    assert sink.taken[0][1]["X-Sla-Key"] == held.key


def test_a_test_message_says_that_it_is_one(world, sink):
    it = world()
    shown = send_test("email", "night-lead", it.settings, it.graph.ruleset, dry_run=True)
    assert "[SLA test]" in shown and sink.taken == []
    assert send_test("email", "night-lead", it.settings, it.graph.ruleset, dry_run=False).startswith("250")
    assert sink.taken[0][1]["Subject"].startswith("[SLA test]")
    with pytest.raises(EngineError, match="PAGER_URL") as unset:
        send_test("pager", "", it.settings, it.graph.ruleset, dry_run=True, environment={})
    assert "sla config validate" in unset.value.help
    sink.rcpt.append("550 no such user")
    with pytest.raises(EngineError, match="550 no such user") as refused:
        send_test("email", "night-lead", it.settings, it.graph.ruleset, dry_run=False)
    assert refused.value.help == ""
