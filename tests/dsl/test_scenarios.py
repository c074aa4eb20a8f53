"""Scenarios and checks as text: what is refused, what is meant, and that what is written reads back as the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from dsl import scenario
from dsl.build_scenario import check, tell
from dsl.format import format_text
from dsl.include import Texts
from dsl.load import Loader, load_texts
from dsl.parse import Fault, parse
from dsl.scenario_text import scenario_text
from tests.dsl.scenario_texts import SCENARIOS

SITE = """\
priorities critical, high, low
statuses {
  working "New"
  waiting "Waiting"
}
field vip flag
field impact number
person boss {
  email "boss@msp.example"
}
team noc {
  lead boss
}
metric workaround {
  start on opened
  stop on workaround-provided
}
service mail {
}
maintenance patches {
  window sun 02:00-06:00 zone Europe/Berlin
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-16:00
}
tier gold {
  calendar office
  target critical, high, low response within 1h
  warn at 50%, 80%
  pause by client
  escalate via main
}
pause client {
  when status is waiting
  stops response
}
escalation main {
  at breach of response reassign to lead of noc
  at 1h past response notify boss, lead of noc via inbox
}
customer acme {
  tier gold
  override freeze {
    target low response within 2h
  }
}
"""


def told(*lines, head="ticket t1 customer acme priority low"):
    body = "\n".join(f"  {line}" for line in lines)
    return f'scenario "s" {{\n  zone Europe/Berlin\n  {head}\n{body}\n}}\n'


OPENED = "at 2026-10-05 09:00 opened"


def found(text):
    """(code, what is pointed at) of all that is said about a text beside the site."""
    loaded = load_texts("sla.rules", {"sla.rules": SITE + text})
    return [(one.code, (SITE + text)[one.span.start : one.span.end]) for one in loaded.diagnostics]


@pytest.mark.parametrize(
    ("lines", "out"),
    [
        ([OPENED, "expect no update"], []),
        ([OPENED, "expect reponse met"], [("E0301", "reponse")]),
        ([OPENED, "expect response paused by clent"], [("E0301", "clent")]),
        ([OPENED, "expect golf decides response"], [("E0301", "golf")]),
        ([OPENED, "expect override freez decides response"], [("E0301", "freez")]),
        ([OPENED, "expect override freeze decides response"], []),
        ([OPENED, "at 2026-10-05 09:05 replied", "expect no update"], [("E0301", "replied")]),
        ([OPENED, "at 2026-10-05 09:05 changed with vip true", "expect no update"], [("E0301", "changed")]),
        ([OPENED, "at 2026-10-05 09:05 workaround-provided", "expect workaround met"], []),
        ([OPENED + " with vpi true", "expect no update"], [("E0601", "vpi")]),
        ([OPENED + " with vip 1", "expect no update"], [("E0603", "1")]),
        ([OPENED + ' with impact "1"', "expect no update"], [("E0603", '"1"')]),
        ([OPENED + " with vip true, vip false", "expect no update"], [("E0308", "vip")]),
        ([OPENED + ' with status "Nwe"', "expect no update"], [("W0806", '"Nwe"')]),
        ([OPENED + ' with priority "P1"', "expect no update"], [("W0806", '"P1"')]),
        ([OPENED + ' with customer "Whoever"', "expect no update"], []),
        ([OPENED], [("E0801", 'scenario "s"')]),
        ([OPENED, "expect response due 2026-02-30 09:00"], [("E0219", "2026-02-30")]),
        ([OPENED, "expect response due 9999-12-31 23:59"], [("E0219", "9999-12-31")]),
        ([OPENED, "expect response due 2026-02-20 24:00"], [("E0219", "24:00")]),
        ([OPENED, "expect response breached by 0m"], [("E0512", "0m")]),
        ([OPENED, "expect 50% of response never"], []),
        ([OPENED, "expect 80% of response never"], []),
        ([OPENED, "expect 60% of response never"], [("E0804", "60% of response never")]),
        (
            [OPENED, "expect 30m before response never"],
            [("E0804", "30m before response never")],
        ),
        ([OPENED, "expect 60m past response never"], []),
        ([OPENED, "expect breach of response reassign to lead of noc never"], []),
        (
            [OPENED, "expect breach of response reassign to boss never"],
            [("E0804", "breach of response reassign to boss never")],
        ),
        (
            [OPENED, "expect breach of response notify bos via inbox never"],
            [("E0301", "bos")],
        ),
        ([OPENED, "at 2026-10-05 08:59 reply", "expect no update"], [("E0803", "2026-10-05 08:59")]),
        ([OPENED, "expect response met at 2026-10-05 08:59"], [("E0803", "2026-10-05 08:59")]),
        (
            [OPENED, "expect response met at 2026-10-05 09:30", "at 2026-10-05 09:20 reply"],
            [("E0803", "2026-10-05 09:30")],
        ),
        ([OPENED, "expect nothing until 2026-10-05 09:30", "at 2026-10-05 09:20 reply"], [("E0803", None)]),
        ([OPENED, "expect breach of response at 2026-10-05 10:00", "at 2026-10-05 09:20 reply"], []),
        ([OPENED, "expect response due 2026-10-05 10:00", "at 2026-10-05 09:20 reply"], []),
        (["at 2026-10-05 09:20 reply", "expect response met"], [("E0802", None)]),
        (["expect response met", OPENED], [("E0802", "expect response met")]),
        ([OPENED, "expect credits EUR 250.00 in 2026-10"], []),
        ([OPENED, "expect no credits for customer acme in 2026-10"], []),
        ([OPENED, "expect no credits for customer acem in 2026-10"], [("E0301", "acem")]),
        ([OPENED, "expect credits EUR 0.00 in 2026-10"], [("E0219", "0.00")]),
        ([OPENED, "expect credits EUR 1.00 in 2026-13"], [("E0219", "2026-13")]),
        ([OPENED, "expect credits EUR 1.00 in 9999-12"], [("E0219", "9999-12")]),
        ([OPENED, "expect no credits in 1900-12"], [("E0219", "1900-12")]),
        ([OPENED, "expect no credits in 2199-01"], [("E0219", "2199-01")]),
        (["outage mail from 2026-10-05 09:00", OPENED, "expect no credits in 2026-10"], []),
        (["expect no credits in 2026-10", OPENED], [("E0802", "expect no credits in 2026-10")]),
        (["expect no credits for customer acme in 2026-10", OPENED, "expect no update"], []),
        ([OPENED, "expect retainer EUR 250.00 in 2026-10"], []),
        (["expect no retainer for customer acme in 2026-10", OPENED, "expect no update"], []),
        ([OPENED, "expect no retainer for customer acem in 2026-10"], [("E0301", "acem")]),
        ([OPENED, "expect retainer EUR 0.00 in 2026-10"], [("E0219", "0.00")]),
        ([OPENED, "expect no retainer in 2026-13"], [("E0219", "2026-13")]),
        (["expect no retainer in 2026-10", OPENED], [("E0802", "expect no retainer in 2026-10")]),
        ([OPENED, "outage mial from 2026-10-05 09:00", "expect no update"], [("E0301", "mial")]),
        ([OPENED, "outage for customer acem from 2026-10-05 09:00", "expect no update"], [("E0301", "acem")]),
        (
            [OPENED, "outage from 2026-10-05 09:00 until 2026-10-05 09:00", "expect no update"],
            [("E0511", "2026-10-05 09:00")],
        ),
        ([OPENED, "outage from 2026-02-30 09:00", "expect no update"], [("E0219", "2026-02-30")]),
        ([OPENED, "outage from 2020-01-01 09:00", "expect no update"], []),
        ([OPENED, "maintenance patches announced 2026-10-05 09:00", "expect no update"], []),
        (
            [OPENED, "maintenance pathces announced 2026-10-05 09:00", "expect no update"],
            [("E0301", "pathces")],
        ),
        ([OPENED, "maintenance announced 2026-10-05 09:00", "expect no update"], [("E0305", None)]),
        (
            [
                OPENED,
                "maintenance announced 2026-10-05 09:00 from 2026-10-06 09:00 until 2026-10-05 09:00",
                "expect no update",
            ],
            [("E0511", None)],
        ),
        ([OPENED, OPENED, "expect response met"], [("E0802", OPENED)]),
    ],
)
def test_what_is_said_about_a_scenario(lines, out):
    said = found(told(*lines))
    assert [code for code, _ in said] == [code for code, _ in out]
    assert all(text is None or text == shown for (_, shown), (_, text) in zip(said, out, strict=True))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (told(OPENED, "expect no update", head="ticket t1 customer acem"), ["E0301"]),
        (told(OPENED, "expect no update", head='ticket t1 customer "acem"'), []),
        (told(OPENED, "expect no update", head="ticket t1 priority urgent"), ["E0301"]),
        (told(OPENED, "expect no update", head="ticket tier"), ["E0215"]),
        (told(OPENED, "ticket t1", OPENED, "expect no update"), ["E0302"]),
        (told(OPENED, "expect no update").replace("  zone Europe/Berlin\n", ""), ["E0305"]),
        (told(OPENED, "expect no update").replace("Berlin", "Belin"), ["E0403"]),
        (told(OPENED, "expect no update").replace('"s" ', ""), ["E0217"]),
        (told(OPENED, "expect no update") * 2, ["E0302"]),
        ('scenario "s" {\n  zone UTC\n}\n', ["E0305"]),
        ('scenario "s" {\n  zone UTC\n  outage from 2026-10-05 09:00\n}\n', ["E0801"]),
        ('scenario "s" {\n  zone UTC\n  expect no credits for customer acme in 2026-10\n}\n', []),
        ('scenario "s" {\n  zone UTC\n  expect no credits in 2026-10\n}\n', ["E0802"]),
        ('scenario "s" {\n  zone UTC\n  expect no update\n}\n', ["E0802"]),
        ('check "c" on 2026-12-01 {\n}\n', ["E0801"]),
        ('check "c" {\n  customer acme priority low expect no update\n}\n', ["E0305"]),
        ('check "c" on 2026-13-01 {\n  customer acme priority low expect no update\n}\n', ["E0219"]),
        ("check on 2026-12-01 {\n  customer acme priority low expect no update\n}\n", ["E0217"]),
        (
            'check "c" on 2026-12-01 {\n  customer acem priority lwo expect respones within 1h on ofice\n}\n',
            ["E0301"] * 4,
        ),
        (
            'check "c" on 2026-12-01 {\n  customer acme priority low, low expect no update, no update\n}\n',
            ["E0308"] * 2,
        ),
    ],
)
def test_what_is_said_about_the_rest(text, codes):
    assert [code for code, _ in found(text)] == codes


@pytest.mark.parametrize(
    ("line", "code", "mended"),
    [
        ("at 2026-10-05T09:00 opened", "E0219", "at 2026-10-05 09:00 opened"),
        ("at 2026-10-05T09:00:30 opened", "E0219", "at 2026-10-05 09:00:30 opened"),
        ("at 2026-10-05 9:00 opened", "E0219", "at 2026-10-05 09:00 opened"),
        ("expect tier gold decides response", "E0202", "expect gold decides response"),
        ("expect credit EUR 5.00 in 2026-10", "E0202", "expect credits EUR 5.00 in 2026-10"),
        ("expect no credit in 2026-10", "E0202", "expect no credits in 2026-10"),
        ("expect credits 5.00 EUR in 2026-10", "E0202", "expect credits EUR 5.00 in 2026-10"),
        ("expect no retainers in 2026-10", "E0202", "expect no retainer in 2026-10"),
        ("expect retainer 5.00 EUR in 2026-10", "E0202", "expect retainer EUR 5.00 in 2026-10"),
        ("at 2026-10-05 09:00 outage mail", "E0202", "outage mail from 2026-10-05 09:00"),
        (
            "at 2026-10-05 09:00 outage until 2026-10-05 10:00",
            "E0202",
            "outage from 2026-10-05 09:00 until 2026-10-05 10:00",
        ),
        (
            "expect at breach of response at 2026-10-05 10:00",
            "E0202",
            "expect breach of response at 2026-10-05 10:00",
        ),
        ("expect at 50% of response never", "E0202", "expect 50% of response never"),
        ("expect  at 30m before response never", "E0202", "expect  30m before response never"),
        ("expect at response breached", "E0202", "expect response breached"),
        ("expect response decided by gold", "E0202", "expect gold decides response"),
        ("expect response decided by override x", "E0202", "expect override x decides response"),
        ("expect response late by 5m", "E0202", "expect response breached by 5m"),
        ("at 2026-10-05 09:00 change vip true", "E0202", "at 2026-10-05 09:00 set vip true"),
        ("expct response met", "E0202", "expect response met"),
        ("expect response breached by 30 minutes", "E0211", "expect response breached by 30m"),
    ],
)
def test_slips_are_told_with_the_way_to_mend_them(line, code, mended):
    text = SITE + told(OPENED, line, "expect no update")
    (one,) = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    assert one.code == code
    (edit,) = one.fixes[0].edits
    fixed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert f"  {mended}\n" in fixed


@pytest.mark.parametrize(
    ("value", "advised"),
    [('""', "leave it out, or use"), ('" "', "leave it out, or use"), ('"somewhere"', "declare it, or use")],
)
def test_a_priority_that_has_no_name_cannot_be_declared(value, advised):
    text = SITE + told(OPENED, f"at 2026-10-05 09:05 set priority {value}", "expect no update")
    (one,) = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    assert (one.code, one.help[: len(advised)]) == ("W0806", advised)


@pytest.mark.parametrize(
    "rest",
    [
        "resolution met",
        "breach of response at 2026-10-05 10:00",
        "30m  before response never",
        "response breached # why",
    ],
)
def test_what_begins_with_at_is_told_in_its_own_words(rest):
    text = SITE + told(OPENED, f"expect at {rest}", "expect no update")
    (one,) = load_texts("sla.rules", {"sla.rules": text}).diagnostics
    said = " ".join(rest.split("#")[0].split())
    assert one.help == f"write `expect {said}`: `at` begins a step of a ladder, and here the moment"


def test_a_name_in_place_of_a_title():
    ((code, shown),) = found(told(OPENED, "expect no update").replace('"s"', "night-shift"))
    assert (code, shown) == ("E0224", "night-shift")


def test_a_scenario_that_names_an_override_is_looked_at_again_when_a_customer_is_edited():
    text = SITE + told(OPENED, "expect override freeze decides response")
    loader = Loader()
    assert loader.load_from(Texts({"r": text}), "r").diagnostics == ()
    edited = text.replace("  override freeze {", "  override thaw {")
    assert [one.code for one in loader.load_from(Texts({"r": edited}), "r").diagnostics] == ["E0301"]


@given(SCENARIOS)
def test_what_is_written_reads_back_as_the_same_and_is_formatted(made):
    text = scenario_text(made, {"acme"})
    tree = parse(text.rstrip("\n"))
    assert not isinstance(tree, Fault), (text, tree)
    assert tell("key", tree, {"noc"}) == made
    assert format_text(text).text == text


def test_a_check_as_a_value():
    tree = parse(
        'check "c" on 2026-12-01 {\n  customer "Acme, all" priority low, high with vip true '
        "expect response within 1h, no update,\n    resolution within 3bd on office\n}"
    )
    assert check("key", tree) == scenario.Check(
        "c",
        date(2026, 12, 1),
        (
            scenario.CheckLine(
                "Acme, all",
                ("low", "high"),
                (("vip", True),),
                (
                    scenario.Promise("response", "1h"),
                    scenario.Promise("update", ""),
                    scenario.Promise("resolution", "3bd", calendar="office"),
                ),
            ),
        ),
    )
