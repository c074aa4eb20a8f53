"""What is found wrong with ladders: exactly that, where it is, and nothing of a ladder that is well."""

from __future__ import annotations

import random

import pytest

from dsl.load import Loader, load, load_texts

BASE = """\
priorities critical, high, normal, low
statuses {
  working "Open"
  resolved "Resolved"
}
field vip flag
person ann {
  email "ann@msp.example"
}
person bob {
}
team noc {
  lead ann
}
team management {
  lead ann
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
metric workaround {
  start on opened
  stop on workaround-provided
}
"""
TIER = """\
tier gold {
  target critical resolution within 2h on always
  target high resolution within 4h on always
  target normal resolution within 8h on always
  target low resolution within 3bd on office
  target critical, high response within 30m on always
  warn at 50%, 75%
  escalate via up
}
"""
END = "  at breach of resolution notify ann via inbox"


def found(text: str, tier: str = TIER) -> list[tuple[str, str]]:
    text = BASE + tier + text
    loaded = load_texts("sla.rules", {"sla.rules": text})
    return [(one.code, text[one.span.start : one.span.end]) for one in loaded.diagnostics]


def up(*lines: str) -> str:
    return "escalation up {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def of(*lines: str) -> list[tuple[str, str]]:
    """The findings of a ladder with these lines and one at the breach."""
    return found(up(*lines, END.strip()))


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


# ---------------------------------------------------------------- steps that never happen


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ('at 8h before resolution for normal tag "x"', "8h"),
        ('at 8h before resolution for critical, high tag "x"', "8h"),
        ('at 7h59m before resolution for normal tag "x"', None),
        ('at 9h before resolution tag "x"', None),  # three business days may be longer
        ('at 9h before resolution for normal tag "x" only in office hours', None),
        ('at 30m before response tag "x"', "30m"),
        ('at breach of workaround tag "x"', "workaround"),
        ('at breach of response for normal, low tag "x"', "response"),
        ('at breach of response for normal, high tag "x"', None),
        ("at 1h past resolution for critical raise priority", "raise priority"),
        ("at 1h past resolution for normal raise priority to normal", "raise priority to normal"),
        ("at 1h past resolution for normal, low raise priority to normal", None),
        ('at 1h past resolution for low tag "x" when priority == high', "when priority == high"),
        ('at 1h past resolution tag "x" when vip and not vip', "when vip and not vip"),
        ('at 1h past resolution tag "x" when priority in [high, low]', None),
    ],
)
def test_a_step_that_never_happens(line, at):
    assert of(line) == ([("W0709", at)] if at else [])


def test_a_step_that_stands_where_the_ladder_stands_still():
    assert of('at 1h past resolution tag "x" when status is resolved', "stop when status is resolved") == [
        ("W0709", "when status is resolved")
    ]
    assert of('at 1h past resolution tag "x" when status is working', "stop when status is resolved") == []


def test_a_priority_that_no_tier_sends_up_the_ladder():
    tier = TIER.replace("via up", "via up for critical, high")
    assert found(up(END.strip(), 'at 1h past resolution for high, low tag "x"'), tier) == [("W0709", "low")]


def test_an_inherited_ladder_is_climbed_too():
    tier = TIER + "tier gold-plus {\n  like gold\n  target critical workaround within 1h on always\n}\n"
    assert found(up(END.strip(), 'at breach of workaround tag "x"'), tier) == []


def test_an_override_may_promise_what_no_tier_does():
    override = "customer acme {\n  tier gold\n  override more {\n    target high workaround within 1h on always\n  }\n}\n"
    ladder = up(END.strip(), 'at breach of workaround tag "x"')
    assert found(ladder) == [("W0709", "workaround")]
    assert found(ladder + override) == []
    assert found(ladder.replace("workaround", "workaround for low") + override) == [("W0709", "workaround")]


def test_a_ladder_for_nobody_and_one_without_an_end():
    assert found(up("at 75% of resolution notify ann via inbox")) == [("W0710", "escalation up")]
    for end in ("at 100% of resolution", "at 120% of resolution", "at 1h past response"):
        assert found(up(f"{end} notify ann via inbox")) == []
    other = up(END.strip()).replace("escalation up", "escalation other")
    assert found(up(END.strip()) + other) == [("W0712", "escalation other")]
    every = "  escalate via other for critical, high\n  escalate via other for normal, low\n}\n"
    tier = TIER.replace("}\n", every)
    assert found(up(END.strip()) + other, tier) == [("W0712", "escalation up")]


def test_a_channel_that_nobody_uses():
    channel = "channel pager {\n  url env PAGER_URL\n}\n"
    assert found(up(END.strip()) + channel) == [("W0713", "channel pager")]
    assert found(up("at breach of resolution notify ann via pager") + channel) == []


