"""`sla init`: a site that works, CI that its hosts accept, and git that is told."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import at
from tests.git import ENVIRONMENT, ROOT, Repository
from tests.tui.process import environment, sla_command
from tui.commands.init import AT_THE_TOP, DRIVERS, LAYOUT
from tui.group import COMMANDS


@pytest.fixture
def site(sla, tmp_path):
    assert sla("init", "site")[0] == 0
    return tmp_path / "site"


def test_the_site_works(sla, site):
    assert sorted(str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()) == sorted(LAYOUT)
    code, out, _ = sla("check", site)
    assert (code, out[:4]) == (0, "ok: ")
    code, _, err = sla("fmt", "--check", site)
    assert code == 0, err


def test_nothing_is_overwritten(sla, site):
    (site / "sla.rules").write_text("# mine\n")
    for arguments in ((), ("--git",)):
        sla("init", site, *arguments)
        assert (site / "sla.rules").read_text() == "# mine\n"
    code, out, err = sla("init", site)
    assert (code, out) == (1, "")
    assert "already there; nothing was written" in err


def test_one_file_that_is_there_keeps_all_others_from_being_written(sla, tmp_path):
    (tmp_path / "README.md").symlink_to("nowhere")
    assert sla("init")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("largest", [0, 800, 1000])
def test_a_full_disk_leaves_nothing_behind_and_the_next_try_works(tmp_path, there, largest):
    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    if there:
        (tmp_path / "site").mkdir()

    def tried(**options):
        words = sla_command("init", "site")
        return subprocess.run(
            words, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, **options
        )

    done = tried(preexec_fn=small_disk)
    assert (done.returncode, done.stdout) == (4, "")
    assert re.match(r"sla: site/\S+ cannot be written: file too large; what was written is gone", done.stderr)
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == (["site"] if there else [])
    done = tried()
    assert (done.returncode, done.stderr) == (0, "")


def test_what_somebody_puts_into_a_folder_meanwhile_stays(sla, tmp_path, monkeypatch):
    def starter(source):
        if source == "readme.md":
            (tmp_path / "site/rules/mine.txt").touch()
            raise OSError(28, "No space left on device")
        return ""

    monkeypatch.setattr("tui.commands.init._starter", starter)
    code, out, err = sla("init", "site")
    assert (code, out) == (4, "")
    assert err.startswith("sla: site/README.md cannot be written: no space left on device; ")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.txt"]


def test_what_is_no_folder_where_one_is_needed_keeps_all_files_from_being_written(sla, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "rules").symlink_to("nowhere")
    code, out, err = sla("init", "site")
    assert (code, out) == (1, "") and err.startswith("sla: rules already there; nothing was written")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["rules"]
    (tmp_path / "site" / "rules").unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "site" / "rules").symlink_to(tmp_path / "other")
    assert sla("init", "site")[0] == 0


@pytest.mark.parametrize(
    "command", [("init", ""), ("check", ""), ("check", "--rules", " "), ("matrix", "--rules", "")]
)
def test_an_empty_name_is_not_this_folder(sla, tmp_path, command):
    (tmp_path / "site").mkdir()
    code, out, err = sla(*command)
    assert (code, out) == (3, "") and "the path is empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_git_is_told_of_rules_in_a_folder(sla, tmp_path):
    repository = Repository(tmp_path)
    (tmp_path / ".gitattributes").write_text("*.png binary\n")
    assert sla("init", "slas")[0] == 0
    code, _, err = sla("init", "--git")
    assert code == 1 and ".gitattributes already there" in err and "sla init FOLDER --git" in err
    assert sla("init", "slas", "--git")[0] == 0
    assert repository("config", "merge.sla.driver")


def test_git_is_told_or_the_lines_are_printed(sla, tmp_path):
    _, out, _ = sla("init", "printed")
    lines = re.findall(r"^  (git config .*)$", out, re.MULTILINE)
    assert len(lines) == len(DRIVERS)
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").splitlines()
    assert set(lines) <= set(page)
    by_hand = Repository(tmp_path / "printed")
    for line in lines:
        subprocess.run(line, shell=True, cwd=by_hand.folder, env=ENVIRONMENT, check=True)
    by_itself = Repository(tmp_path / "set")
    assert sla("init", "set", "--git")[0] == 0
    for key, value in DRIVERS.items():
        assert by_hand("config", key) == by_itself("config", key) == f"{value}\n"
    assert by_itself("check-attr", "merge", "--", "sla.rules") == "sla.rules: merge: sla\n"


def test_git_where_there_is_no_repository(sla, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, out, err = sla("init", "new/site", "--git")
    assert (code, out) == (4, "")
    assert "is in no git repository" in err and "git init new/site" in err
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert "there is no git here" in sla("init", "--git")[2]


def test_what_git_says_of_a_repository_of_somebody_else_is_passed_on(sla, tmp_path, monkeypatch):
    Repository(tmp_path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    code, out, err = sla("init", "--git")
    assert (code, out) == (4, "")
    assert "dubious ownership" in err and "safe.directory" in err and "git init" not in err
    assert [path.name for path in tmp_path.iterdir()] == [".git"]


def test_attributes_that_do_not_name_the_drivers_are_told(sla, tmp_path):
    repository = Repository(tmp_path)
    assert sla("init", "slas")[0] == 0
    attributes = tmp_path / "slas" / ".gitattributes"
    ours = attributes.read_text()
    attributes.write_text("*.rules text -diff\n")
    code, out, err = sla("init", "slas", "--git")
    assert code == 1 and "git config merge.sla.driver" in out
    assert "git does not use them" in err
    line = re.search(r"to slas/\.gitattributes: (.*)$", err, re.MULTILINE)[1]
    assert line in ours
    attributes.write_text(f"*.rules text -diff\n{line}\n")
    assert sla("init", "slas", "--git")[::2] == (0, "")
    assert repository("check-attr", "diff", "--", "slas/sla.rules") == "slas/sla.rules: diff: sla\n"


@pytest.mark.parametrize("folder", ["notes", "notes/site", "notes/a/site"])
def test_a_file_where_a_folder_is_needed_keeps_all_from_being_written(sla, tmp_path, folder):
    (tmp_path / "notes").write_text("mine")
    code, out, err = sla("init", folder)
    assert (code, out) == (1, "")
    assert err.startswith("sla: notes already there; nothing was written")
    assert (tmp_path / "notes").read_text() == "mine"


def schema(name):
    folder = Path(importlib.util.find_spec("check_jsonschema").origin).parent
    return json.loads((folder / "builtin_schemas" / "vendor" / f"{name}.json").read_text())


@pytest.mark.parametrize(
    ("name", "path"),
    [("github-workflows", ".github/workflows/sla.yml"), ("gitlab-ci", ".gitlab-ci.yml")],
)
def test_ci_keeps_to_the_schema_of_its_host(site, name, path):
    text = (site / path).read_text().replace("\non:", '\n"on":')  # YAML 1.1 takes on for true
    Draft7Validator(schema(name)).validate(yaml.safe_load(text))
    assert set(re.findall(r"\bsla ([a-z-]+)", text)) <= {*COMMANDS, "plan"}


def test_what_ci_runs_runs_here(sla, site, monkeypatch):
    """Every `sla` line of the templates, of the commands that there are, on the site itself."""
    monkeypatch.chdir(site)
    tried = 0
    for path in (".github/workflows/sla.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"):
        for line in re.findall(r"(?:run: |- |entry: )(sla [^\n>|]*)", (site / path).read_text()):
            words = line.split()[1:]
            if words[0] in COMMANDS and words[0] != "plan":
                assert sla(*words)[0] == 0, line
                tried += 1
    assert tried >= 6


@pytest.mark.parametrize("path", [".github/workflows/sla.yml", ".gitlab-ci.yml"])
def test_ci_plans_over_an_archive(sla, site, monkeypatch, path):
    """The `sla plan` of the templates as a shell has it, and the extra that it needs."""
    monkeypatch.chdir(site)
    text = (site / path).read_text()
    assert "'tiercel[history]'" in text
    [line] = re.findall(r"sla plan .*?(?=>)", re.sub(r"\n\s+(?=\$\{)", " ", text))
    acme = site / "rules" / "customers" / "acme.rules"
    acme.write_text(acme.read_text().replace("from 2026-07-01", "from 2024-01-01"))
    repository = Repository(site)
    repository("add", ".")
    repository("commit", "-qm", "one")
    with closing(SqliteStore.open(site / "sla.db", create=True)) as store:
        data = {"customer": "ACME", "priority": "critical"}
        for key in ("T-1", "T-2"):  # the last ticket of a store stays in it
            opened = Event(at("2024-07-02 09:00"), "opened", data, "t", f"{key} opened")
            store.add_events("t", [(key, opened)])
            store.add_events("t", [(key, Event(at("2024-07-02 20:00"), "resolved", {}, "t", key))])
        Engine(store, site / "sla.rules").start(at("2024-07-03 09:00"))
    assert sla("archive", "--to", "history", "--yes")[0] == 0
    tiers = site / "rules" / "tiers.rules"
    tiers.write_text(tiers.read_text().replace("EUR 250.00", "EUR 900.00"))
    repository("commit", "-qam", "two")
    changed = dict.fromkeys(("BASE", "CI_MERGE_REQUEST_DIFF_BASE_SHA"), "HEAD~1")
    for most, code in (("", 0), ("EUR 1000", 0), ("EUR 500", 1)):
        words = {**changed, "MOST": most, "SLA_MAX_CREDIT_DELTA": most}
        shell = ["bash", "-c", line.replace("sla plan", "printf '%s\\n' plan", 1)]
        said = subprocess.run(shell, env={**ENVIRONMENT, **words}, check=True, capture_output=True, text=True)
        found, out, err = sla(*said.stdout.replace("--since\n6m\n", "").split("\n")[:-1])
        assert (found, err) == (code, ""), out
        assert "| `acme` | `2024-07` | `EUR 250` | `EUR 900` | `EUR +650` |" in out


def test_hooks_for_pre_commit():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["sla-check", "sla-fmt", "sla-test"]
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for hook in hooks:
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["entry"].split()[0] in entries
        assert re.search(hook["files"], "rules/tiers.rules")
        assert not re.search(hook["files"], "rules/tiers.rules.md")


@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not here")
def test_pre_commit_takes_the_hooks(tmp_path):
    subprocess.run(["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], check=True)


def test_in_a_folder_of_a_repository_nothing_is_written_that_nobody_reads(sla, tmp_path):
    Repository(tmp_path)
    code, out, _ = sla("init", "our slas/eu")
    assert code == 0
    written = {
        str(path.relative_to(tmp_path / "our slas" / "eu"))
        for path in (tmp_path / "our slas").rglob("*")
        if path.is_file()
    }
    assert written == set(LAYOUT) - AT_THE_TOP
    commands = re.findall(r"^  (sla .*)$", out, re.MULTILINE)
    assert [shlex.split(line)[-1] for line in commands] == ["our slas/eu"] * 3
    for line in commands:
        assert sla(*shlex.split(line)[1:])[0] == 0, line
    assert sla("init")[0] == 0, "at the top all is written"
    assert (tmp_path / ".pre-commit-config.yaml").exists()
