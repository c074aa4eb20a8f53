"""The difference of contracts: by hand, empty for texts of equal meaning, and never blind for an edit that means something."""

from __future__ import annotations

import re
from random import Random

import pytest

from dsl.condition import StatusClass
from dsl.load import load_texts
from engine.contract.difference import Difference, difference
from engine.contract.difference_terms import About
from engine.contract.table import DEFAULT
from engine.graph import Graph
from engine.lengths import written
from engine.predicate import Situation
from engine.wall import local_date, parse_instant
from tui.commands.diff import lines

SITE = """\
language 1
priorities critical, high, low
statuses {
  working "Open"
  waiting "Waiting", "Vendor"
  resolved "Resolved"
}
field vip flag
field site text
person ann {
  email "ann@msp.example"
}
team noc {
  lead ann
}
holidays closures {
  day 2026-12-24 "Christmas Eve"
  yearly 12-31
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-thu 08:00-18:00
  open fri 08:00-12:00, 13:00-16:00
  holidays closures
}
calendar shop {
  zone Europe/London
  open mon-sun 10:00-20:00
}
metric workaround {
  start on opened
  stop on workaround-provided
}
pause wait {
  when status is waiting and not vip
  stops resolution, workaround
  limit 10bd
}
escalation desk {
  at warning of response notify noc via inbox
  at breach of resolution reassign to lead of noc when site == "lab" only in shop hours
  at 1h past resolution escalate to management
  stop when status is resolved
}
team management {
  lead ann
}
tier silver "Silver" {
  calendar office
  target critical response within 1h on always
  target high, low response within 4h
  target critical resolution within 8h on always
  target high resolution within 2bd
  target low resolution within 5bd
  target low resolution within 10bd when site == "lab"
  target critical workaround within 2h on always
  warn at 50%, 75%
  pause by wait
  reopen resumes
  escalate via desk
}
tier gold {
  like silver
  target critical resolution within 4h on always
}
default tier silver
group retail {
  zone Europe/Berlin
  tier silver
  override sale from 2026-06-01 until 2026-07-01 {
    target high resolution within 6h on shop
  }
}
customer acme "Acme GmbH" {
  alias "ACME"
  zone Europe/Berlin
  tier gold from 2026-01-01 until 2028-01-01
  override peak from 2026-11-15 until 2027-01-06 {
    reason "CHG-1"
    target critical resolution within 2h on always
  }
}
customer globex {
  group retail
}
customer initech {
  group retail
}
"""


def changes(before: str, after: str) -> list[Difference]:
    graphs = []
    for text in (before, after):
        loaded = load_texts("sla.rules", {"sla.rules": text})
        assert loaded.ruleset is not None, loaded.diagnostics
        graphs.append(Graph.compile(loaded))
    return difference(graphs[0], graphs[1])


def said(before: str, after: str) -> list[str]:
    return [line for one in changes(before, after) for line in lines(one)]


def edited(*pairs: tuple[str, str]) -> str:
    text = SITE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("critical resolution within 2h on always", "critical resolution within 90m on always"),
            ["acme critical resolution 2h -> 1h30m, 2026-11-15 until 2027-01-06"],
        ),
        (
            ("peak from 2026-11-15 until 2027-01-06", "peak from 2026-11-15 until 2027-02-01"),
            ["acme critical resolution 4h -> 2h, 2027-01-06 until 2027-02-01"],
        ),
        (
            ("from 2026-01-01 until 2028-01-01", "from 2026-01-01"),
            ["acme critical resolution 8h -> 4h, from 2028-01-01"],
        ),
        (
            ("high resolution within 6h on shop", "high resolution within 6h"),
            ["2 customers high resolution 6h on shop -> 6h on office, 2026-06-01 until 2026-07-01"],
        ),
        (
            ("target critical workaround within 2h on always\n", "\n"),
            ["3 customers and undeclared ones critical workaround 2h on always removed"],
        ),
        (
            ('within 10bd when site == "lab"', 'within 9bd when site == "lab"'),
            ['3 customers and undeclared ones low resolution 10bd -> 9bd when site == "lab"'],
        ),
        (
            ('within 10bd when site == "lab"', "within 10bd when vip"),
            [
                '3 customers and undeclared ones low resolution 5bd -> 10bd when vip',
                '3 customers and undeclared ones low resolution 10bd -> 5bd when site == "lab"',
            ],
        ),
        (
            ("open mon-thu 08:00", "open mon-thu 09:00"),
            [
                f"calendar office {day} 08:00-18:00 -> {day} 09:00-18:00 (3 customers and undeclared ones)"
                for day in ("mon", "tue", "wed", "thu")
            ],
        ),
        (
            ("yearly 12-31", "yearly 12-30"),
            [
                "calendar office holiday yearly 12-31 removed (3 customers and undeclared ones)",
                "calendar office holiday yearly 12-30 added (3 customers and undeclared ones)",
            ],
        ),
        (
            ("limit 10bd", "limit 5bd"),
            ["pause wait limit 10bd -> limit 5bd (3 customers and undeclared ones)"],
        ),
        (
            ("stops resolution, workaround", "stops resolution"),
            ["3 customers and undeclared ones workaround pauses wait removed"],
        ),
        (("warn at 50%, 75%", "warn at 75%"), ["3 customers and undeclared ones warnings 50%, 75% -> 75%"]),
        (
            ("reopen resumes", "reopen ignored"),
            ["3 customers and undeclared ones reopening resumes -> ignored"],
        ),
        (
            ("at 1h past", "at 2h past"),
            [
                "ladder desk at 1h past resolution escalate to management removed (3 customers and undeclared ones)",
                "ladder desk at 2h past resolution escalate to management added (3 customers and undeclared ones)",
            ],
        ),
        (
            ("stop when status is resolved", "stop when vip"),
            ["ladder desk stop when status is resolved -> stop when vip (3 customers and undeclared ones)"],
        ),
        (
            ("escalate via desk\n", "escalate via desk for critical\n"),
            [
                "3 customers and undeclared ones high ladder desk removed",
                "3 customers and undeclared ones low ladder desk removed",
            ],
        ),
        (('waiting "Waiting", "Vendor"', 'waiting "Waiting"'), ['status "Vendor" waiting -> working']),
        (("stop on workaround-provided", "stop on reply"), [
            "metric workaround from opened to workaround-provided -> from opened to reply"
        ]),
        (('alias "ACME"', 'alias "ACME Inc"'), ['acme answers to "ACME Inc" added']),
        (("customer initech {\n  group retail\n}\n", ""), [
            "initech customer declared removed",
            "initech high resolution 6h on shop -> 2bd on office, 2026-06-01 until 2026-07-01",
        ]),
        (("default tier silver\n", ""), None),
    ],
)  # fmt: skip
def test_one_edit_and_what_is_said_of_it(edit, expected):
    found = said(SITE, edited(edit))
    if expected is None:
        assert found and all(line.startswith("undeclared customers") for line in found if "acme" not in line)
    else:
        assert found == expected


