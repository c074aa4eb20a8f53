"""`sla test` as people and CI run it: what it prints and writes, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from dsl.span import Span
from engine.scenario.coverage import Covered, Unit
from tests.engine.site import RULES
from tests.tui.trial import BAD, GOOD, in_a_site
from tui.covered import falls_short

ROOT = Path(__file__).resolve().parents[2]
GOES_ON = """
scenario "goes on" {
  zone UTC
  ticket t1 priority low
  at 2026-03-02 10:00 opened
  at 2026-03-02 11:00 set status "Waiting"
  at 2026-03-02 12:00 set status "Open"
  expect resolution running
}
"""


@pytest.fixture
def sla(tmp_path, monkeypatch, capsys):
    return in_a_site(tmp_path, monkeypatch, capsys)


def test_all_is_well(sla):
    code, out, _ = sla(rules=GOOD)
    assert code == 0
    assert out.startswith("ok: 1 scenario, 2 expectations in ")


def test_a_failure_is_two_lines_and_the_reasons(sla):
    code, out, _ = sla()
    assert code == 1
    line = (RULES + GOOD + BAD).split("\n").index("  expect   resolution running   # not while it waits") + 1
    assert (
        f"  --> sla.rules:{line}:12\n  expected  resolution running\n  got       resolution paused by client\n    "
        in out
    )
    assert "tier gold decides: target low resolution within 8h (sla.rules:" in out
    assert "  expected  response within 30m\n  got       response within 1h\n" in out
    assert " (low)\n  expected  resolution within 4h\n  got       resolution within 8h\n" in out
    assert "failed: 2 of 3 (2 scenarios and 1 check), 3 of 8 expectations, in " in out
    assert "a reply in time" not in out


def test_some_of_them(sla):
    assert sla("--run", "^a reply")[0] == 0
    code, _, err = sla("--run", "nonsense")
    assert (code, "no scenario and no check has" in err) == (1, True)
    code, _, err = sla("--run", "(")
    assert (code, "no regular expression" in err) == (3, True)


def test_nothing_to_run_is_said(sla):
    code, out, _ = sla(rules="")
    assert (code, out) == (0, "there is no scenario and no check in these rules\n")


def test_rules_with_errors_are_reported_as_check_does(sla):
    code, out, err = sla(rules=GOOD.replace("high", "hihg"))
    assert (code, err) == (1, "")
    assert "E0301" in out
    assert out.endswith("\nnothing was run: the rules have errors\n")


def test_formats_for_programs(sla):
    code, out, _ = sla("--format", "compact")
    assert code == 1
    assert len(out.splitlines()) == 3
    assert all(": error E0805: " in line for line in out.splitlines())
    code, out, _ = sla("--format", "json")
    data = json.loads(out)
    assert (code, data["failed"]) == (1, 2)
    (failure,) = data["results"][1]["failures"]
    assert failure["expected"] == "resolution running"
    assert failure["diagnostic"]["code"] == "E0805"
    assert failure["diagnostic"]["fixes"][0]["edits"][0]["text"] == "resolution paused by client"


def test_every_format_of_findings_says_the_failures(sla, tmp_path, monkeypatch):
    found = [
        failure["diagnostic"]
        for result in json.loads(sla("--format", "json")[1])["results"]
        for failure in result["failures"]
    ]
    assert len(found) == 3
    [told] = json.loads(sla("--format", "sarif")[1])["runs"]
    assert [one["ruleId"] for one in told["results"]] == ["E0805"] * 3
    assert [one["location"]["lines"]["begin"] for one in json.loads(sla("--format", "gitlab")[1])] == [
        one["span"]["line"] for one in found
    ]
    assert sla("--format", "markdown")[1].startswith("### sla test: 3 errors")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    code, out, _ = sla("--format", "github")
    assert code == 1
    assert [line.split(",")[0] for line in out.splitlines()] == ["::error file=sla.rules"] * 3
    assert "expected resolution running" in (tmp_path / "summary.md").read_text()
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    out = sla("--format", "junit", "--junit", "out.xml")[1]
    assert [case.get("name") for case in ET.fromstring(out.encode()).iter("testcase")] == [
        case.get("name") for case in ET.parse("out.xml").iter("testcase")
    ]
    out = sla("--format", "plain")[1]
    assert "-->" not in out and out.count("E0805") == 3 and "\n\nfailed: 2 of 3 " in out


@pytest.mark.parametrize("form", ["compact", "sarif", "junit", "github", "markdown", "gitlab"])
def test_formats_of_findings_where_all_is_well(sla, form):
    code, out, _ = sla("--format", form, rules=GOOD)
    assert code == 0 and "E0805" not in out and "expected" not in out


def test_junit(sla):
    code, _, _ = sla("--junit", "out.xml")
    assert code == 1
    root = ET.fromstring(Path("out.xml").read_bytes())
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    good, bad, check = suite
    assert (good.get("name"), len(good)) == ("a reply in time", 0)
    assert bad.get("name") == 'waits <&> "quotes"'
    assert bad[0].get("message") == "expected resolution running, got resolution paused by client"
    assert "expected  resolution running\ngot       resolution paused by client\n" in bad[0].text
    assert check.get("classname") == "sla.rules.check"


def test_coverage(sla):
    code, out, err = sla("--coverage", rules=GOOD)
    assert (code, err) == (0, "")
    assert "  pause entered            0 of 1       0.0 %\n" in out
    assert "target: low resolution within 8h\n" in out.split("not covered")[1]
    assert "target: high resolution" not in out.split("not covered")[1]
    assert sla("--threshold", "30", rules=GOOD)[0] == 0
    code, _, err = sla("--threshold", "90", rules=GOOD)
    assert code == 1
    assert "covered, under 90 %" in err
    code, out, _ = sla("--threshold", "90", "--format", "compact", rules=GOOD)
    assert (code, out) == (1, "")


@pytest.mark.parametrize(("threshold", "short"), [(46.15, False), (46.16, True), (46.1, False), (100, True)])
def test_a_threshold_is_held_against_the_counts(threshold, short):
    place = Span("sla.rules", 0, 1, 1, 1, 1, 2)
    found = [Covered(Unit.TARGET, "x", place, int(number < 12)) for number in range(26)]
    assert falls_short(found, threshold) is short


def test_a_threshold_is_told_as_it_was_written(sla):
    line = re.search(r"\((\d+) of (\d+)\)", sla("--threshold", "100", rules=GOOD)[2])
    above = f"{int(line[1]) * 100 / int(line[2]) + 1e-9:.9f}"
    err = sla("--threshold", above, rules=GOOD)[2]
    said, under = re.search(r"sla: ([\d.]+) % .* covered, under ([\d.]+) %", err).groups()
    assert under == above and float(said) < float(under)
    assert "under 100 %" in sla("--threshold", "100", rules=GOOD)[2]


def test_a_share_that_is_reached_exactly_is_enough():
    place = Span("sla.rules", 0, 1, 1, 1, 1, 2)
    for hits in range(1001):
        found = [Covered(Unit.TARGET, "x", place, int(number < hits)) for number in range(1000)]
        assert not falls_short(found, float(f"{hits / 10:.1f}"))


@pytest.mark.parametrize(
    ("opened", "due", "hits"),
    [
        ("09:00", "10:00", 0),
        ("11:30", "12:30", 1),
        ("12:30", "13:30", 0),
    ],
)
def test_an_exception_is_covered_by_a_clock_that_runs_into_its_time(sla, opened, due, hits):
    office = "  open mon-fri 08:00-16:00\n"
    closed = RULES.replace(office, office + "  closed 2026-12-24 12:00-12:15\n")
    closed = closed.replace("response within 1h on always", "response within 1h").replace(
        "resolution within 4h on always", "resolution within 2h"
    )
    story = GOOD.replace("2026-03-02 10:00", f"2026-12-24 {opened}").split("  expect response due")[0]
    ending = (
        f"  at 2026-12-24 {opened}:30 reply\n  at 2026-12-24 {due} resolved\n  expect resolution met\n}}\n"
    )
    Path("sla.rules").write_text(closed + story + ending)
    assert sla("--coverage-format", "json", "--coverage-output", "c.json", rules=None)[0] == 0
    units = json.loads(Path("c.json").read_text())["units"]
    assert [one["hits"] for one in units if one["name"] == "closed 2026-12-24"] == [hits]


def test_coverage_for_programs(sla):
    both = BAD.split("check", maxsplit=1)[0].replace("resolution running", "resolution paused") + GOES_ON
    code, _, _ = sla("--coverage-format", "json", "--coverage-output", "c.json", rules=both)
    assert code == 0
    data = json.loads(Path("c.json").read_text())
    assert data["kinds"]["pause left"] == {"units": 1, "covered": 1, "percent": 100.0}
    paused = next(unit for unit in data["units"] if unit["kind"] == "pause entered")
    assert (paused["name"], paused["hits"]) == ("client", 2)
    assert sla("--coverage-format", "lcov", "--coverage-output", "c.info", rules=both)[0] == 0
    lines = Path("c.info").read_text().splitlines()
    assert lines[:2] == ["TN:sla", "SF:sla.rules"]
    assert lines[-1] == "end_of_record"
    row = paused["line"]
    assert {f"BRDA:{row},0,0,2", f"BRDA:{row},0,1,1", "BRF:2", "BRH:2"} <= set(lines)
    data_lines = [line for line in lines if line.startswith("DA:")]
    assert f"LF:{len(data_lines)}" in lines
    assert f"LH:{sum(not line.endswith(',0') for line in data_lines)}" in lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("--dry-run",),
        ("--output", "x"),
        ("--watch", "--bless"),
        ("--bless", "--record", "T-1"),
        ("--bless", "--format", "sarif"),
        ("--record", "T-1", "--format", "json"),
        ("--record", "T-1", "--format", "junit", "--output", "x.rules"),
        ("--record", "T-1", "--junit", "x.xml"),
        ("--record", "T-1", "--run", "x"),
        ("--record", "T-1", "--threshold", "80"),
        ("--coverage-format", "lcov"),
        ("--coverage", "--format", "json"),
        ("--threshold", "101"),
        ("--threshold", "nan"),
        ("--threshold", "inf"),
    ],
)
def test_what_makes_no_sense_is_refused(sla, arguments):
    code, out, err = sla(*arguments)
    assert (code, out) == (3, "") and "Error: " in err


def test_texts_of_strangers_steer_nothing(sla):
    text = GOOD.replace("a reply in time", "a \x1b[31m \u202e reply").replace("response met", "no response")
    _, out, _ = sla(rules=text)
    assert "\x1b" not in out
    assert "\u202e" not in out
    sla("--junit", "out.xml", rules=text)
    assert ET.parse("out.xml").find(".//testcase").get("name") == "a \ufffd[31m \ufffd reply"


def test_watch_runs_again_at_every_save(tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(RULES + GOOD)
    command = [sys.executable, "-u", "-c", "from tui.cli import main; main()", "test", "--watch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLA_CACHE_DIR": str(tmp_path / "cache")}
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _await(log, "ok: 1 scenario")
            _await(log, "waiting for a change")
            root.write_text(RULES + GOOD.replace("response met", "response running"))
            _await(log, "got       response met")
            fresh = tmp_path / "fresh"
            fresh.write_text(RULES + GOOD.replace("high", "hihg"))
            fresh.replace(root)  # as editors save
            _await(log, "did you mean `high`?")
            assert log.read_text().count("waiting for a change") == 3
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 1
        finally:
            process.kill()


def _await(log, text):
    end = time.monotonic() + 30
    while text not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
