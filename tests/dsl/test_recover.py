from __future__ import annotations

import pytest

from dsl.load import load_texts

GOOD = """\
priorities critical, high, normal, low
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
"""


def found(text, *, good=True):
    """Code and the text pointed at of every finding."""
    text = (GOOD if good else "") + text
    loaded = load_texts("sla.rules", {"sla.rules": text})
    return [(one.code, text[one.span.start : one.span.end]) for one in loaded.diagnostics]


def test_ten_faults_give_ten_findings_where_they_are():
    assert found(
        """\
tier gold "Gold" {
  calendar office
  target critical response within 15 minutes
  traget high response within 4h
  warn at 75
  pause by: nobody
  target normal response within 4h;
}
person Night_Lead {
  email night@msp.example
}
field vip flagg
custmer acme {
  zone = Europe/Berlin
  tier gold from 1.7.2026
}
"""
    ) == [
        ("E0211", "15 minutes"),
        ("E0202", "traget"),
        ("E0212", "75"),
        ("E0210", ":"),
        ("E0209", ";"),
        ("E0216", "Night_Lead"),
        ("E0224", "night@msp.example"),
        ("E0201", "flagg"),
        ("E0202", "custmer"),
        ("E0210", "="),
        ("E0219", "1.7.2026"),
    ]


def test_a_missing_brace_is_one_finding_at_the_brace_that_opens():
    text = """\
tier gold {
  target critical response within 15m on always
tier silver {
  target critical response within 1h on always
}
customer acme {
  tier gold
}
"""
    assert found(text) == [("E0203", "{")]
    loaded = load_texts("sla.rules", {"sla.rules": GOOD + text})
    assert str(loaded.diagnostics[0].span) == "sla.rules:6:11"


def test_a_missing_inner_brace_is_one_finding_at_the_inner_brace():
    text = """\
tier gold {
  target critical response within 15m on always
}
customer acme {
  tier gold
  override freeze from 2026-11-15 until 2027-01-06 {
    reason "peak"
    target critical response within 5m on always
  alias "ACME"
}
customer globex {
  tier gold
}
"""
    assert found(text) == [("E0203", "{")]
    loaded = load_texts("sla.rules", {"sla.rules": GOOD + text})
    assert loaded.diagnostics[0].span.line == 11


def test_a_broken_declaration_still_declares_its_name_and_misses_nothing():
    assert found(
        """\
tier gold {
  targt critical response within 15m on always
}
pause wait {
  whn status is waiting
  stops resolution
}
customer acme {
  tier gold
}
tier silver {
  like gold
  pause by wait
}
"""
    ) == [("E0202", "targt"), ("E0202", "whn")]


def test_a_broken_list_does_not_make_its_words_unknown():
    text = "priorities critical, high low\nstatuses {\n  working New\n}\n"
    text += 'tier t {\n  target low, normal response within 1h on always when status == "New"\n}\n'
    assert found(text, good=False) == [("E0223", "h"), ("E0224", "New")]


def test_an_undecipherable_head_hides_its_body_and_forgives_its_name():
    assert found(
        "zzz gold {\n  target critical response within 1h on always\n}\ncustomer acme {\n  tier gold\n}\n"
    ) == [("E0202", "zzz")]


def test_a_missing_file_forgives_names_that_may_be_in_it():
    assert found('include "gone.rules"\ncustomer acme {\n  tier gold\n}\n') == [("E0102", '"gone.rules"')]


TIER_LINES = [
    ("target critical response within 30 min on always", "E0211", "30 min"),
    ("target critical response within 3 business days", "E0211", "3 business days"),
    ("target critical response within 4h on 24x7", "E0213", "24x7"),
    ("target critical response 4h", "E0201", "4h"),
    ("target critical response within", "E0201", "n"),
    ("target critical response witin 4h", "E0202", "witin"),
    ("target critical, response within 4h", "E0201", "within"),
    ("target critical high response within 4h", "E0223", "l"),
    ('target "critical" response within 4h', "E0225", '"critical"'),
    ("target Critical response within 4h", "E0216", "Critical"),
    ("target critical response within 4h when vip && site", "E0226", "&&"),
    ("target critical response within 4h when vip = true", "E0210", "="),
    ("target critical response within 4h when (vip", "E0201", "p"),
    ("warn at 50%, 75", "E0212", "75"),
    ("warn at 50 %", "E0212", "50 %"),
    ("warn at 50%,", "E0223", ","),
    ("calendar “office”", "E0207", "“office”"),
    ("calendar 'office'", "E0207", "'office'"),
    ("uptime 99.9 per month on always", "E0212", "99.9"),
    ("uptime 99.9% per moon on always", "E0202", "moon"),
    ("uptime 99.9% per month", "E0201", "h"),
    ("retainer EUR 5 per month", "E0202", "retainer"),
    ("escalate to noc", "E0201", "to"),
    ("zone Europe/Berlin", "E0202", "zone"),
    ("}", "E0204", "}"),
    ("reopen maybe", "E0201", "maybe"),
]


