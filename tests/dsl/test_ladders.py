"""What ladders, channels and aliases become: the values that the engine reads."""

from __future__ import annotations

from itertools import permutations

import pytest

from dsl.condition import Compare, Comparison, StatusClass, StatusIs
from dsl.ladder import (
    Channel,
    ChannelKind,
    Flag,
    Notify,
    RaisePriority,
    Reached,
    Reassign,
    Recipient,
    Repeat,
    Role,
    Tag,
    Trigger,
)
from dsl.load import load_texts
from dsl.model import RuleSet

BASE = """\
priorities critical, high, normal, low
statuses {
  resolved "Resolved"
}
field vip flag
person boss "The boss" {
  email "boss@msp.example"
  alias "B. Oss", "boss.b"
  alias "Chief"
}
team noc {
  lead boss
  senior boss
}
team management {
  lead boss
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
channel pager "Pager" {
  url env PAGER_URL
}
"""


def rules_of(text: str) -> RuleSet:
    """The rules of the base and `text`, warnings or not."""
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text})
    assert loaded.ruleset is not None, loaded.diagnostics
    return loaded.ruleset


def step_of(line: str):
    """The only step of a ladder with that line."""
    (step,) = rules_of(f"escalation noc-ladder {{\n  {line}\n}}\n").escalations["noc-ladder"].steps
    return step


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("50% of response", Trigger(Reached.SHARE, "response", share=5000)),
        ("12.5% of update", Trigger(Reached.SHARE, "update", share=1250)),
        ("150% of resolution", Trigger(Reached.SHARE, "resolution", share=15_000)),
        ("warning of resolution", Trigger(Reached.WARNING, "resolution")),
        ("breach of next-response", Trigger(Reached.BREACH, "next-response")),
        ("30m before resolution", Trigger(Reached.BEFORE, "resolution", seconds=1800)),
        ("1h30m past resolution", Trigger(Reached.PAST, "resolution", seconds=5400)),
    ],
)
def test_triggers(words, trigger):
    assert step_of(f'at {words} tag "x"').trigger == trigger


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("notify assignee via inbox", Notify((Recipient(Role.ASSIGNEE),), ("inbox",))),
        (
            "notify account-manager, boss, noc, senior of noc via email, pager",
            Notify(
                (
                    Recipient(Role.ACCOUNT_MANAGER),
                    Recipient(Role.PERSON, "boss"),
                    Recipient(Role.TEAM, "noc"),
                    Recipient(Role.SENIOR, "noc"),
                ),
                ("email", "pager"),
            ),
        ),
        ("reassign to lead of noc", Reassign(Recipient(Role.LEAD, "noc"))),
        ("reassign to management", Reassign(Recipient(Role.TEAM, "management"))),
        ("escalate to management", Flag()),
        ("raise priority", RaisePriority()),
        ("raise priority to high", RaisePriority("high")),
        ('tag "sla-late"', Tag("sla-late")),
    ],
)
def test_actions(words, action):
    assert step_of(f"at breach of resolution {words}").action == action


OPTIONS = (
    "when vip",
    "skip if nobody",
    "only in office hours",
    "repeat every 30m up to 8 until acknowledged",
    "including rule-edits",
)


@pytest.mark.parametrize("order", list(permutations(OPTIONS))[::7])
def test_options_stand_in_any_order(order):
    line = f"at breach of resolution for critical, high notify boss via inbox {' '.join(order)}"
    step = step_of(line)
    assert step.priorities == ("critical", "high")
    assert step.when == Compare("vip", Comparison.EQ, True)
    assert step.skip_if_nobody
    assert step.calendar == "office"
    assert step.repeat == Repeat(1800, 8)
    assert step.on_edits
    assert step.rule == line


def test_without_options_nothing_is_assumed():
    step = step_of("at breach of resolution   notify boss via inbox  # why")
    assert step.rule == "at breach of resolution notify boss via inbox"
    assert (step.priorities, step.when, step.skip_if_nobody, step.calendar, step.repeat, step.on_edits) == (
        (),
        None,
        False,
        "",
        None,
        False,
    )
    assert step_of(
        "at breach of update notify boss via inbox repeat every 1h until acknowledged"
    ).repeat == Repeat(3600)


def test_days_are_certain_around_the_clock():
    step = step_of("at 1d past resolution notify boss via inbox only in always hours")
    assert (step.trigger.seconds, step.calendar) == (86_400, "always")


def test_a_ladder_stops():
    ladder = rules_of(
        'escalation up "The ladder" {\n  at breach of response tag "x"\n  stop when status is resolved\n  stop when vip\n}\n'
    ).escalations["up"]
    assert (ladder.title, len(ladder.steps)) == ("The ladder", 1)
    assert ladder.stop == (StatusIs(StatusClass.RESOLVED), Compare("vip", Comparison.EQ, True))


def test_channels():
    text = 'channel desk "Ticket system" {\n  url env DESK_URL\n  secret env DESK_KEY\n  kind webhook\n  source "servicenow", "*"\n}\n'
    channels = rules_of(text).channels
    assert channels["pager"] == Channel("pager", "Pager", ChannelKind.AUTO, "PAGER_URL")
    assert channels["desk"] == Channel(
        "desk", "Ticket system", ChannelKind.WEBHOOK, "DESK_URL", "DESK_KEY", ("servicenow", "*")
    )


def test_aliases_of_a_person_add_up():
    assert rules_of("").people["boss"].aliases == ("B. Oss", "boss.b", "Chief")


def test_words_of_ladders_that_stay_names():
    """A site that has people, fields and channels called so was sound before there were ladders."""
    words = ("kind", "url", "tag", "chat", "webhook", "warning", "hours", "source-1", "nobody")
    rules = rules_of("".join(f"field {word} text\n" for word in words) + "person chat {\n}\n")
    assert set(words) <= set(rules.fields)


LADDERS = "".join(f'escalation {name} {{\n  at breach of response tag "x"\n}}\n' for name in ("a", "b", "c"))


@pytest.mark.parametrize(
    ("base", "own", "ladders"),
    [
        ("", "via a", (("", "a"),)),
        ("via a", "", (("", "a"),)),
        ("via a", "via b", (("", "b"),)),
        ("via a", "via b for high, low", (("", "a"), ("high", "b"), ("low", "b"))),
        ("via a\nvia b for high, low", "via c for high", (("", "a"), ("high", "c"), ("low", "b"))),
        ("via b for high", "via a", (("", "a"), ("high", "b"))),
        ("", "", ()),
    ],
)
def test_like_takes_over_what_an_own_line_does_not_replace(base, own, ladders):
    def lines(said):
        return "".join(f"  escalate {line}\n" for line in said.splitlines())

    target = "  target critical, high, low response within 1h on always\n"
    text = f"{LADDERS}tier one {{\n{target}{lines(base)}}}\ntier two {{\n  like one\n{lines(own)}}}\n"
    assert rules_of(text).tiers["two"].ladders == ladders
