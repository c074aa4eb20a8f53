"""Every output of findings, held to the schema of whoever reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from tests.tui.junit_schema import check
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

# GitLab's documentation of code quality reports, in our words: the properties it requires and the severities it knows.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
SPAN = {
    "type": "object",
    "required": ["line", "column", "end_line", "end_column", "start", "end"],
    "additionalProperties": {"type": "integer", "minimum": 0},
}
# docs/commands.md
OURS = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": [
            "code",
            "severity",
            "message",
            "file",
            "span",
            "labels",
            "help",
            "notes",
            "fixes",
            "fingerprint",
        ],
        "properties": {
            "code": {"type": "string", "pattern": r"^[EW]\d{4}$"},
            "severity": {"enum": ["error", "warning"]},
            "message": {"type": "string", "minLength": 1},
            "file": {"type": "string"},
            "span": SPAN,
            "labels": {"type": "array", "items": {"required": ["file", "span", "text"]}},
            "help": {"type": "string"},
            "notes": {"type": "array", "items": {"type": "string"}},
            "fixes": {
                "type": "array",
                "items": {
                    "required": ["title", "applicability", "edits"],
                    "properties": {
                        "applicability": {"enum": ["safe", "maybe"]},
                        "edits": {"type": "array", "items": {"required": ["file", "span", "text"]}},
                    },
                },
            },
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        },
    },
}


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


def test_our_json(sla, site):
    found = records(sla)
    Draft202012Validator(OURS).validate(found)
    assert len(found) > 4


def test_sarif(sla, site):
    text = sla("check", "site", "--format", "sarif")[1]
    SarifLog.model_validate_json(text)
    [run] = json.loads(text)["runs"]
    assert [one["ruleId"] for one in run["results"]] == [one["code"] for one in records(sla)]
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
    SarifLog.model_validate_json(sla("check", "good.rules", "--format", "sarif")[1])


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
    Draft202012Validator(CODE_QUALITY).validate(report)
    assert [(one["check_name"], one["location"]["lines"]["begin"]) for one in report] == [
        (one["code"], one["span"]["line"]) for one in records(sla)
    ]
    assert {one["location"]["path"] for one in report} == {"site/sla.rules"}
    assert json.loads(sla("check", "good.rules", "--format", "gitlab")[1]) == []


def test_junit(sla, site):
    root = ET.fromstring(sla("check", "site", "--format", "junit")[1])
    check(root)
    suites = root.findall("testsuite")
    assert root.tag == "testsuites"
    assert int(root.attrib["tests"]) == sum(int(suite.attrib["tests"]) for suite in suites)
    for suite in suites:
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.attrib["tests"])
        assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"])
        assert all({"name", "classname", "time"} <= set(case.attrib) for case in cases)
        assert all(failure.attrib["type"] and failure.text for failure in suite.findall("testcase/failure"))
    assert int(root.attrib["failures"]) == len(records(sla))
    well = ET.fromstring(sla("check", "good.rules", "--format", "junit")[1])
    check(well)
    assert (well.attrib["tests"], well.attrib["failures"], len(well.findall(".//testcase"))) == ("1", "0", 1)


COMMAND = re.compile(r"::(error|warning) (?P<properties>[^:]*)::(?P<message>.*)")


def test_github_annotations_and_step_summary(sla, site, monkeypatch):
    summary = site / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    out = sla("check", "site", "--format", "github")[1]
    lines = out.splitlines()
    assert len(lines) == len(records(sla))
    for line, ours in zip(lines, records(sla), strict=True):
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(item.split("=", 1) for item in match["properties"].split(","))
        assert match[1] == ours["severity"]
        assert properties["file"] == "site/sla.rules"
        assert int(properties["line"]) == ours["span"]["line"]
        assert ("col" in properties) is (ours["span"]["line"] == ours["span"]["end_line"])
        assert not re.search(r"%(?!25|0A|0D)", match["message"])
    table = summary.read_text()
    assert table.count("\n| error |") + table.count("\n| warning |") == len(lines)
    assert sla("check", "site", "--format", "markdown")[1].strip() == table.strip()
    sla("check", "good.rules", "--format", "github")
    assert summary.read_text().endswith("all is well\n")


def test_what_a_stranger_wrote_is_neither_markup_nor_a_command(sla, site):
    bad = 'customer a {\n  tier "<img src=x>|[x](y)%0A::error::"\n}\ncustomer "`<i>`" {\n'
    (site / "site" / "sla.rules").write_text(bad)
    table = sla("check", "site", "--format", "markdown")[1]
    assert "<img" not in table
    assert "<i>" not in table
    assert "[x](y)" not in table
    assert all(
        len(re.findall(r"(?<!\\)\|", line)) == 5 for line in table.splitlines() if line.startswith("| ")
    )
    assert all(line.startswith("::") for line in sla("check", "site", "--format", "github")[1].splitlines())


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
