"""What is found wrong with ladders: exactly that, where it is, and nothing of a ladder that is well."""

from __future__ import annotations

import random

import pytest

from dsl.load import Loader, load, load_texts
from tests.dsl.ladder_findings import BASE, END, TIER, found, of, up


def test_a_ladder_that_is_well():
    assert (
        of(
            "at warning of resolution notify assignee, lead of noc via inbox, email skip if nobody",
            "at 30m before resolution for critical, high raise priority",
            "at breach of response reassign to ann",
            "at breach of resolution escalate to management",
            "stop when status is resolved",
        )
        == []
    )


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("line", "at", "meant"),
    [
        ('at breach of resolutoin tag "x"', "resolutoin", "resolution"),
        ('at breach of workaroud tag "x"', "workaroud", "workaround"),
        ('at breach of resolution for critcal tag "x"', "critcal", "critical"),
        ("at breach of resolution notify asignee via inbox", "asignee", "assignee"),
        ("at breach of resolution notify an via inbox", "an", "ann"),
        ("at breach of resolution notify managment via inbox", "managment", "management"),
        ("at breach of resolution notify lead of nok via inbox", "nok", "noc"),
        ("at breach of resolution notify ann via inbx", "inbx", "inbox"),
        ("at breach of resolution notify ann via inbox only in ofice hours", "ofice", "office"),
        ("at breach of resolution for low raise priority to normaal", "normaal", "normal"),
    ],
)
def test_unknown_names_are_told_with_the_one_that_was_meant(line, at, meant):
    text = BASE + TIER + up(line)
    loaded = load_texts("sla.rules", {"sla.rules": text})
    (one,) = loaded.diagnostics
    assert (one.code, text[one.span.start : one.span.end]) == ("E0301", at)
    assert f"did you mean `{meant}`?" in one.help


def test_an_unknown_ladder_and_priority_of_a_tier():
    tier = TIER.replace("escalate via up", "escalate via upp for critcal\n  escalate via up")
    assert found(up(END.strip()), tier) == [("E0301", "upp"), ("E0301", "critcal")]


def test_an_unknown_management_says_how_to_declare_it():
    text = BASE.replace("team management", "team others") + TIER
    text += up("at breach of resolution notify management via inbox")
    (one,) = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    assert one.code == "E0301"
    assert "team management" in one.help


def test_a_missing_file_forgives_whatever_may_be_in_it():
    text = 'include "people.rules"\n' + up(
        "at breach of resolution notify lead of ops via pager",
        "at breach of resolution escalate to management",
    )
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert [one.code for one in loaded.diagnostics] == ["E0102"]


# ---------------------------------------------------------------- one line


@pytest.mark.parametrize(
    ("line", "code", "at"),
    [
        ("at 0% of resolution notify ann via inbox", "E0701", "0%"),
        ("at 1000.01% of resolution notify ann via inbox", "E0701", "1000.01%"),
        ("at 50.125% of resolution notify ann via inbox", "E0219", "50.125%"),
        ("at 0m past resolution notify ann via inbox", "E0512", "0m"),
        ("at 1d past resolution notify ann via inbox", "E0503", "1d"),
        ("at 1d past resolution notify ann via inbox only in office hours", "E0503", "1d"),
        (
            "at breach of resolution notify ann via inbox repeat every 1d until acknowledged when vip",
            "E0503",
            "1d",
        ),
        (
            "at 1h past resolution notify ann via inbox repeat every 30m up to 0 until acknowledged",
            "E0219",
            "0",
        ),
        ("at breach of resolution notify ann via inbox when vip when vip", "E0303", "when vip"),
        ("at breach of resolution notify ann, ann via inbox when vip", "E0308", "ann"),
        ("at breach of resolution notify ann via inbox, inbox when vip", "E0308", "inbox"),
        ("at breach of resolution notify lead of noc, lead of noc via inbox", "E0308", "lead of noc"),
        ("at breach of resolution for low, low notify ann via inbox", "E0308", "low"),
        ("at breach of resolution reassign to assignee", "E0702", "assignee"),
        ('at breach of resolution tag "x" skip if nobody', "E0702", "skip if nobody"),
        ('at breach of resolution tag "two words"', "E0219", '"two words"'),
        ('at breach of resolution tag ""', "E0219", '""'),
        ("at breach of resolution notify ann via inbox when vp", "E0601", "vp"),
        ("stop when status is resloved", "E0606", "resloved"),
        ("stop when vp", "E0601", "vp"),
    ],
)
def test_a_line_that_means_nothing(line, code, at):
    assert of(line) == [(code, at)]


