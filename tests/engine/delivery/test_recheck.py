"""Pure: whether a message is still wanted, when it is tried again, and what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.delivery import compose
from engine.delivery.backoff import Backoff
from engine.delivery.compose_html import html
from engine.delivery.outbox import Kind, Message, Queued, Status
from engine.delivery.page import Entry, Page
from engine.delivery.recheck import unwanted
from engine.evaluate import evaluate
from engine.ladder.decision import Decision, Outcome
from tests.engine.delivery.world import RULES
from tests.engine.desk import at, event, graph, ticket

LADDER = RULES.replace("via email, inbox", "via email repeat every 30m until acknowledged").replace(
    'escalation noc "NOC" {\n', 'escalation noc "NOC" {\n  stop when assignee == "vendor"\n'
)
OPENED = event("10-05 09:00", "opened", priority="high", status="New")
STEP = "at breach of response notify night-lead via email repeat every 30m until acknowledged"


def queued(number=0, kind=Kind.NOTICE, **data):
    due = at("10-05 10:00") + 1800 * number
    decision = Decision(
        due, due + 1, 1, "T-1", "", "response", 1, "noc", STEP, number, Outcome.FIRED, "", "time"
    )
    return Queued(
        5,
        Message(kind, "email", "x@y", "x", data),
        1,
        "T-1",
        "T-1",
        decision,
        due,
        Status.SENDING,
        "k.5",
        1,
        due,
    )


def verdict(message, *events, rules=LADDER, now="10-05 11:00"):
    found = graph(rules)
    return unwanted(message, evaluate(ticket(OPENED, *events), found, at(now)), found, at(now))


@pytest.mark.parametrize(
    ("message", "events", "said"),
    [
        (queued(), (), ""),
        (queued(), (event("10-05 10:30", "reply"),), "stopped meanwhile"),
        (queued(), (event("10-05 10:30", "changed", assignee="vendor"),), "stop when"),
        (queued(), (event("10-05 10:30", "acknowledged"),), ""),
        (queued(1), (event("10-05 10:35", "acknowledged"),), "acknowledged"),
        (queued(1), (event("10-05 09:35", "acknowledged"),), ""),
        (queued(kind=Kind.FAILURE), (event("10-05 10:30", "reply"),), ""),
        (queued(kind=Kind.CHANGE, assignee="A"), (event("10-05 10:30", "changed", assignee="a"),), ""),
        (queued(kind=Kind.CHANGE, assignee="a"), (event("10-05 10:30", "changed", assignee="b"),), "assignee was changed again"),
        (queued(kind=Kind.CHANGE, tags="x y"), (event("10-05 10:30", "changed", tags="x y z"),), ""),
        (queued(kind=Kind.CHANGE, tags="x y"), (event("10-05 10:30", "changed", tags="x"),), "tags were changed again"),
    ],
)  # fmt: skip
def test_is_it_still_wanted(message, events, said):
    found = verdict(message, *events)
    assert (said in found) if said else found == ""


def test_a_looser_target_takes_it_back():
    assert "later now" in verdict(queued(), rules=LADDER.replace("within 1h", "within 4h"))
    assert "nothing is promised" in verdict(
        queued(), rules=LADDER.replace("target high, low response", "target low response")
    )


def test_waits_grow_to_a_limit_and_heed_what_was_asked():
    it = Backoff()
    assert [it.delay(n, lambda: 1.0) for n in (1, 2, 3, 8, 9, 500)] == [5, 10, 20, 640, 900, 900]
    assert it.delay(9, lambda: 0.0) == 1
    assert [it.delay(1, lambda: 0.5, asked=asked) for asked in (0, 120, 10**9)] == [3, 120, 3600]
    assert [it.over(n) for n in (9, 10, 11)] == [False, True, True]


ENTRY = Entry(1, Kind.NOTICE, "T-1", metric="response", due=7200, zone="Europe/Berlin", what="breach of response", at=3600, found=3600, customer="acme")  # fmt: skip


def page(count, now=3600, **more):
    entries = tuple(replace(ENTRY, id=n, ticket=f"T-{n}", **more) for n in range(1, count + 1))
    return Page("k.1", "email", "x@y", "x", now, entries)


def test_the_first_line_says_what_to_do():
    due = "response is due at 1970-01-01 02:00 UTC (03:00 CET), in 1h."
    assert compose.headline(page(1)) == f"Look at T-1 now: {due}"
    assert compose.headline(page(2)) == f"Look at 2 tickets, T-1 first: {due}"
    assert compose.headline(page(1, repetition=2)) == f"Acknowledge T-1, this is reminder 2: {due}"
    assert compose.text(page(1, found=3600 + 7200)).count("found 2h late") == 1


def test_many_become_a_digest():
    twenty, more = compose.text(page(20)), compose.text(page(300))
    assert twenty.count("Fired:") == 20
    assert "   300  breach of response" in more and "   300  acme" in more and "The 20 most urgent:" in more
    assert more.count("T-") == 20 + 1
    assert "<pre" in html(page(300))
    document = compose.document(page(300))
    assert (document["count"], len(document["messages"]), len(document["more"])) == (300, 200, 100)
