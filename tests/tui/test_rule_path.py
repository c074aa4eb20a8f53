"""Commands that are about one rule file take it in every spelling."""

from __future__ import annotations

import re

import pytest

SOUND = """\
priorities critical
statuses {
  working "New"
}
customer acme {
  tier gold from 2026-01-01
}
default tier gold
tier gold {
  target critical response within 1h on always
}
check "gold" on 2026-07-01 {
  customer acme priority critical expect response within 1h
}
"""
COMMANDS = ["check", "fix", "analyse", "test", "graph"]


@pytest.fixture
def told(sla, tmp_path, monkeypatch):
    """What a command says of a site in a folder of its own, and of another in `elsewhere`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLA_RULES", raising=False)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "sla.rules").write_text(SOUND.replace("gold", "elsewhere-gold"))
    (tmp_path / "sla.rules").write_text("tier {\n")
    return sla


@pytest.mark.parametrize("command", COMMANDS)
def test_every_spelling_is_the_same_file(told, command, monkeypatch):
    file, folder = "elsewhere/sla.rules", "elsewhere"
    spellings = [[file], [folder], ["--rules", file], ["--rules", folder], [file, "--rules", file]]

    def said(*arguments):
        code, out, _ = told(command, *arguments)
        return code, re.sub(r" in [0-9.]+ s\b", "", out)

    answers = {said(*one) for one in spellings}
    monkeypatch.setenv("SLA_RULES", file)
    answers.add(said())
    monkeypatch.setenv("SLA_RULES", "sla.rules")
    answers.add(said(file))
    assert len(answers) == 1
    assert answers.pop()[0] == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_two_files_are_refused_and_none_is_the_one_that_is_here(told, command):
    assert told(command, "elsewhere", "--rules", "sla.rules")[0] == 3
    assert told(command)[0] == 1
