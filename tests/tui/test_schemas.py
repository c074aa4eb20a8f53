"""Every output of findings, of every command that finds something, held to the schema of whoever reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import ValidationError
from xmlschema import XMLSchemaValidationError

from engine.plain import plain
from tests.engine.site import RULES
from tests.tui.schemas import CODE_QUALITY, FINDINGS, SARIF, annotations, junit, step_summary
from tests.tui.test_formats import BAD

ODD = "a %0A::error::x \x1b[31m \u202e \ufffe \U000e0001 <b>&amp;]]><!-- | [a](b) `c` https://d.invalid 👩\u200d🚒"
STORY = f"""
scenario "{ODD}" {{
  zone UTC
  ticket t1 priority high
  at 2026-03-02 09:00 opened
  expect response running
  expect resolution due never
}}
"""
SHAPES = {
    "nothing": (RULES, {}),
    "mistakes": (BAD, {}),
    "strangers": (
        f'priorities critical\ntier t "{ODD}"\ncustomer café:,% {{\ncustomer "{ODD}" {{\n  tier "{ODD}"\n',
        {},
    ),
    "twins": ("calendar a {\n  zone UTC\n  open mon 08:00-23:59\n  open tue 08:00-23:59\n}\n", {}),
    "files": (
        'include "more, 100% odd: (a).rules"\npriorities high\n',
        {"more, 100% odd: (a).rules": "customer a {\n  tier nobody\n}\n"},
    ),
    "no rules": ("", {}),
    "story": (RULES + STORY, {}),
    "findings of an analysis": (
        RULES.replace("within 1h on", "within 9h on") + "customer idle {\n  tier gold\n  zone UTC\n}\n",
        {},
    ),
}
COMMANDS = ("check", "analyse", "test")


@pytest.fixture(params=SHAPES)
def said(request, sla, tmp_path, monkeypatch):
    """What each command says of a shape in a format, by command."""
    folder = tmp_path / "a site"
    folder.mkdir()
    root, more = SHAPES[request.param]
    for name, text in {"sla.rules": root, **more}.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def call(format_):
        out = {}
        for command in COMMANDS:
            code, text, err = sla(command, folder, "--format", format_)
            assert code in (0, 1), err
            if text:
                out[command] = text
        assert "check" in out or format_ == "github"
        return out

    return call


def found(said):
    """The findings of each command, as our JSON has them."""
    out = {command: json.loads(text) for command, text in said("json").items()}
    if isinstance(out.get("test"), dict):
        results = [one["diagnostic"] for result in out["test"]["results"] for one in result["failures"]]
        out["test"] = [*out["test"]["findings"], *results]
    return out


def test_json(said):
    for findings in found(said).values():
        FINDINGS.validate(findings)


def test_sarif(said):
    ours = found(said)
    for command, text in said("sarif").items():
        log = json.loads(text)
        SARIF.validate(log)
        assert [one["ruleId"] for one in log["runs"][0]["results"]] == [one["code"] for one in ours[command]]


def test_code_quality(said):
    ours = found(said)
    for command, text in said("gitlab").items():
        report = json.loads(text)
        CODE_QUALITY.validate(report)
        assert [one["check_name"] for one in report] == [one["code"] for one in ours[command]]


def test_junit(said, junit_schema):
    ours = found(said)
    for command, text in said("junit").items():
        root = junit(text, junit_schema)
        codes = [failure.get("type") for failure in root.iter("failure")]
        assert sorted(codes) == sorted(one["code"] for one in ours[command])


def test_annotations(said):
    ours = found(said)
    for command, text in said("github").items():
        read = annotations(text)
        assert [(one["level"], int(one["line"])) for one in read] == [
            (one["severity"], one["span"]["line"]) for one in ours[command]
        ]
        for one, mine in zip(read, ours[command], strict=True):
            assert one["file"] == f"a site/{mine['file']}"
            assert one["message"].startswith(plain(mine["message"]))


def test_step_summary(said):
    ours = found(said)
    for command, text in said("markdown").items():
        rows = step_summary(text)
        assert [row[:2] for row in rows] == [[one["severity"], one["code"]] for one in ours[command]]
        for row, mine in zip(rows, ours[command], strict=True):
            assert row[2] == f"a site/{mine['file']}:{mine['span']['line']}"
            assert row[3].startswith(plain(mine["message"]).strip())


def test_junit_of_a_run_beside_another_format(sla, junit_schema):
    Path("sla.rules").write_text(RULES + STORY, encoding="utf-8")
    assert sla("test", "--junit", "out.xml")[0] == 1
    (case,) = junit(Path("out.xml").read_bytes(), junit_schema).iter("testcase")
    assert case.get("name") == plain(ODD)


def test_shapes_have_everything_in_them(sla):
    """Labels, notes, fixes, examples, help: what an output has a place for is in some shape."""
    seen: set[str] = set()
    for root, more in SHAPES.values():
        for name, text in {"sla.rules": root, **more}.items():
            Path(name).write_text(text, encoding="utf-8")
        for command in ("check", "analyse"):
            out = json.loads(sla(command, "--format", "json")[1] or "[]")
            seen |= {key for one in out for key, value in one.items() if value}
    assert seen == set(FINDINGS.schema["$defs"]["finding"]["properties"])


def test_schemas_refuse(junit_schema):
    with pytest.raises(XMLSchemaValidationError):
        junit('<testsuites tests="0" failures="0" errors="0"><failure/></testsuites>', junit_schema)
    with pytest.raises(ValidationError):
        SARIF.validate({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "more": 1}]})
    with pytest.raises(ValidationError):
        FINDINGS.validate([{"code": "E0101"}])
    with pytest.raises(AssertionError):
        annotations("::error file=a::100%\n")
    with pytest.raises(AssertionError):
        step_summary("### a <img src=x>\n")
