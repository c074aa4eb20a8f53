from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dsl import cache_folder as cache_folder_module
from dsl import verdict
from dsl.cache_folder import cache_folder
from dsl.load import load

RULES = 'priorities critical\ninclude "more/*.rules"\n'


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("SLA_CACHE_DIR", str(folder))
    cache_folder.cache_clear()
    yield folder
    cache_folder.cache_clear()


@pytest.fixture
def root(tmp_path, cache):
    (tmp_path / "site" / "more").mkdir(parents=True)
    path = tmp_path / "site" / "sla.rules"
    path.write_text(RULES)
    (path.parent / "more" / "a.rules").write_text("field a text\n")
    keep(path)
    return path


def keep(path):
    loaded = load(path)
    verdict.remember(
        path, verdict.Verdict(loaded.diagnostics, loaded.counts()), loaded.files, loaded.patterns
    )
    return loaded


def test_a_verdict_holds_until_something_changes(root):
    loaded = load(root)
    recalled = verdict.recall(root)
    assert recalled.verdict == verdict.Verdict(loaded.diagnostics, loaded.counts())
    assert recalled.files == loaded.files
    (root.parent / "more" / "a.rules").write_text("field b text\n")
    assert verdict.recall(root) is None


def test_findings_come_back_as_they_were(root):
    root.write_text(RULES + "calendar c {\n  open mon-fri 08:00-23:59\n}\nfield x text\nfield x flag\n")
    loaded = keep(root)
    assert [one.code for one in loaded.diagnostics] == ["E0402", "W0408", "E0302"]
    assert verdict.recall(root).verdict.diagnostics == loaded.diagnostics


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root.parent / "more" / "b.rules").write_text(""),
        lambda root: (root.parent / "more" / "a.rules").unlink(),
        lambda root: root.write_text("priorities high\n"),
        lambda root: root.unlink(),
        lambda root: root.write_bytes(b"\xff"),
    ],
)
def test_whatever_the_parser_would_see_ends_a_verdict(root, change):
    change(root)
    assert verdict.recall(root) is None


def test_a_new_program_asks_again(root, monkeypatch):
    monkeypatch.setattr(verdict, "program", lambda: "another")
    assert verdict.recall(root) is None


def test_a_missing_file_is_not_remembered(root):
    root.write_text('include "gone.rules"\n')
    keep(root)
    assert verdict.recall(root) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"program": 1}', b"\xff"])
def test_a_spoilt_entry_is_no_entry(root, cache, content):
    (entry,) = cache.glob("verdict-*")
    entry.write_bytes(content)
    assert verdict.recall(root) is None


def test_an_entry_of_the_wrong_shape_is_no_entry(root, cache):
    (entry,) = cache.glob("verdict-*")
    data = json.loads(entry.read_text())
    entry.write_text(json.dumps(data | {"diagnostics": [[1, 2]]}))
    assert verdict.recall(root) is None


def test_only_so_many_verdicts_are_kept(root, cache, monkeypatch):
    monkeypatch.setattr(verdict, "_KEPT", 3)
    for number in range(5):
        other = root.parent / f"other{number}.rules"
        other.write_text("priorities a\n")
        keep(other)
    assert len(list(cache.glob("verdict-*"))) == 3


# ---------------------------------------------------------------- the folder


@pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")
def test_the_folder_is_ours_alone(tmp_path, monkeypatch):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    monkeypatch.setenv("SLA_CACHE_DIR", str(folder))
    cache_folder.cache_clear()
    assert cache_folder() is None, "others may have put something into it"
    fresh = tmp_path / "new" / "cache"
    monkeypatch.setenv("SLA_CACHE_DIR", str(fresh))
    cache_folder.cache_clear()
    assert cache_folder() == fresh
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700
    fresh.chmod(0o755)
    cache_folder.cache_clear()
    assert cache_folder() == fresh
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700
    link = tmp_path / "link"
    link.symlink_to(fresh)
    monkeypatch.setenv("SLA_CACHE_DIR", str(link))
    cache_folder.cache_clear()
    assert cache_folder() is None
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    monkeypatch.setenv("SLA_CACHE_DIR", str(fresh))
    cache_folder.cache_clear()
    assert cache_folder() is None
    cache_folder.cache_clear()


def test_without_a_cache_everything_works(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("SLA_CACHE_DIR", str(blocked / "below"))
    cache_folder.cache_clear()
    assert cache_folder() is None
    path = tmp_path / "sla.rules"
    path.write_text("priorities a\n")
    assert keep(path).diagnostics == ()
    assert verdict.recall(path) is None
    cache_folder.cache_clear()


def test_the_parsers_tables_are_kept_and_a_spoilt_copy_does_no_harm(cache, tmp_path):
    path = tmp_path / "sla.rules"
    path.write_text("priorities a\n")
    program = (
        "from pathlib import Path; from dsl.load import load; assert not load(Path('sla.rules')).diagnostics"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}

    def run():
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

    run()
    (tables,) = cache.glob("grammar-*")
    size = tables.stat().st_size
    tables.write_bytes(tables.read_bytes()[: size // 2])
    assert run().stderr == ""
    assert tables.stat().st_size > size * 0.9


def test_on_linux_the_folder_is_where_platformdirs_says(monkeypatch, tmp_path):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("SLA_CACHE_DIR", raising=False)
    for value in (str(tmp_path / "xdg"), "", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        monkeypatch.setattr(cache_folder_module, "_PLATFORM", "linux")
        assert cache_folder_module._users_cache() == platformdirs.user_cache_path("tiercel", appauthor=False)