# ---------------------------------------------------------------- steps that undo each other


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("breach of resolution", "breach of resolution", True),
        ("breach of resolution", "100% of resolution", True),
        ("warning of resolution", "warning of resolution", True),
        ("warning of resolution", "75% of resolution", True),
        ("warning of resolution", "80% of resolution", False),
        ("50% of resolution", "1h before resolution", True),  # of critical's two hours
        ("50% of resolution", "1h before resolution for high, normal", False),
        ("50% of resolution", "3h before resolution", False),
        ("breach of resolution", "breach of response", False),
        ("breach of resolution for high", "breach of resolution for normal, low", False),
        ("breach of resolution for high", "breach of resolution for high, low", True),
        ("breach of resolution", "1m past resolution", False),
    ],
)
def test_two_reassignments_at_one_moment(first, second, clash):
    lines = [f"at {first} reassign to ann", f"at {second} reassign to bob"]
    assert of(*lines) == ([("E0705", lines[1])] if clash else [])
    assert of(*reversed(lines)) == ([("E0705", lines[0])] if clash else [])
    assert of(lines[0], lines[1].replace("bob", "ann") + " when vip") == []


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("when vip", "when not vip", False),
        ("when vip", "", True),
        ("when priority == high", "when priority == low", False),
        ("when priority == high", "when not priority == low", True),
        ("only in office hours", "", False),
        ("only in office hours", "only in office hours", True),
    ],
)
def test_reassignments_that_conditions_and_hours_keep_apart(one, other, clash):
    lines = [
        f"at breach of resolution reassign to {who} {tail}".strip()
        for who, tail in (("ann", one), ("bob", other))
    ]
    assert of(*lines) == ([("E0705", lines[1])] if clash else [])


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["at breach of resolution raise priority"], None),  # one line happens once
        (["at warning of resolution raise priority"], 0),  # and a warning once each
        (
            [
                "at breach of resolution for normal raise priority",
                "at breach of resolution for high raise priority",
            ],
            1,
        ),
        (
            [
                "at breach of resolution for normal raise priority",
                "at 4h past resolution for high raise priority",
            ],
            1,
        ),
        (
            [
                "at breach of resolution for normal raise priority",
                "at 5h past resolution for high raise priority",
            ],
            None,
        ),
        (
            [
                "at breach of resolution for low raise priority",
                "at breach of resolution for normal raise priority",
            ],
            None,
        ),
        (
            [
                "at breach of response for high raise priority",
                "at breach of resolution for critical raise priority",
            ],
            "W",
        ),
        (
            [
                "at breach of resolution for normal raise priority when vip",
                "at breach of resolution for high raise priority when not vip",
            ],
            None,
        ),
        (
            [
                "at breach of resolution for normal raise priority when priority == normal",
                "at breach of resolution for high raise priority when priority == high",
            ],
            1,
        ),
        (
            [
                "at breach of resolution for normal raise priority to high",
                "at breach of resolution for normal reassign to ann",
                "at breach of resolution for high reassign to bob",
            ],
            2,
        ),
        (
            [
                "at breach of resolution for normal raise priority to high",
                "at 50% of resolution for normal reassign to ann",
                "at breach of resolution for high reassign to bob",
            ],
            None,
        ),
    ],
)
def test_raises_that_set_each_other_off(lines, at):
    expected = [("E0706", lines[at])] if isinstance(at, int) else [("W0709", "raise priority")] if at else []
    assert of(*lines) == expected


def test_targets_with_conditions_are_looked_at_where_they_decide():
    """An hour for vip and eight for others: what is overdue for one kind of ticket need not be for the other."""
    lines = [
        "at breach of resolution for normal raise priority",
        "at 1h past resolution for high raise priority",
    ]
    tier = """\
tier gold {
  target normal, high resolution within 8h on always
  target normal resolution within 10h on always when vip
  target high resolution within 10h on always when vip
  target critical, low resolution within 1h on always
  escalate via up
}
"""
    assert found(up(*lines), tier) == []
    assert found(up(*lines), tier.replace("high resolution within 10h", "high resolution within 9h")) == [
        ("E0706", lines[1])
    ]
    assert found(up(*(f"{line} when not vip" for line in lines)), tier.replace("10h", "9h")) == []


def test_a_raise_that_leads_into_another_ladder():
    tier = TIER.replace("via up", "via up\n  escalate via top for high")
    top = up("at SHARE of resolution raise priority", END.strip()).replace("escalation up", "escalation top")
    lower = up("at breach of resolution for normal raise priority", END.strip())
    assert found(lower + top.replace("SHARE", "breach"), tier) == [
        ("E0706", "at breach of resolution raise priority")
    ]
    assert found(lower + top.replace("SHARE", "250%"), tier) == []


# ---------------------------------------------------------------- people


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
