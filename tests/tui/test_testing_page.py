"""docs/testing.md is true: its commands, run one after the other on its rules, print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

from tui.cli import run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")


def test_the_commands_of_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, rules in re.findall(r"^```rules ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        Path(name or "sla.rules").write_text(rules, encoding="utf-8")
    sessions = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    commands = [
        command
        for session in sessions
        for command in re.split(r"^\$ ", session, flags=re.MULTILINE)
        if command
    ]
    assert len(commands) == 6
    for command in commands:
        line, _, shown = command.partition("\n")
        run(line.split()[1:])
        out = re.sub(r"\d+\.\d\d s\b", "TIME", capsys.readouterr().out)
        assert re.sub(r"(under rules )[0-9a-f]{12}", r"\1DIGEST", out) == shown, line
