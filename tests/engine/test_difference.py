"""The difference of contracts, by hand: what is said of an edit, and what is only written otherwise."""

from __future__ import annotations

import re

import pytest

from tests.engine.differing import SITE, changes, edited, said
from tui.commands.diff import lines


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
                '3 customers and undeclared ones low resolution 5bd -> 10bd when vip and not site == "lab"',
                '3 customers and undeclared ones low resolution 10bd -> 5bd when site == "lab" and not vip',
            ],
        ),
        (
            ("open mon-thu 08:00", "open mon-thu 09:00"),
            [
                "calendar office mon-thu 08:00-18:00 -> mon-thu 09:00-18:00 (3 customers and undeclared ones)"
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
        [("noc", "desk-team")],
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
