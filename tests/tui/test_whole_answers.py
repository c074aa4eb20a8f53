"""Whatever comes of a command, what it prints for programs is whole, and no file of an earlier run stays as if it were of this one."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.tui.schemas import CODE_QUALITY, FINDINGS, SARIF, annotations, junit, step_summary

SOUND = """\
priorities high
tier gold {
  target high response within 1h on always
}
customer acme {
  tier gold
}
scenario "in time" {
  zone UTC
  ticket t1 customer acme priority high
  at 2026-03-02 10:00 opened
  expect response due 2026-03-02 11:00
}
"""
SITES = {"sound": 0, "broken": 1, "a-folder": 4, "nowhere": 4}


@pytest.fixture
def told(sla, tmp_path):
    """Run a command beside a sound site, one with errors, and one whose root file is a folder."""
    for name, text in (("sound", SOUND), ("broken", "tier x {\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sla.rules").write_text(text)
    (tmp_path / "a-folder" / "sla.rules").mkdir(parents=True)
    return sla


@pytest.fixture
def count(junit_schema):
    """How many findings a document holds, which has to be whole."""

    def counted(form, text):
        match form:
            case "json":
                data = json.loads(text)
                findings = data if isinstance(data, list) else data["findings"]
                FINDINGS.validate(findings)
                return len(findings)
            case "sarif":
                log = json.loads(text)
                SARIF.validate(log)
                return len(log["runs"][0]["results"])
            case "gitlab":
                CODE_QUALITY.validate(json.loads(text))
                return len(json.loads(text))
            case "junit":
                return len(list(junit(text, junit_schema).iter("failure")))
            case "github":
                return len(annotations(text))
        return len(step_summary(text))

    return counted


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab", "junit", "github", "markdown"])
@pytest.mark.parametrize("command", ["check", "test", "analyse"])
def test_formats_of_findings(told, count, command, form):
    for site, expected in SITES.items():
        code, out, err = told(command, site, "--format", form)
        assert (code, count(form, out)) == (expected, min(expected, 1)), site
        assert ("sla: there is no" in err) is (expected == 4)


@pytest.mark.parametrize("command", ["check", "test", "analyse"])
def test_people_are_told_once(told, command):
    for form in ("human", "compact", "plain"):
        code, out, err = told(command, "broken", "--format", form)
        assert (code, out.count("E0203"), "E0203" in err) == (1, 1, False)
        code, out, err = told(command, "nowhere", "--format", form)
        assert (code, out, err.count("nowhere")) == (4, "", 1)


def test_a_history_that_is_not_there_is_a_finding(told):
    code, out, err = told("check", "sound", "--changed-since", "gone", "--format", "gitlab")
    assert (code, [one["check_name"] for one in json.loads(out)]) == (4, ["E0113"])
    assert "not a git repository" in err


@pytest.mark.parametrize("site", SITES)
def test_files_of_an_earlier_run_do_not_stay(told, count, site):
    asked = ["--junit", "out.xml", "--coverage-output"]
    assert told("test", "sound", *asked, "c.json", "--coverage-format", "json")[0] == 0
    assert told("test", "sound", *asked, "c.info", "--coverage-format", "lcov")[0] == 0
    assert "DA:" in Path("c.info").read_text()
    code, out, _ = told("test", site, *asked, "c.json", "--coverage-format", "json", "--threshold", "1")
    assert code == SITES[site]
    assert count("junit", Path("out.xml").read_text()) == min(code, 1)
    percent = json.loads(Path("c.json").read_text())["percent"]
    assert (percent > 0) is (code == 0)
    told("test", site, *asked, "c.info", "--coverage-format", "lcov")
    assert ("DA:" in Path("c.info").read_text()) is (code == 0)
    told("test", site, "--coverage-output", "c.txt")
    assert ("nothing was run" in Path("c.txt").read_text()) is (code != 0)


@pytest.mark.parametrize(("site", "printed"), [("sound", "ok: 1 scenario"), ("broken", "nothing was run")])
def test_a_file_that_cannot_be_written_keeps_back_neither_the_run_nor_the_other_file(told, site, printed):
    code, out, err = told("test", site, "--junit", "gone/x.xml", "--coverage-output", "c.txt")
    assert (code, printed in out, Path("c.txt").exists()) == (4, True, True)
    assert err == "sla: gone/x.xml cannot be written: no such file or directory\n"
    code, _, err = told(
        "test", site, "--junit", "out.xml", "--coverage-output", "gone/c", "--threshold", "100"
    )
    assert (code, Path("out.xml").exists()) == (4, True)
    assert err.startswith("sla: gone/c cannot be written")
    code, _, err = told("test", site, "--junit", "gone/x.xml", "--coverage-output", "gone/c")
    assert (code, err.count("cannot be written")) == (4, 2)
    code, out, _ = told("test", site, "--junit", "gone/x.xml", "--coverage")
    assert (code, "%" in out) == (4, site == "sound")
    code, _, err = told("test", site, "--junit", "gone/x.xml", "--run", "nobody")
    assert (code, err.count("gone/x.xml")) == (4, 1)


def test_titles_that_match_nothing_leave_no_results_of_others(told):
    told("test", "sound", "--junit", "out.xml")
    code, out, _ = told("test", "sound", "--junit", "out.xml", "--run", "nobody", "--format", "json")
    data = json.loads(out)
    assert (code, data["results"], [one["code"] for one in data["findings"]]) == (1, [], ["E0113"])
    code, out, _ = told("test", "sound", "--run", "nobody", "--format", "sarif")
    assert (code, [one["ruleId"] for one in json.loads(out)["runs"][0]["results"]]) == (1, ["E0113"])
    code, out, err = told("test", "sound", "--junit", "out.xml", "--run", "nobody")
    assert (code, out, err.count("nobody")) == (1, "", 1)
    (failure,) = ET.parse("out.xml").iter("failure")
    assert "nobody" in failure.get("message")


@pytest.mark.parametrize("command", [("matrix",), ("graph",), ("diff", "."), ("plan", ".", ".")])
def test_objects_say_why_there_is_no_answer(told, command):
    for site in ("broken", "nowhere"):
        code, out, err = told(*command, "--rules", f"{site}/sla.rules", "--format", "json")
        data = json.loads(out)
        assert code == SITES[site]
        assert data["error"] in err
        assert [one["code"] for one in data["findings"]] == (["E0203"] if site == "broken" else [])


def test_tables_are_whole(told):
    for site in ("broken", "nowhere"):
        code, out, _ = told("matrix", "--rules", f"{site}/sla.rules", "--format", "csv")
        assert (code, list(csv.DictReader(io.StringIO(out)))) == (SITES[site], [])
        assert "priority" in out
        code, out, _ = told("matrix", "--rules", f"{site}/sla.rules", "--format", "html")
        assert (code, out.rstrip()[-7:]) == (SITES[site], "</html>")
