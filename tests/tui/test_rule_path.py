"""Commands that are about one rule file take it in every spelling."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from dsl.verdict import unchanged

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


# ---------------------------------------------------------------- from a folder below


@pytest.fixture
def below(sla, tmp_path, monkeypatch):
    """Runs commands in `site/rules/customers`, of a site that includes what is there."""
    site = tmp_path / "site"
    folder = site / "rules" / "customers"
    folder.mkdir(parents=True)
    customer, rest = (
        SOUND[SOUND.index("customer") : SOUND.index("default")],
        SOUND.replace("customer acme {\n  tier gold from 2026-01-01\n}\n", ""),
    )
    (site / "sla.rules").write_text('include "rules/customers/*.rules"\n' + rest)
    (folder / "acme.rules").write_text(customer)
    monkeypatch.delenv("SLA_RULES", raising=False)
    monkeypatch.chdir(folder)
    return sla


@pytest.mark.parametrize("command", [*([name] for name in COMMANDS), ["matrix"], ["diff", "."]])
def test_the_root_file_is_looked_for_above(below, command, tmp_path, monkeypatch):
    code, _, err = below(*command)
    assert (code, "sla: " in err) == (0, False)
    (tmp_path / "site" / "rules" / ".git").mkdir()  # the top of a repository ends the search
    code, _, err = below(*command)
    assert (code, "there is no file sla.rules" in err or "nor a folder" in err) == (4, True)
    monkeypatch.setenv("SLA_RULES", "../../sla.rules")
    assert below(*command)[0] == 0


def test_paths_are_shown_from_the_root_files_folder(below, tmp_path):
    (tmp_path / "site" / "rules" / "customers" / "acme.rules").write_text("customer acme {\n  tier golf\n}\n")
    code, out, _ = below("check", "--format", "compact")
    assert (code, out.split(":")[0]) == (1, "rules/customers/acme.rules")
    code, out, _ = below("check", "--format", "github")
    assert (code, "file=../../rules/customers/acme.rules," in out) == (1, True)


@pytest.mark.parametrize("command", ["check", "test", "analyse"])
def test_a_part_of_other_rules_is_said_to_be_one(below, command, tmp_path):
    code, out, err = below(command, "acme.rules")
    assert (code, out) == (3, "")
    assert err == (
        f"sla: acme.rules is a part of ../../sla.rules, and no rules by itself\n  help: sla {command} ../../sla.rules\n"
    )
    out = below(command, "acme.rules", "--format", "gitlab")[1]
    assert [one["check_name"] for one in json.loads(out)] == ["E0113"]
    alone = tmp_path / "site" / "rules" / "alone.rules"  # broken, and nobody's part
    alone.write_text("customer x {\n  tier nobodys\n}\n")
    assert "E0301" in below(command, alone)[1]


def test_what_is_advised_can_be_pasted_into_a_shell(told, tmp_path):
    folder = tmp_path / "two words; rm -rf"
    folder.mkdir()
    (folder / "sla.rules").write_text('include "part.rules"\ntier gold {\n')
    (folder / "part.rules").write_text("customer acme {\n  tier nobodys\n}\n")
    for command, path in (("matrix", folder / "sla.rules"), ("check", folder / "part.rules")):
        code, _, err = told(command, *(["--rules"] if command == "matrix" else []), str(path))
        [advice] = re.findall("help: (sla check .*)", err)
        words = shlex.split(advice)
        assert (words[:2], len(words)) == (["sla", "check"], 3)
        assert Path(words[2]).resolve() == folder / "sla.rules"
        assert code in (1, 3)


def test_a_remembered_verdict_is_that_of_the_rules_that_are_meant(told, monkeypatch, tmp_path):
    """The shortest way, before any command is imported."""
    (tmp_path / "sla.rules").write_text("priorities here\n")
    told("check", "sla.rules")
    assert told("check", "elsewhere")[0] == 0
    for variable, expected in (("", "1 priority"), ("elsewhere", "1 tier")):
        monkeypatch.setenv("SLA_RULES", variable)
        assert expected in unchanged([])
    monkeypatch.delenv("SLA_RULES")
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "deeper")
    assert "1 priority" in unchanged([])
    assert unchanged([""]) == ""


def test_a_folder_that_is_gone_is_said(told, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert told("check")[0] == 4
    assert unchanged([]) == ""
