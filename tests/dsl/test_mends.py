"""A safe fix gives what is meant: the line that it leaves has a fault less than before."""

from __future__ import annotations

import random

import pytest

from dsl.codes import pages
from dsl.load import load_texts
from dsl.mend import mended
from tests.dsl import fuzzing, test_codes, test_ladder_mistakes, test_recover

BASE = """\
priorities critical, high, normal, low
field vip flag
field site text
field impact number
person ann {
  email "ann@msp.example"
}
team management {
  lead ann
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
"""
SCENARIO = """\
scenario "s" {{
  zone Europe/Berlin
  ticket t1 customer globex priority critical
  at 2026-11-26 09:00 opened
  expect response due 2026-11-26 10:00
  {}
}}
"""
BLOCKS = {
    "tier": "tier gold {{\n  {}\n}}\n",
    "calendar": "calendar c {{\n  zone UTC\n  {}\n}}\n",
    "escalation": "escalation up {{\n  {}\n}}\n",
    "channel": "channel pager {{\n  {}\n}}\n",
    "scenario": SCENARIO,
    "override": "customer a {{\n  override b {{\n    {}\n  }}\n}}\n",
}
TARGET = "target critical response"
STEP = "at breach of resolution notify ann via inbox"

MEANT = {
    "tier": {
        f"{TARGET} with in 20m on office": f"{TARGET} within 20m on office",
        f"{TARGET} in 20m": f"{TARGET} within 20m",
        f"{TARGET} in within 20m": f"{TARGET} within 20m",
        f"{TARGET} within <= 20m": f"{TARGET} within 20m",
        f"{TARGET} is < 20m": f"{TARGET} within 20m",
        f"{TARGET} must be at most 20m": f"{TARGET} within 20m",
        f"{TARGET} should be no more than 20 minutes": f"{TARGET} within 20m",
        f"{TARGET} = 20m": f"{TARGET} within 20m",
        f"{TARGET}: 20m": f"{TARGET} within 20m",
        f"{TARGET} within 20m in 24x7": f"{TARGET} within 20m on always",
        f"{TARGET} within 1 hour 30 minutes": f"{TARGET} within 1h30m",
        f"{TARGET} within 1h 30m": f"{TARGET} within 1h30m",
        f"{TARGET} within 1.5 hours": f"{TARGET} within 1h30m",
        f"{TARGET} within 2 business days": f"{TARGET} within 2bd",
        f"{TARGET} within 20m when vip&&site": f"{TARGET} within 20m when vip and site",
        f"{TARGET} within 20m when vip|!site": f"{TARGET} within 20m when vip or not site",
        f"{TARGET} within 20m when impact => 3": f"{TARGET} within 20m when impact >= 3",
        f"{TARGET} within 20m when impact ≤ 3": f"{TARGET} within 20m when impact <= 3",
        f'{TARGET} within 20m when site <> "a"': f'{TARGET} within 20m when site != "a"',
        f'{TARGET} within 20m when site === "a"': f'{TARGET} within 20m when site == "a"',
        f"{TARGET} within 20m when site == “a”": f'{TARGET} within 20m when site == "a"',
        f"{TARGET} within 20m on “office”": f"{TARGET} within 20m on office",
        "target 'critical' response within 20m": f"{TARGET} within 20m",
        "target critical & high response within 20m": "target critical, high response within 20m",
        f"traget{TARGET[6:]} within 15 minutes;": f"{TARGET} within 15m",
        "calendar=office": "calendar office",
        "warn at 50 % and 75 %": "warn at 50%, 75%",
        "warn at 50,75": "warn at 50%,75%",
        "uptime 99.9 % per month on office": "uptime 99.9% per month on office",
    },
    "calendar": {
        "open sat 9-5pm": "open sat 09:00-17:00",
        "open sat 22-2": "open sat 22:00-02:00",
        "open sat 9-12 and 13-17": "open sat 09:00-12:00, 13:00-17:00",
        "open Saturday 08:00–18:00": "open sat 08:00-18:00",
    },
    "escalation": {
        f"{STEP} repeat every 30 minutes 3 times": f"{STEP} repeat every 30m up to 3 until acknowledged",
    },
    "scenario": {
        "at 2026-11-26 11:00 outage of crm": "outage crm from 2026-11-26 11:00",
        "expect credit 100 EUR in 2026-10": "expect credits EUR 100 in 2026-10",
    },
    "override": {f"{TARGET} with in 20m": f"{TARGET} within 20m"},
}
LEFT = {
    "tier": [
        "target critical in 20m",
        f"{TARGET} in 24x7",
        f"{TARGET} time in 20m",
        f"{TARGET} within 20m — on office",
        f"{TARGET} within 20m on calendar 24x7",
        f"{TARGET} within 20m when site == 'it's'",
        f"{TARGET} within 1.5 days",
        "target critical high response in 20m",
        "target critical | high response within 20m",
    ],
    "calendar": ["open sat 9-5", "open sat 1-5pm", "open sat 9am-5", "open sat 9.30-17.30 Uhr"],
    "escalation": ["after 1h notify ann by inbox", "on breach notify ann via inbox"],
    "channel": ["secret 'hunter-2'", "secret “hunter-2”"],
}
"""Lines with something that a person has to say."""