def test_a_day_is_mended_to_its_hours():
    text = BASE + TIER + up("at 1d12h past resolution notify ann via inbox")
    (one,) = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    assert one.fixes[0].edits[0].text == "36h"


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ("notify ann, noc via inbox, email", "notify noc, ann via email, inbox", True),
        (
            "notify ann via inbox when vip skip if nobody",
            "notify ann via inbox skip if nobody when vip",
            True,
        ),
        ("notify ann via inbox", "notify noc via inbox", False),
        ("notify ann via inbox", "notify ann via email", False),
        ("notify ann via inbox when vip", "notify ann via inbox when not vip", False),
        ('tag "a"', 'tag "b"', False),
    ],
)
def test_a_line_twice(first, second, twice):
    lines = [f"at 1h past resolution {first}", f"at 1h past resolution {second}"]
    assert of(*lines) == ([("E0703", lines[1])] if twice else [])


def test_a_ladder_and_a_channel_without_what_they_need():
    assert found("escalation up {\n}\n") == [("E0305", "escalation up")]
    assert found(up(END.strip()) + 'channel x {\n  source "a"\n}\n') == [("E0305", "channel x")]
    assert found(up(END.strip()) + 'channel inbox {\n  url env X\n  source "a"\n}\n') == [("E0309", "inbox")]
    assert found(up(END.strip()) + 'channel email {\n  url env X\n  source "a"\n}\n') == [("E0309", "email")]
    assert found(up(END.strip()) + 'channel x {\n  url env X\n  url env Y\n  source "a"\n}\n') == [
        ("E0303", "url env Y")
    ]


# ---------------------------------------------------------------- tiers


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["via up", "via up"], "escalate via up"),
        (["via up for high", "via up for low, high"], "escalate via up for low, high"),
        (["via up", "via up for high"], None),
        (["via up for high", "via up for low"], None),
    ],
)
def test_two_ladders_for_one_priority(lines, at):
    tier = TIER.replace("  escalate via up\n", "".join(f"  escalate {line}\n" for line in lines))
    assert found(up(END.strip()), tier) == ([("E0704", at)] if at else [])


# ---------------------------------------------------------------- edits


def test_an_edit_of_customers_finds_what_loading_afresh_would(tmp_path):
    """Overrides make steps reachable and managers make them heard: random edits of both, each against a fresh load."""
    dice = random.Random(11)
    ladder = up(
        END.strip(),
        'at 5h before workaround tag "x"',
        "at breach of resolution for high notify account-manager via inbox, email",
    )
    (tmp_path / "base.rules").write_text(BASE + TIER + ladder)
    root = tmp_path / "sla.rules"
    loader = Loader()
    seen = set()
    for step in range(60):
        customers = []
        for number in range(4):
            lines = "  tier gold\n"
            lines += (
                dice.choice(["", "  account-manager ann\n", "  account-manager bob\n"])
                if dice.random() < 0.9
                else ""
            )
            if dice.random() < 0.4:
                hours = dice.choice(["1h", "9h"])
                lines += f"  override o {{\n    target high workaround within {hours} on always\n  }}\n"
            customers.append(f"customer c{number} {{\n{lines}}}\n")
        root.write_text('include "base.rules"\n' + "\n".join(customers))
        again, afresh = loader.load(root), load(root)
        assert again == afresh, step
        seen |= {one.code for one in again.diagnostics}
    assert seen == {"W0709", "W0711", "E0708"}
