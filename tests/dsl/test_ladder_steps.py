"""Steps of ladders that never happen, or undo each other, are found; those that conditions and hours keep apart are not."""

from __future__ import annotations

import pytest

from tests.dsl.ladder_findings import END, TIER, found, of, up

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
