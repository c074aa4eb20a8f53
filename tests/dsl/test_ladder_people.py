"""Whom a ladder tells: nobody there, nobody's address, and names that two have."""

from __future__ import annotations

import pytest

from dsl.load import load_texts
from tests.dsl.ladder_findings import BASE, END, TIER, found, up


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("notify senior of noc via inbox", "senior of noc"),
        ("notify senior of noc via inbox skip if nobody", None),
        ("reassign to member of noc", "member of noc"),
        ("notify lead of noc via inbox", None),
        ("notify empty via inbox", "empty"),
    ],
)
def test_nobody_is_there(line, at):
    assert found("team empty {\n}\n" + up(f"at breach of resolution {line}")) == (
        [("E0707", at)] if at else []
    )


def test_management_that_nobody_declared_or_fills():
    ladder = up("at breach of resolution escalate to management")
    assert found(ladder) == []
    for changed in ("team others {\n  lead ann", "team management {"):
        text = BASE.replace("team management {\n  lead ann", changed) + TIER
        assert [one.code for one in load_texts("sla.rules", {"sla.rules": text + ladder}).diagnostics] == [
            "E0707"
        ]
        skipped = text + ladder.replace("management\n", "management skip if nobody\n")
        assert load_texts("sla.rules", {"sla.rules": skipped}).diagnostics == ()


def test_a_person_without_an_address_is_told_once():
    crew = "team crew {\n  lead bob\n  member ann, bob\n}\n"
    lines = [
        "at breach of resolution notify lead of crew via inbox, email",
        "at 1h past resolution notify crew via email",
    ]
    assert found(crew + up(*lines)) == [("E0708", "lead of crew")]
    assert found(crew + up(*(line.replace("email", "inbox") for line in lines[1:]))) == []


def test_customers_without_an_account_manager():
    ladder = up("at breach of resolution for high notify account-manager via email")
    customers = "".join(
        f"customer {name} {{\n{lines}}}\n"
        for name, lines in {
            "none": "  tier gold\n",
            "with": "  tier gold\n  account-manager ann\n",
            "of-group": "  group big\n",
            "other": "  tier plain\n",
            "without-mail": "  tier gold\n  account-manager bob\n",
        }.items()
    )
    more = "group big {\n  tier gold\n}\ntier plain {\n  target high resolution within 1h on always\n}\n"
    assert found(ladder + more + customers) == [
        ("W0711", "customer none"),
        ("W0711", "customer of-group"),
        ("E0708", "bob"),
    ]
    skipped = ladder.replace("email\n", "email skip if nobody\n")
    assert found(skipped + more + customers) == [("E0708", "bob")]
    assert found(skipped.replace("email", "inbox") + more + customers) == []


def test_names_of_persons():
    def of_aliases(one: str, other: str) -> list[tuple[str, str]]:
        return found(
            up(END.strip())
            + f'person cid "Desk" {{\n  alias {one}\n}}\nperson dan "Desk" {{\n  alias {other}\n}}\n'
        )

    assert of_aliases('"c"', '"d"') == []  # titles may be shared
    assert of_aliases('"same"', '"SAME"') == [("E0714", '"SAME"')]
    assert of_aliases('"c"', '"ann"') == [("E0714", '"ann"')]
    assert of_aliases('"c"', '"cid"') == [("E0714", '"cid"')]


def test_a_name_of_a_person_and_a_team_matters_where_a_ladder_uses_it():
    both = 'person noc {\n  email "noc@msp.example"\n}\n'
    assert found(both + up(END.strip())) == []
    assert found(both + up("at breach of resolution notify lead of noc via inbox")) == []
    assert found(both + up("at breach of resolution notify noc via inbox")) == [("E0715", "noc")]