@pytest.mark.parametrize(("line", "code", "at"), TIER_LINES)
def test_a_line_with_a_mistake_is_one_finding(line, code, at):
    text = f"tier gold {{\n  target low response within 1h on office\n  {line}\n  target normal response within 1h on office\n}}\n"
    assert found(text) == [(code, at)]


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("open sat 9-17", "open sat 09:00-17:00"),
        ("open sat 9:00 - 17:30", "open sat 09:00-17:30"),
        ("open sat 9am-5pm", "open sat 09:00-17:00"),
        ("open sat 08:00–18:00", "open sat 08:00-18:00"),
        ("open sat 08:00-23:59", "open sat 08:00-24:00"),
        ("zone: Europe/Berlin", "zone Europe/Berlin"),
        ("open Saturday 08:00-18:00", "open sat 08:00-18:00"),
        ("open Mon - Wed 08:00-18:00", "open mon-wed 08:00-18:00"),
    ],
)
def test_a_mend_mends(line, mended):
    text = (
        f"calendar c {{\n  open fri 08:00-12:00\n  {line}\n"
        + ("" if "zone" in line else "  zone UTC\n")
        + "}\n"
    )
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert len(loaded.diagnostics) == 1
    for edit in sorted(loaded.diagnostics[0].fixes[0].edits, key=lambda one: -one.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert mended in text.replace("zone  ", "zone ")
    assert load_texts("sla.rules", {"sla.rules": text}).diagnostics == ()


def test_a_broken_default_is_not_a_second_one():
    assert found("default tier\ndefault teir gold\n") == [("E0201", "r"), ("E0202", "teir")]


def test_hostile_text_never_breaks_the_reader():
    for text in (
        "{",
        "}",
        "{}",
        '"',
        "tier",
        "tier {",
        "tier x {\n{\n}",
        "tier x {\n}}\n",
        ",",
        "\\",
        "tier x {\n" * 40,
        "customer c {\n  override\n}",
        "customer c {\n  override {\n",
        "# only",
        "\r\n",
        "a\rb",
        "default tier",
        "\ufeff",
        "é",
        "tier x {\n  target " + "a, " * 2000 + "\n}",
    ):
        load_texts("sla.rules", {"sla.rules": text})


@pytest.mark.parametrize(
    ("text", "word", "mended"),
    [
        ("customer café {\n}\n", "café", "cafe"),
        ("customer cafe\u0301 {\n}\n", "cafe\u0301", "cafe"),
        ("customer café-Süd {\n}\n", "café-Süd", "cafe-sud"),
        ("customer Über {\n}\n", "Über", "uber"),
        ("customer weiß {\n}\n", "weiß", "weiss"),
        ("customer 東京 {\n}\n", "東京", ""),
        ("customer œuvre {\n}\n", "œuvre", ""),
        ("customer acme {\n  tier göld\n}\n", "göld", "gold"),
    ],
)
def test_a_letter_that_names_do_not_have(text, word, mended):
    (one,) = load_texts("sla.rules", {"sla.rules": GOOD + text}).diagnostics[:1]
    assert (one.code, one.message) == ("E0216", f"`{word}` is not a name")
    assert "a small letter from a to z" in one.help
    assert [edit.text for fix in one.fixes for edit in fix.edits] == ([mended] if mended else [])
    assert one.help.endswith(f": `{mended}`" if mended else "hyphens")


@pytest.mark.parametrize(
    "text", ["calendar b {\n  zone Europé/Berlin\n}\n", "customer a {\n  alias Müller\n}\n"]
)
def test_what_is_no_name_is_not_told_how_names_are_made(text):
    assert "E0216" not in [code for code, _ in found(text)]
