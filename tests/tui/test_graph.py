"""`sla graph` in its three forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.engine.desk import RULES
from tui.cli import run


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "sla.rules"
    path.write_text(RULES.replace('"Gold"', '"Gold <b>#1</b>"'))
    return path


def test_json_holds_every_node_and_arrow(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", str(site), "--format", "json"]) == 0
    nodes = {node["key"]: node for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert nodes["agreement globex"]["depends_on"] == ["customer globex"]
    assert nodes["tier gold"]["where"] == "sla.rules:45"
    assert all(key in nodes for node in nodes.values() for key in node["depends_on"])


@pytest.mark.parametrize(
    ("form", "head", "arrow"), [("mermaid", "flowchart LR", " --> "), ("dot", "digraph rules {", " -> ")]
)
def test_drawings_have_the_arrows_of_the_data(
    site: Path, capsys: pytest.CaptureFixture[str], form: str, head: str, arrow: str
) -> None:
    run(["graph", str(site), "--format", "json"])
    nodes = json.loads(capsys.readouterr().out)["nodes"]
    assert run(["graph", "--rules", str(site), "--format", form]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == head
    assert sum(arrow in line for line in lines) == sum(len(node["depends_on"]) for node in nodes)
    assert sum('["' in line or "[label=" in line for line in lines) == len(nodes)


def test_text_of_rules_is_no_syntax_of_the_drawing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(
        RULES.replace('site == "depot"', 'site == "a\\\\\\"]; --> b<i>"').replace('"lab"', '"#quot;"')
    )
    assert run(["graph", str(site), "--format", "mermaid"]) == 0
    labels = [line for line in capsys.readouterr().out.splitlines() if '["' in line]
    assert all(line.count('"') == 2 and "<" not in line for line in labels)
    assert run(["graph", str(site), "--format", "dot"]) == 0
    drawn = [line for line in capsys.readouterr().out.splitlines() if "[label=" in line]
    assert all(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) == 2 for line in drawn)


def test_one_customer_and_what_it_needs(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", str(site), "--customer", "globex", "--format", "json"]) == 0
    keys = {node["key"] for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert {"agreement globex", "group retail", "tier silver", "calendar shop", "source sla.rules"} <= keys
    assert not keys & {"customer acme", "tier bronze"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.rules"], 4, "nowhere.rules"),
        (["{site}", "--customer", "zorg"], 3, "zorg"),
        (["{site}", "--rules", "other.rules"], 3, "name one rule file"),
        (["{site}", "--format", "png"], 3, "png"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert run(["graph", *(argument.format(site=site) for argument in arguments)]) == code
    assert words in capsys.readouterr().err


def test_rules_with_errors_are_findings(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text("language 1\ntier gold {\n  calendar nowhere\n}\n")
    assert run(["graph", str(site)]) == 1
    assert "nowhere" in capsys.readouterr().err
