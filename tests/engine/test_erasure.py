"""What stays of events when the text goes, and that clocks come out of it as before."""

from __future__ import annotations

from random import Random

import pytest

from engine.erasure import Kept, same_clocks
from engine.facts import Event, Ticket
from engine.forget import cut_off
from tests.engine.desk import RULES, graph
from tests.engine.site import at

KEPT = Kept.by(graph())


@pytest.mark.parametrize(
    ("kind", "data", "stays"),
    [
        ("opened", {"subject": "Frau Meier", "requester": "meier@acme.example"}, {}),
        ("opened", {"status": "In Progress", "priority": "HIGH"}, {"status": "In Progress", "priority": "HIGH"}),
        ("changed", {"status": "bei Frau Meier", "priority": "sofort"}, {"status": "", "priority": ""}),
        ("changed", {"site": "depot"}, {"site": "depot"}),
        ("changed", {"site": "Frau Meier"}, {"site": ""}),
        ("changed", {"vip": "yes", "impact": "3"}, {"vip": True, "impact": 3}),
        ("changed", {"vip": "Frau Meier", "impact": "Frau Meier"}, {"vip": False, "impact": ""}),
        ("changed", {"phone": 49301234, "called": True}, {}),
        ("message", {"text": "Meier", "by": "Meier", "status": "Waiting"}, {"status": "Waiting"}),
        ("acknowledged", {"by": "night shift"}, {}),
        ("snoozed", {"by": "night shift", "until": 1_772_442_000}, {"until": 1_772_442_000}),
        ("flagged", {"by": "x", "flag": False, "text": "Meier"}, {"flag": False}),
        ("workaround-provided", {"note": "Meier"}, {}),
        ("changed", {"customer": "Frau Meier"}, {"customer": "Frau Meier"}),
    ],
)  # fmt: skip
def test_what_stays(kind, data, stays):
    assert KEPT.of(kind, data) == stays
    assert KEPT.of(kind, KEPT.of(kind, data)) == stays, "once more takes nothing more"


def test_a_declared_customer_stays_by_its_name():
    assert KEPT.of("opened", {"customer": "Acme Germany, Frau Meier"}) == {"customer": "acme"}


WORDS = {
    "status": ["New", "In Progress", "Waiting", "Resolved", "Closed", "Cancelled", "bei Meier", ""],
    "priority": ["critical", "high", "Normal", "low", "sofort!", ""],
    "site": ["depot", "Away", "Meier", "", "beim Kunden"],
    "vip": [True, False, "yes", "no", "Meier"],
    "impact": [1, 7, "3", "viel"],
    "subject": ["Meier", ""],
    "customer": ["ACME", "Acme Germany, Meier", "Globex", "initech", "nobody"],
    "tags": ["a b", "Meier"],
}
KINDS = ["changed", "reply", "message", "note", "resolved", "reopened", "closed", "snoozed", "acknowledged", "visit-agreed", "visited", "workaround-provided"]  # fmt: skip


def test_clocks_of_what_is_left_are_the_same():
    random = Random(7)
    start = at("2026-10-05 07:00")
    for number in range(300):
        moment, events = start, []
        for place in range(random.randint(1, 9)):
            moment += random.randint(0, 40_000)
            chosen = random.sample(sorted(WORDS), random.randint(0, 5))
            data = {name: random.choice(WORDS[name]) for name in chosen}
            kind = "opened" if place == 0 else random.choice(KINDS)
            if kind == "snoozed":
                data["until"] = moment + 3600
            events.append(Event(moment, kind, data, "test", str(place), place))
        ticket = Ticket(number, f"T-{number}", tuple(events))
        assert same_clocks(ticket, KEPT, moment + 90_000), ticket


def test_a_pattern_that_looks_into_free_text_is_noticed():
    rules = RULES.replace('when site == "depot"', 'when site matches "Meier"')
    kept = Kept.by(graph(rules))
    start = at("2026-10-05 07:00")
    opened = Event(
        start,
        "opened",
        {"status": "New", "customer": "ACME", "priority": "critical", "site": "bei Meier"},
        "test",
        "1",
    )
    assert not same_clocks(Ticket(1, "T-1", (opened,)), kept, start + 3600)


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-11-24 15:00", 1, "2026-10-24 00:00"),
        ("2026-03-31 23:59", 1, "2026-02-28 00:00"),
        ("2028-03-31 00:00", 1, "2028-02-29 00:00"),
        ("2026-01-15 08:00", 25, "2023-12-15 00:00"),
    ],
)
def test_calendar_months(now, months, then):
    assert cut_off(at(now), months) == at(then)