@pytest.mark.parametrize(
    "pairs",
    [
        [("tier silver", "tier argent"), ("like silver", "like argent")],
        [("calendar office", "calendar desk-hours")],
        [("desk", "service-desk")],
        [("pause wait ", "pause on-hold "), ("pause by wait\n", "pause by on-hold\n")],
        [("override peak", "override rush"), ('reason "CHG-1"', 'reason "CHG-2"')],
        [("group retail", "group shops")],
        [("closures", "days-off"), ('"Christmas Eve"', '"Eve"'), ('"Office"', '"Service desk"')],
        [("critical response within 1h on always", "critical response within 60m on always  # an hour")],
        [("status is waiting and not vip", "not vip and status is waiting")],
        [("tier gold {", "## The good one.\ntier gold {")],
        [("open mon-thu 08:00-18:00", "open mon 08:00-18:00\n  open tue-thu 08:00-13:00, 13:00-18:00")],
        [("from 2026-06-01 until 2026-07-01", "from 2026-06-01 through 2026-06-30")],
        [
            ("target high, low response within 4h", "target low response within 4h\n  target high response within 4h"),
        ],
        [("resolution within 10bd when site", 'resolution within 10bd when site == "LAB" or site')],
    ],
)  # fmt: skip
def test_what_is_only_written_otherwise_is_no_difference(pairs):
    assert said(SITE, edited(*pairs)) == []


def test_names_may_change_places():
    text = SITE
    for old, new in (("office", "x-1"), ("shop", "office"), ("x-1", "shop")):
        text = re.sub(rf"\b{old}\b", new, text)
    assert text != SITE
    assert said(SITE, text) == []


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


def test_a_change_of_many_is_said_once():
    many = SITE + "".join(f"customer c{n} {{\n  tier gold\n}}\n" for n in range(200))
    edit = many.replace("resolution within 4h on always", "resolution within 3h on always")
    found = changes(many, edit)
    assert [line for one in found for line in lines(one)] == [
        "acme critical resolution 4h -> 3h, 2026-01-01 until 2026-11-15, 2027-01-06 until 2028-01-01",
        "200 customers critical resolution 4h -> 3h",
    ]
    assert len(list(lines(found[0], verbose=True))) == 202


def test_a_change_of_many_contracts_with_dates_of_their_own_is_one_line():
    many = SITE + "".join(f"customer c{n} {{\n  tier gold from 2026-02-{n + 1:02}\n}}\n" for n in range(20))
    (one,) = changes(many, many.replace("resolution within 4h on always", "resolution within 3h on always"))
    assert list(lines(one)) == ["21 customers critical resolution 4h -> 3h, on different dates"]
    assert "  c7, from 2026-02-08" in list(lines(one, verbose=True))


def test_the_difference_turned_round():
    for before, after in (
        (SITE, edited(("within 2bd", "within 3bd"))),
        (SITE, edited(("limit 10bd\n", "\n"))),
    ):
        there, back = changes(before, after), changes(after, before)
        assert [(one.change.before, one.change.after) for one in there] == [
            (one.change.after, one.change.before) for one in back
        ]
