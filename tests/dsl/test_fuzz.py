"""Whatever is done to a rule file, loading it answers, and every place that it points at exists."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsl.cut import cut
from dsl.load import load, load_texts
from tests.dsl import fuzzing
from tui.findings import FORMATS, render

ROOT = Path(__file__).resolve().parents[2]

SITE = """\
language 1
priorities critical, high,
  normal
statuses {
  working "New", "Open"   # in work
  waiting "Waiting"
}
field vip flag
person ann "Ann" {
  email "ann@msp.example"
  alias "A. N. N."
}
team management {
  lead ann
}
channel pager "Pager" {
  url env PAGER_URL
  secret env PAGER_SECRET
  kind webhook
  source "desk"
}
holidays home {
  day 2026-11-27 "Day after"
  easter -2
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-thu 08:00-18:00
  holidays home
}
tier gold "Gold" {
  calendar office
  target critical response within 15m on always
  target normal resolution within 3bd when vip and not (status is waiting or priority in [high])
  warn at 50%, 75%
  pause by wait
  escalate via noc for critical
}
escalation noc "NOC" {
  at warning of response notify assignee via inbox skip if nobody
  at breach of response for critical notify lead of management, ann via email, pager repeat every 30m until acknowledged
  at 1h past response reassign to ann when vip only in office hours
  stop when status is waiting
}
pause wait {
  when status is waiting
  stops resolution
  limit 10bd
}
customer acme "Acme" {
  alias "ACME"
  tier gold from 2026-01-01
  account-manager ann
  override freeze from 2026-11-15 until 2027-01-06 {
    reason "peak"
    target critical response within 5m on always
  }
}
default tier gold
"""
SCRAPS = st.sampled_from(
    [
        "{",
        "}",
        "\n",
        '"',
        "#",
        ",",
        " ",
        "\t",
        "target",
        "tier x {\n",
        "escalation x {\n",
        "at 1h past ",
        "via",
        "0%",
        "24/7",
        "=",
        ";",
        "é",
        "“",
        "\u2028",
        "<<<<<<< a\n",
        "9",
        "(",
        "]",
        "\\",
        "-",
        "when ",
        "\r",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SITE)), st.integers(0, 12), SCRAPS), min_size=1, max_size=4))
@example([(39, 0, '"')])  # a line goes on in the next one, where a text is not closed
def test_a_mangled_site_is_answered(edits):
    text = SITE
    for start, length, scrap in edits:
        text = text[:start] + scrap + text[start + length :]
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert (loaded.ruleset is None) is any(one.severity == "error" for one in loaded.diagnostics)
    for one in loaded.diagnostics:
        for span in (one.span, *(label.span for label in one.labels)):
            assert 0 <= span.start <= span.end <= len(text)
            assert text.count("\n", 0, span.start) + 1 == span.line
    for format_ in FORMATS:
        render(loaded, format_)


@settings(deadline=None, max_examples=int(os.environ.get("SLA_FUZZ_CASES", "200")))
@given(st.integers(0, 2**32))
def test_what_a_random_source_makes_of_the_grammar_and_of_real_files_is_answered(seed):
    fuzzing.inspect(fuzzing.any_text(random.Random(seed)), slowest=30)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_the_grammar_allows_is_answered(source):
    fuzzing.inspect(fuzzing.site(source), slowest=30)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered(text):
    load_texts("sla.rules", {"sla.rules": text})


@pytest.mark.parametrize("number", [n for n, line in enumerate(SITE.splitlines()) if line.strip() == "}"])
def test_without_one_brace_there_is_one_finding_and_it_is_the_brace(number):
    lines = SITE.splitlines(keepends=True)
    text = "".join(lines[:number] + lines[number + 1 :])
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert [one.code for one in loaded.diagnostics] == ["E0203"]


@pytest.mark.parametrize(
    "number",
    [
        n
        for n, line in enumerate(SITE.splitlines())
        if line.startswith("  ") and line.strip() not in ("}", "normal")
    ],
)
def test_a_misspelt_keyword_is_one_finding_whatever_it_declared(number):
    lines = SITE.splitlines(keepends=True)
    word = lines[number].split()[0]
    lines[number] = lines[number].replace(word, word[:-1] + "q" + word[-1], 1)
    text = "".join(lines)
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert [(one.code, one.span.line) for one in loaded.diagnostics] == [("E0202", number + 1)]
    assert [fix.edits[0].text for fix in loaded.diagnostics[0].fixes] == [word]


@pytest.mark.parametrize(
    "number",
    [n for n, line in enumerate(SITE.splitlines()) if line.endswith("{") and not line.startswith(" ")],
)
def test_a_misspelt_head_is_one_finding_and_its_name_stays_known(number):
    lines = SITE.splitlines(keepends=True)
    word = lines[number].split()[0]
    lines[number] = lines[number].replace(word, word[:-1] + "q" + word[-1], 1)
    loaded = load_texts("sla.rules", {"sla.rules": "".join(lines)})
    assert [(one.code, one.span.line) for one in loaded.diagnostics] == [("E0202", number + 1)]


def test_the_site_itself_is_well():
    assert load_texts("sla.rules", {"sla.rules": SITE}).diagnostics == ()
    assert len(cut(SITE).texts) == 14


def test_the_shipped_rules_are_well():
    assert load(ROOT / "sla.rules").diagnostics == ()
    for path in sorted((ROOT / "rules" / "examples").rglob("*.rules")):
        assert load(path).diagnostics == (), path


@pytest.mark.parametrize("seed", range(12))
def test_what_is_said_again_and_again_is_no_hang(seed):
    """Where each line is compared with all others, the time of a text is no longer that of its length."""
    fuzzing.inspect(fuzzing.said_again(random.Random(f"again {seed}")))