def in_block(block, line):
    return {"sla.rules": BASE + BLOCKS[block].format(line)}


def broken(files):
    """What cannot be read, without what that hides."""
    return [one for one in load_texts("sla.rules", files).diagnostics if one.code.startswith("E02")]


def fixed(files):
    """The texts after all rounds of safe fixes."""
    for _ in range(8):
        again = mended(load_texts("sla.rules", files).diagnostics, files).files
        if again == files:
            return files
        files = again
    raise AssertionError("fixes go on and on")


@pytest.mark.parametrize(
    ("block", "line", "meant"),
    [(block, line, meant) for block, lines in MEANT.items() for line, meant in lines.items()],
)
def test_what_is_meant_comes_out(block, line, meant):
    text = fixed(in_block(block, line))["sla.rules"].removeprefix(BASE)
    wanted = BLOCKS[block].format(meant)
    assert [" ".join(one.split()) for one in text.splitlines()] == [
        " ".join(one.split()) for one in wanted.splitlines()
    ]
    assert broken({"sla.rules": BASE + text}) == []


def examples():
    for page in pages().values():
        if not page.prose and not page.alone:
            name = "base-of-the-test.rules"
            yield {"sla.rules": f'{page.wrong}\ninclude "{name}"\n', name: test_codes.BASE, **page.files}
    for block, lines in [*MEANT.items(), *LEFT.items()]:
        yield from (in_block(block, line) for line in lines)
    yield from (in_block("tier", line) for line, *_ in test_recover.TIER_LINES)
    yield from (in_block("escalation", line) for line, *_ in test_ladder_mistakes.LADDER_LINES)
    yield from (in_block("channel", line) for line, *_ in test_ladder_mistakes.CHANNEL_LINES)


def test_no_safe_fix_leaves_its_fault_or_makes_another():
    tried = 0
    for files in examples():
        before = broken(files)
        for one in before:
            if not any(fix.safe for fix in one.fixes):
                continue
            tried += 1
            after = broken(mended([one], files).files)
            assert len(after) <= len(before), (files, one)
            left = {(other.code, other.message, other.span.start) for other in after}
            assert (one.code, one.message, one.span.start) not in left, (files, one)
    assert tried > 100


def test_of_any_text_no_safe_fix_leaves_its_fault():
    tried = 0
    for seed in range(400):
        source = random.Random(f"mend {seed}")
        files = {"sla.rules": fuzzing.mangled(source, source.choice(fuzzing.corpus()))}
        for one in broken(files):
            if any(fix.safe for fix in one.fixes):
                tried += 1
                after = broken(mended([one], files).files)
                left = {(other.code, other.message, other.span.start) for other in after}
                assert (one.code, one.message, one.span.start) not in left, (seed, one)
    assert tried > 100


@pytest.mark.parametrize(
    ("block", "line"), [(block, line) for block, lines in LEFT.items() for line in lines]
)
def test_what_nobody_can_know_is_left_to_a_person(block, line):
    """What is certain may be mended; a line that can be read is no guess."""
    files = fixed(in_block(block, line))
    assert broken(files)


@pytest.mark.parametrize("line", LEFT["channel"])
def test_what_looks_like_a_secret_is_not_said_again(line):
    (one,) = broken(in_block("channel", line))
    assert "hunter" not in " ".join([one.message, one.help, *(fix.title for fix in one.fixes)])


@pytest.mark.parametrize(("name", "site"), [("login", "metric login"), ("check-in", "metric check-in")])
def test_a_name_that_ends_like_a_word_of_ours_is_left_whole(name, site):
    text = (
        f"{site} {{\n  start on opened\n  stop on resolved\n}}\ntier t {{\n  target critical {name} 4h\n}}\n"
    )
    loaded = load_texts("sla.rules", {"sla.rules": text})
    edits = [edit for one in loaded.diagnostics for fix in one.fixes for edit in fix.edits]
    start = text.rindex(name)
    assert loaded.ruleset is None
    assert all(edit.span.end <= start or edit.span.start >= start + len(name) for edit in edits)


def test_many_signs_in_a_row_are_one_mistake():
    line = "  target critical resolution " + "<=" * 400 + " x\n"
    loaded = load_texts("sla.rules", {"sla.rules": "tier t {\n" + line + "}\n"})
    assert [one.code for one in loaded.diagnostics] == ["E0201"]
