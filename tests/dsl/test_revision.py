"""Rule files of a git revision: read without a checkout, and never outside the folder of the root file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dsl.errors import SlaError
from dsl.include import Disk, Unreadable
from dsl.load import Loader, load
from dsl.revision import is_revision, revision
from tests.git import git

ROOT = 'language 1\ninclude "rules/**/*.rules"\ninclude "linked/*.rules"\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A repository whose rules are in a folder of it; HEAD~1 is older than HEAD, and the files differ from both."""
    folder = tmp_path / "repository" / "sla"
    for path, text in {
        "sla.rules": ROOT,
        "rules/a.rules": "priorities critical\n",
        "rules/deep/b.rules": "field vip flag\n",
        "rules/.hidden/c.rules": "broken {\n",
        "others/d.rules": "field site text\n",
        "../secret.rules": "field secret text\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "linked").symlink_to("others")
    (folder / "rules" / "same.rules").symlink_to("a.rules")
    (folder / "others" / "too.rules").symlink_to("d.rules")
    (folder / "others" / "again").symlink_to("..")
    git(folder.parent, "init", "-q", "-b", "main")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "-q", "-m", "first")
    (folder / "rules" / "a.rules").write_text("priorities critical, high\n")
    git(folder.parent, "commit", "-q", "-a", "-m", "second")
    (folder / "rules" / "a.rules").write_text("priorities low\n")
    return folder


def test_a_revision_is_what_was_committed(site: Path) -> None:
    loader = Loader()
    for name, expected in (("HEAD~1", ("critical",)), ("main", ("critical", "high"))):
        with revision(site, name) as source:
            loaded = loader.load_from(source, "sla.rules")
        assert loaded.diagnostics == ()
        assert loaded.ruleset is not None
        assert loaded.ruleset.priorities == expected
        assert list(loaded.ruleset.fields) == ["vip", "site"]
    assert load(site).ruleset.priorities == ("low",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "pattern",
    [
        "rules/*.rules",
        "rules/**/*.rules",
        "linked/*.rules",
        "**/*.rules",
        "*.rules",
        "x/*",
        "others/**/*.rules",
    ],
)
def test_patterns_match_as_on_a_disk(site: Path, pattern: str) -> None:
    with revision(site, "HEAD") as source:
        assert source.expand(pattern) == Disk(site).expand(pattern)
        for shown in source.expand(pattern):
            assert os.path.relpath(os.path.realpath(site / shown), site) == source.identity(shown)


def test_no_link_leads_out(site: Path) -> None:
    (site / "rules" / "out.rules").symlink_to("../../secret.rules")
    (site / "rules" / "absolute.rules").symlink_to("/etc/hostname")
    (site / "rules" / "circle.rules").symlink_to("circle.rules")
    (site / "away").symlink_to("..")
    git(site, "add", "-A")
    git(site, "commit", "-q", "-m", "links")
    with revision(site, "HEAD") as source:
        for shown in (
            "rules/out.rules",
            "rules/absolute.rules",
            "rules/circle.rules",
            "away/secret.rules",
            "../secret.rules",
        ):
            with pytest.raises(Unreadable):
                source.read(shown)
        with pytest.raises(FileNotFoundError):
            source.read("rules/none.rules")
        with pytest.raises(Unreadable):
            source.read("rules")
        found = Loader().load_from(source, "sla.rules").diagnostics
    assert {one.code for one in found} == {"E0103"}


@pytest.mark.parametrize(
    "name", ["nowhere", "--output=x", "-h", "HEAD:sla", "a b", "", "HEAD^{tree}", "$(id)"]
)
def test_what_is_no_commit_is_said(site: Path, name: str) -> None:
    assert not is_revision(site, name)
    with pytest.raises(SlaError), revision(site, name):
        pass


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert not is_revision(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SlaError, match="git is not installed"), revision(tmp_path, "HEAD"):
        pass
