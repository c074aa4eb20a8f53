"""The difference of contracts is empty for texts of equal meaning, and never blind for an edit that means something."""

from __future__ import annotations

import re
from random import Random

import pytest

from dsl.condition import StatusClass
from dsl.load import load_texts
from engine.contract.change import About
from engine.contract.difference import difference
from engine.contract.table import DEFAULT
from engine.graph import Graph
from engine.lengths import written
from engine.predicate import Situation
from engine.wall import local_date, parse_instant
from tests.engine.differing import SITE, changes, said


def shuffled(text: str, random: Random) -> str:
    """The same declarations, and the same lines in each, in another order and another layout."""
    blocks = re.findall(r"^[a-z][^\n]*\{\n.*?^\}\n|^[a-z][^{\n]*\n", text, re.MULTILINE | re.DOTALL)
    assert "".join(blocks) == text
    random.shuffle(blocks)
    out = []
    for block in blocks:
        head, *inner = block.splitlines()
        if inner and not any("override" in line for line in inner):
            body = inner[:-1]
            random.shuffle(body)
            inner = [*body, "}"]
        out += [
            f"# {random.random()}",
            head,
            *(line.replace("  ", random.choice(["  ", "\t", "    "]), 1) for line in inner),
            "",
        ]
    return "\n".join(out)


@pytest.mark.parametrize("seed", range(12))
def test_order_and_layout_are_no_difference(seed):
    text = shuffled(SITE, Random(seed))
    assert text != SITE
    assert said(SITE, text) == []
    assert said(text, SITE) == []


EDITS = (
    (r"within (\d+)(h|m|bd)", lambda found: f"within {int(found[1]) + 1}{found[2]}"),
    (r"(open \S+ )(\d\d):00-(\d\d):00", lambda found: f"{found[1]}{found[2]}:00-{found[3]}:15"),
    (r"until (\d{4})", lambda found: f"until {int(found[1]) + 1}"),
    (r"from (\d{4})-(\d\d)-01", lambda found: f"from {found[1]}-{found[2]}-02"),
    (r" on always", lambda found: " on shop"),
    (r" on shop\b", lambda found: " on always"),
    (r"limit 10bd", lambda found: "limit 11bd"),
    (r"warn at 50%", lambda found: "warn at 55%"),
    (r'site == "lab"', lambda found: 'site == "laboratory"'),
    (r"\bnot vip", lambda found: "vip"),
    (r"reopen resumes", lambda found: "reopen restarts"),
    (r"at 1h past", lambda found: "at 61m past"),
    (r"yearly 12-31", lambda found: "yearly 12-30"),
    (r"zone Europe/London", lambda found: "zone Europe/Berlin"),
    (r"tier gold from", lambda found: "tier silver from"),
    (r"status is resolved", lambda found: "status is closed"),
    (r"stops resolution, workaround", lambda found: "stops workaround"),
    (r"escalate via desk", lambda found: "escalate via desk for high, low"),
    (r"notify noc via", lambda found: "notify ann via"),
)


@pytest.mark.parametrize("number", range(len(EDITS)), ids=[pattern for pattern, _ in EDITS])
def test_any_single_edit_that_means_something_is_reported(number):
    """Each place where the edit is possible, in a text that is written otherwise too."""
    pattern, edit = EDITS[number]
    random = Random(number)
    places = list(re.finditer(pattern, SITE))
    assert places
    for found in places:
        text = SITE[: found.start()] + edit(found) + SITE[found.end() :]
        assert text != SITE
        assert changes(SITE, shuffled(text, random)), found


@pytest.mark.parametrize("seed", range(6))
def test_a_ticket_that_is_promised_something_else_is_in_a_difference(seed):
    """Random tickets under both texts, by production alone; and what is said of them is what they are promised."""
    random = Random(seed)
    text = SITE
    for pattern, edit in random.sample(EDITS, 4):
        found = random.choice(list(re.finditer(pattern, text)) or [None])
        if found:
            text = text[: found.start()] + edit(found) + text[found.end() :]
    old, new = (Graph.compile(load_texts("sla.rules", {"sla.rules": one})) for one in (SITE, text))
    targets = [one for one in difference(old, new) if one.change.about == About.TARGET]
    for _ in range(1500):
        customer = random.choice(["acme", "globex", "initech", DEFAULT])
        priority, metric = (
            random.choice(["critical", "high", "low"]),
            random.choice(["response", "resolution"]),
        )
        at = parse_instant("2025-12-01T00:00Z") + random.randrange(3 * 365 * 86_400)
        fields = {
            "priority": priority,
            "site": random.choice(["lab", "laboratory", ""]),
            "vip": random.random() < 0.5,
        }
        words = []
        for graph in (old, new):
            declared = graph.ruleset.customers.get(customer)
            situation = Situation(fields, StatusClass.WORKING, customer, declared.group if declared else "")
            terms = graph.terms(customer, at)
            option = graph.plan(terms).select(metric, situation) if terms else None
            words.append((written(option.target.amount), option.target.calendar) if option else ("", ""))
        day = local_date(at, new.zone(customer)).isoformat()
        covering = [
            one.change
            for one in targets
            if one.change.subject == f"{priority} {metric}"
            for place in one.places
            if place.customer == customer
            and any(start <= day and (not end or day < end) for start, end in place.periods or [("", "")])
        ]
        if words[0] != words[1]:
            amounts = [(one.before.partition(" on ")[0], one.after.partition(" on ")[0]) for one in covering]
            assert (words[0][0], words[1][0]) in amounts, (customer, priority, metric, day, fields)
        elif covering:  # then it is about a case that this ticket is not
            assert all(one.when for one in covering), covering
