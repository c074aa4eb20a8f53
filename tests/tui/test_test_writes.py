"""What `sla test` writes into rule files: expectations that are blessed, and tickets that become scenarios."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.facts import Event
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at
from tests.tui.trial import BAD, GOOD, in_a_site
from tui.cli import run


@pytest.fixture
def sla(tmp_path, monkeypatch, capsys):
    return in_a_site(tmp_path, monkeypatch, capsys)


def test_bless_changes_expectations_and_nothing_else(sla):
    code, out, err = sla("--bless", "--dry-run")
    assert code == 1
    assert "-  expect   resolution running   # not while it waits\n" in out
    assert "+  expect   resolution paused by client   # not while it waits\n" in out
    assert "2 expectations would be rewritten" in err
    assert Path("sla.rules").read_text() == RULES + GOOD + BAD
    Path("sla.rules").write_bytes(b"\xef\xbb\xbf" + (RULES + GOOD + BAD).replace("\n", "\r\n").encode())
    code, out, _ = sla("--bless", "--dry-run", "--format", "json", rules=None)
    assert [one["rewritten"] for result in json.loads(out)["results"] for one in result["failures"]] == [
        False
    ] * 3
    code, out, err = sla("--bless", rules=None)
    line = (RULES + GOOD + BAD).split("\n").index("  expect   resolution running   # not while it waits") + 1
    assert out.startswith(
        f"sla.rules:{line}:12: rewritten: expected resolution running, got resolution paused by client\n"
    )
    assert out.count("rewritten") == 2
    assert code == 1  # a line for two priorities is left to people
    assert "cannot be written for you: low: expected resolution within 4h, got resolution within 8h" in err
    wanted = (RULES + GOOD + BAD).replace("resolution running", "resolution paused by client")
    wanted = wanted.replace("response within 30m, resolution", "response within 1h, resolution")
    assert Path("sla.rules").read_bytes() == b"\xef\xbb\xbf" + wanted.replace("\n", "\r\n").encode()
    assert sla(rules=None)[1].count("  expected  ") == 1
    assert sla("--bless", rules=GOOD)[0] == 0
    code, out, _ = sla("--bless", "--format", "json")
    failures = [one for result in json.loads(out)["results"] for one in result["failures"]]
    assert (code, [(one["rewritten"], one["priority"]) for one in failures]) == (
        1,
        [(True, ""), (True, ""), (False, "low")],
    )
    code, out, _ = sla("--bless", "--format", "json", rules=GOOD.replace("high", "hihg"))
    assert (code, [one["code"] for one in json.loads(out)["findings"]]) == (1, ["E0301"])


MONEY = """
service mail {
}
tier paying {
  like gold
  uptime 99.9% per month on always
  credits standard
}
credits standard {
  uptime below 99.9% pays 5% of retainer
  breach of resolution for high pays EUR 250.00 each
  cap EUR 700.00 per month
}
customer payer {
  zone Europe/Berlin
  tier paying
  retainer EUR 12000.00 per month from 2026-03-01
}

