"""What each output of findings says; test_schemas.py holds them to the schemas of those who read them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.tui.schemas import annotations, step_summary
from tui.findings import FORMATS

BAD = """\
priorities critical
calendar desk "<b>%0A::error::x | [a](b)" {
  zone Europe/Berln
  open mon-fri 08:00-23:59
}
field vip flag
field vip text
customer acme {
  alias "x"
  tier gold
  tier gold
}
customer café:,% {
"""
GOOD = "priorities critical, high\n"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sla.rules").write_text(BAD)
    (tmp_path / "good.rules").write_text(GOOD)
    return tmp_path


def records(sla):
    return json.loads(sla("check", "site", "--format", "json")[1])


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_ends_with_the_same_exit_code_and_is_harmless(sla, site, format_):
    code, out, err = sla("check", "site", "--format", format_)
    assert (code, err) == (1, "")
    assert "\x1b" not in out
    code, out, err = sla("check", "good.rules", "--format", format_)
    assert (code, err) == (0, "")


def test_sarif(sla, site):
    [run] = json.loads(sla("check", "site", "--format", "sarif")[1])["runs"]
    for result, ours in zip(run["results"], records(sla), strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "site/sla.rules"
        region = place["region"]
        assert (
            BAD[region["charOffset"] :][: region["charLength"]]
            == BAD[ours["span"]["start"] : ours["span"]["end"]]
        )
        assert (region["endLine"], region["endColumn"]) == (
            ours["span"]["end_line"],
            ours["span"]["end_column"],
        )
        for fix, our_fix in zip(result.get("fixes", ()), ours["fixes"], strict=True):
            assert fix["description"]["text"] == our_fix["title"]
            edits = [edit for change in fix["artifactChanges"] for edit in change["replacements"]]
            assert [edit["insertedContent"]["text"] for edit in edits] == [
                edit["text"] for edit in our_fix["edits"]
            ]
    [run] = json.loads(sla("check", "good.rules", "--format", "sarif")[1])["runs"]
    assert run["results"] == []


def test_two_findings_that_read_the_same_are_two_findings(sla, site):
    (site / "site" / "sla.rules").write_text(
        "calendar a {\n  zone UTC\n  open mon 08:00-23:59\n  open tue 08:00-23:59\n}\n"
    )
    found = json.loads(sla("check", "site", "--format", "gitlab")[1])
    assert len(found) == len({one["fingerprint"] for one in found}) == 2
    [run] = json.loads(sla("check", "site", "--format", "sarif")[1])["runs"]
    assert [one["partialFingerprints"]["tiercel/v1"] for one in run["results"]] == [
        one["fingerprint"] for one in found
    ]


def test_gitlab_code_quality(sla, site):
    report = json.loads(sla("check", "site", "--format", "gitlab")[1])
    assert [(one["check_name"], one["location"]["lines"]["begin"]) for one in report] == [
        (one["code"], one["span"]["line"]) for one in records(sla)
    ]
    assert {one["location"]["path"] for one in report} == {"site/sla.rules"}
    assert json.loads(sla("check", "good.rules", "--format", "gitlab")[1]) == []


def test_junit(sla, site):
    root = ET.fromstring(sla("check", "site", "--format", "junit")[1])
    [suite] = root.findall("testsuite")
    assert suite.attrib["name"] == suite.attrib["file"] == "site/sla.rules"
    failures = suite.findall("testcase/failure")
    assert len(suite) == len(failures) == len(records(sla))
    assert all({"name", "classname", "time"} <= set(case.attrib) for case in suite)
    assert all(failure.attrib["type"] and failure.text for failure in failures)
    well = ET.fromstring(sla("check", "good.rules", "--format", "junit")[1])
    assert (well.attrib["tests"], well.attrib["failures"], len(well.findall(".//testcase"))) == ("1", "0", 1)


def test_github_annotations_and_step_summary(sla, site, monkeypatch):
    summary = site / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    found = annotations(sla("check", "site", "--format", "github")[1])
    for one, ours in zip(found, records(sla), strict=True):
        assert one["file"] == "site/sla.rules"
        assert ("col" in one) is (ours["span"]["line"] == ours["span"]["end_line"])
    table = summary.read_text()
    assert len(step_summary(table)) == len(found)
    assert sla("check", "site", "--format", "markdown")[1].strip() == table.strip()
    sla("check", "good.rules", "--format", "github")
    assert summary.read_text().endswith("all is well\n")


def test_plain_can_be_read_aloud(sla, site):
    out = sla("check", "site", "--format", "plain")[1]
    assert "^^" not in out
    assert "Error E0403, sla.rules line 3 column 8: there is no time zone `Europe/Berln`." in out
    assert sla("check", "good.rules", "--format", "plain")[1] == "ok: 2 priorities in 1 file\n"


def test_from_another_folder(sla, site, monkeypatch):
    (site / "elsewhere").mkdir()
    monkeypatch.chdir(site / "elsewhere")
    report = json.loads(sla("check", Path("..", "site"), "--format", "gitlab")[1])
    assert {one["location"]["path"] for one in report} == {"../site/sla.rules"}
