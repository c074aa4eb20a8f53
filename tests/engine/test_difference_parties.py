"""What differs around promises: who customers are, what comes and goes with them, what runs and is paid for them, who is paged."""

from __future__ import annotations

import re

import pytest

from tests.engine.differing import SITE, edited, said

PAID = (
    SITE.replace(
        "  escalate via desk\n",
        "  escalate via desk\n  uptime 99.5% per month on office\n  credits cash\n",
        1,
    )
    .replace("customer globex {\n", "customer globex {\n  account-manager ann\n  retainer EUR 90 per month\n")
    .replace("  lead ann\n", "  lead ann\n  senior bob\n", 1)
    + """\
person bob {
  email "bob@msp.example"
}
credits cash {
  breach of resolution pays EUR 100 each
  cap EUR 900 per month
}
service vpn {
  for group retail
}
maintenance weekly {
  affects group retail
  window sun 02:00-06:00 zone UTC
}
"""
)
OFFICE = "99.5% per month on office"


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("group retail", "group shops")], []),
        ([("cash", "money"), ("silver", "argent"), ("office", "hours")], []),
        (
            [
                ("person ann", "person anna"),
                ("lead ann", "lead anna"),
                ("account-manager ann", "account-manager anna"),
            ],
            [],
        ),
        (
            [("customer globex {", "customer globex {\n  zone Asia/Tokyo")],
            [
                "globex zone Europe/Berlin -> Asia/Tokyo",
                "globex high resolution 2bd on office -> 6h on shop, 2026-06-01 until 2026-06-01 07:00",
                "globex high resolution 6h on shop -> 2bd on office, 2026-07-01 until 2026-07-01 07:00",
            ],
        ),
        (
            [("cap EUR 900", "cap EUR 800")],
            [
                "credits cap EUR 900 per month removed (3 customers)",
                "credits cap EUR 800 per month added (3 customers)",
            ],
        ),
        (
            [("senior bob", "senior ann")],
            ["team noc senior bob -> senior ann (3 customers and undeclared ones)"],
        ),
        ([("account-manager ann", "account-manager bob")], ["globex account-manager ann -> bob"]),
        (
            [("open fri 08:00-12:00, 13:00-16:00", "open fri-sat 08:00-12:00")],
            [
                "calendar office fri 08:00-12:00, 13:00-16:00 -> fri 08:00-12:00 (3 customers and undeclared ones)",
                "calendar office sat 08:00-12:00 added (3 customers and undeclared ones)",
            ],
        ),
        (
            [
                (
                    "customer initech {\n  group retail\n",
                    "customer initech {\n  tier silver\n  zone Europe/Berlin\n",
                )
            ],
            [
                "initech high resolution 6h on shop -> 2bd on office, 2026-06-01 until 2026-07-01",
                "initech service vpn removed",
                "maintenance weekly affects every service removed (initech)",
                "maintenance weekly window sun 02:00-06:00 zone UTC removed (initech)",
            ],
        ),
    ],
)
def test_what_is_around_promises_is_said_too(pairs, expected):
    text = PAID
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    assert said(PAID, text) == expected


def test_a_customer_that_comes_or_goes_is_said_with_all_that_it_has():
    """Others of that name get the same targets from the default tier, and neither uptime nor money."""
    more = (
        PAID + 'customer newco "Newco Ltd" {\n  alias "N*"\n  tier silver\n  retainer EUR 5000 per month\n}\n'
    )
    lines_ = [
        "newco customer declared",
        'newco answers to "N*"',
        'newco answers to "Newco Ltd"',
        f"newco uptime per month {OFFICE}",
        "credits breach of resolution pays EUR 100 each",
        "credits cap EUR 900 per month",
        "newco retainer EUR 5000 per month",
    ]
    for found, word in ((said(PAID, more), "added"), (said(more, PAID), "removed")):
        assert [line.replace(" (newco)", "") for line in found] == [f"{one} {word}" for one in lines_]


def test_what_ends_with_a_tier_is_said_with_its_dates():
    own = PAID.replace("default tier silver\n", "").replace(
        "customer initech {\n  group retail\n", "customer initech {\n  tier silver\n"
    )
    later = own.replace(
        "customer initech {\n  tier silver\n", "customer initech {\n  tier silver from 2026-12-01\n"
    )
    found = said(own, later)
    until = ", until 2026-12-01"
    for line in (
        f"initech uptime per month {OFFICE} removed{until}",
        f"credits cap EUR 900 per month removed (initech{until})",
        f"initech pauses wait removed{until}",
        f"initech ladder desk removed{until}",
    ):
        assert found.count(line) == 1


def test_a_customer_by_another_name_is_a_rename():
    renamed = ("customer acme ", "customer akme ")
    assert said(SITE, edited(renamed)) == ["akme renamed acme -> akme"], "it answers to acme by its alias"
    assert said(SITE, edited(renamed, ('alias "ACME"', 'alias "Akme"'))) == [
        "akme renamed acme -> akme",
        'akme answers to "acme" removed',
    ]
    assert said(
        SITE, edited(renamed, ("critical resolution within 2h", "critical resolution within 1h"))
    ) == [
        "akme renamed acme -> akme",
        "akme critical resolution 2h -> 1h, 2026-11-15 until 2027-01-06",
    ]
    alone = SITE.replace("customer initech {\n  group retail\n", "customer initech {\n  tier gold\n")
    assert said(alone, alone.replace("initech", "initrode")) == [
        "initrode renamed initech -> initrode",
        'initrode answers to "initech" removed',
    ]


def test_whoever_moves_to_a_group_that_a_condition_asks_for_is_in_a_difference():
    asking = SITE.replace("not vip\n", "not group == shops\n")
    sale = re.search(r"  override sale .*?  }\n", asking, re.DOTALL)
    assert sale
    before = asking + f"group shops {{\n  zone Europe/Berlin\n  tier silver\n{sale[0]}}}\n"
    moved = before.replace("customer initech {\n  group retail", "customer initech {\n  group shops")
    metrics = ("resolution", "workaround")
    assert said(before, moved) == [f"initech {metric} pauses wait removed" for metric in metrics]
    assert said(moved, before) == [f"initech {metric} pauses wait added" for metric in metrics]
    other = before.replace("not group == shops", "not group == retail")
    assert said(before, other)[:2] == [f"2 customers {metric} pauses wait removed" for metric in metrics]


def test_credits_that_tiers_share_have_one_cap():
    two = PAID.replace("tier gold {\n  like silver\n", "tier gold {\n  like silver\n  credits more\n")
    two += "credits more {\n  breach of resolution pays EUR 100 each\n  cap EUR 900 per month\n}\n"
    assert said(PAID, two) == ["acme credits of several tiers counted together -> counted apart"]
    assert said(two, PAID) == ["acme credits of several tiers counted apart -> counted together"]