scenario "a bad month" {
  zone Europe/Berlin
  outage mail from 2026-03-02 10:00 until 2026-03-02 12:00
  expect credits EUR 605.00 for customer payer in 2026-03  # five percent
  expect credits EUR 600.00 for customer payer in 2026-02
  outage mail from 2026-02-02 10:00 until 2026-02-02 12:00
  expect no credits for customer payer in 2026-02
  expect retainer EUR 13000.00 for customer payer in 2026-03
  expect no retainer for customer payer in 2026-02
  expect retainer EUR 12000.00 for customer payer in 2026-02  # begins later
}
"""


def test_money_is_blessed_and_covered_and_what_cannot_be_settled_is_left(sla):
    code, out, _ = sla("--coverage", rules=MONEY)
    assert code == 1
    assert "  got       credits EUR 600.00 for customer payer in 2026-03\n" in out
    assert "      EUR 600.00  uptime below 99.9% pays 5% of retainer (sla.rules:" in out
    assert "        mail: 99.7" in out
    assert "  got       5% of retainer cannot be paid: there is no retainer for this month\n" in out
    assert "  got       retainer EUR 12000.00 for customer payer in 2026-03\n" in out
    assert "    payer: retainer EUR 12000 per month from 2026-03-01 (sla.rules:" in out
    assert "  got       no retainer for customer payer in 2026-02\n" in out
    assert "  credit band              1 of 3      33.3 %\n" in out
    assert ": credit band: cap EUR 700 per month\n" in out
    code, _, err = sla("--bless", rules=None)
    assert code == 1
    assert "cannot be written for you: expected no credits for customer payer in 2026-02, got 5% of" in err
    assert "4 expectations rewritten" in err
    left = Path("sla.rules").read_text()
    assert "expect retainer EUR 12000.00 for customer payer in 2026-03\n" in left
    assert "expect no retainer for customer payer in 2026-02  # begins later\n" in left
    assert "expect credits EUR 600.00 for customer payer in 2026-03  # five percent\n" in left
    assert left.count("expect no credits for customer payer in 2026-02\n") == 2
    assert sla("--coverage-format", "json", "--coverage-output", "c.json", rules=None)[0] == 1
    units = json.loads(Path("c.json").read_text())["units"]
    bands = {unit["name"]: unit["hits"] for unit in units if unit["kind"] == "credit band"}
    assert bands == {
        "uptime below 99.9% pays 5% of retainer": 1,
        "breach of resolution for high pays EUR 250 each": 0,
        "cap EUR 700 per month": 0,
    }
    sla("--coverage-format", "lcov", "--coverage-output", "c.info", rules=None)
    row = next(unit["line"] for unit in units if unit["name"].startswith("uptime below"))
    assert f"DA:{row},1" in Path("c.info").read_text().splitlines()


def test_a_ticket_becomes_a_scenario_that_passes(sla):
    events = [
        ("2026-03-02 09:00", "opened", {"priority": "low", "status": "Open", "subject": "secret"}),
        ("2026-03-02 10:00", "changed", {"status": "Waiting"}),
        ("2026-03-02 12:00", "resolved", {"status": "Resolved"}),
    ]
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, (when, kind, data) in enumerate(events):
            store.add_events("t", [("T-1", Event(at(when), kind, data, "t", str(number), number))])
    code, out, _ = sla("--record", "T-1", "--store", "sla.db", rules='include "more.rules"\n')
    assert code == 1  # the include has nothing to include yet
    Path("more.rules").write_text("# recorded\n")
    code, out, _ = sla("--record", "T-1", "--store", "sla.db", rules=None)
    assert code == 0
    assert out.startswith('scenario "ticket T-1" {\n')
    assert "expect resolution paused by client\n" in out
    assert "secret" not in out
    for _ in range(2):
        assert sla("--record", "T-1", "--store", "sla.db", "--output", "more.rules", rules=None)[0] == 0
    assert 'scenario "ticket T-1 (2)" {' in Path("more.rules").read_text()
    code, out, _ = sla(rules=None)
    assert code == 0
    assert out.startswith("ok: 2 scenarios, ")
    code, _, err = sla("--record", "T-9", "--store", "sla.db", rules=None)
    assert (code, "no ticket 'T-9'" in err) == (1, True)
    assert sla("--record", "T-1", "--store", "nowhere.db", rules=None)[0] == 4


def test_a_recorded_scenario_that_would_never_run_is_said(sla, tmp_path):
    event = Event(at("2026-03-02 09:00"), "opened", {"priority": "low", "status": "Open"}, "t", "0", 0)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        store.add_events("t", [("T-1", event)])
    Path("tests").mkdir()
    Path("tests/a.rules").write_text("# tests\n")
    record = ("--record", "T-1", "--store", "sla.db", "--output")
    assert sla(*record, "tests/new.rules", "--dry-run", rules='include "tests/*.rules"\n')[0] == 0
    for file in ("tests/a.rules", "tests/new.rules"):
        assert sla(*record, file, rules=None)[0] == 0
    code, _, err = sla(*record, "else/where.rules", rules=None)
    assert (code, "is no part of sla.rules: the scenario does not run" in err) == (1, True)
    assert 'help: add to sla.rules: include "else/where.rules"' in err
    assert "scenario " in Path("else/where.rules").read_text()
    code, _, err = sla(*record, str(tmp_path.parent / "outside.rules"), "--dry-run", rules=None)
    assert (code, "only what is below the folder of sla.rules" in err) == (1, True)
    Path("README.md").write_text("# ours\n")
    code, _, err = sla(*record, "README.md", rules=None)
    assert (code, "README.md is no rule file" in err, Path("README.md").read_text()) == (3, True, "# ours\n")


@pytest.mark.parametrize(
    ("moved", "says"), [("p9", 'no priority "p9" is declared'), ("", 'no priority "" is')]
)
def test_a_ticket_of_which_check_would_have_something_to_say_is_added_to_no_file(sla, moved, says):
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, priority in enumerate(("low", moved)):
            kind = "changed" if number else "opened"
            event = Event(
                at(f"2026-03-02 1{number}:00"), kind, {"priority": priority}, "t", str(number), number
            )
            store.add_events("t", [("T-1", event)])
    outputs = (
        (),
        ("--output", "sla.rules"),
        ("--output", "new.rules"),
        ("--output", "sla.rules", "--dry-run"),
    )
    for output in outputs:
        code, out, err = sla("--record", "T-1", "--store", "sla.db", *output, rules="")
        assert (code, err.count("sla check says W0806 of the scenario"), says in err) == (1, 1, True)
        assert ("nothing is added to" in err, out.startswith("scenario ")) == (bool(output), not output)
    assert (Path("sla.rules").read_text(), Path("new.rules").exists()) == (RULES, False)
    assert run(["check", "--format", "json"]) == 0


def test_nothing_to_bless_is_said(sla):
    code, out, err = sla("--bless", "--run", "zzz")
    assert (code, out) == (1, "")
    assert "no scenario and no check has 'zzz' in its title" in err
    code, out, _ = sla("--bless", "--run", "zzz", "--format", "json", "--junit", "out.xml", rules=None)
    assert (code, [one["code"] for one in json.loads(out)["findings"]]) == (1, ["E0113"])
    assert "E0113" in Path("out.xml").read_text()
