"""The four ways in which files change on real systems, each against real files."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.watch import Watcher

QUIET = 0.25
SOON = 1.0
NEVER = 3600.0


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A root file with two included files in a folder."""
    top = tmp_path / "site"
    (top / "rules").mkdir(parents=True)
    (top / "sla.rules").write_text('include "rules/*.rules"\n')
    (top / "rules" / "tiers.rules").write_text("tier gold {\n}\n")
    (top / "rules" / "pauses.rules").write_text("pause p {\n}\n")
    return top / "sla.rules"


def named(root: Path) -> Callable[[], list[Path]]:
    """What a load of the site reads: the pattern's folder and its files."""
    return lambda: [root.parent / "rules", *sorted((root.parent / "rules").glob("*.rules"))]


@pytest.fixture
def watcher(site: Path) -> Iterator[Watcher]:
    """Events only: the next poll is an hour away."""
    with closing(Watcher(site, named(site), poll=NEVER)) as made:
        assert not made.wait(QUIET)
        yield made


def rename_save(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text)
    beside.replace(path)


def test_a_save_in_place_is_noticed_once(site: Path, watcher: Watcher) -> None:
    site.write_text("language 1\n")
    assert watcher.wait(SOON)
    assert not watcher.wait(QUIET)


def test_a_save_by_rename_is_noticed_every_time(site: Path, watcher: Watcher) -> None:
    for turn in range(3):
        rename_save(site.parent / "rules" / "tiers.rules", f"tier gold-{turn} {{\n}}\n")
        assert watcher.wait(SOON)
        assert not watcher.wait(QUIET)


def test_a_checkout_that_replaces_a_folder_is_noticed_and_so_is_what_comes_after(
    site: Path, watcher: Watcher
) -> None:
    rules = site.parent / "rules"
    for turn in range(2):
        fresh = site.parent / "rules.new"
        shutil.copytree(rules, fresh)
        (fresh / "tiers.rules").write_text(f"tier silver-{turn} {{\n}}\n")
        shutil.rmtree(rules)
        fresh.rename(rules)
        assert watcher.wait(SOON)
    (rules / "tiers.rules").write_text("tier bronze {\n}\n")
    assert watcher.wait(SOON)
    assert not watcher.wait(QUIET)


def test_the_whole_site_may_be_replaced(site: Path, watcher: Watcher) -> None:
    top = site.parent
    shutil.copytree(top, top.with_name("next"))
    (top.with_name("next") / "sla.rules").write_text("language 1\n")
    top.rename(top.with_name("last"))
    top.with_name("next").rename(top)
    assert watcher.wait(SOON)
    site.write_text("language 1 # again\n")
    assert watcher.wait(SOON)


def test_a_kubernetes_swap_of_the_data_link_is_noticed_every_time(tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    mount.mkdir()

    def publish(version: int) -> None:
        data = mount / f"..2026_{version}"
        data.mkdir()
        (data / "sla.rules").write_text(f"language 1 # {version}\n")
        link = mount / "..data_tmp"
        link.symlink_to(data.name)
        link.replace(mount / "..data")
        if version:
            shutil.rmtree(mount / f"..2026_{version - 1}")

    publish(0)
    root = mount / "sla.rules"
    root.symlink_to("..data/sla.rules")
    with closing(Watcher(root, list, poll=NEVER)) as watcher:
        assert not watcher.wait(QUIET)
        for version in (1, 2, 3):
            publish(version)
            assert watcher.wait(SOON)
            assert not watcher.wait(QUIET)


def test_without_any_event_the_poll_finds_it(site: Path) -> None:
    with closing(Watcher(site, named(site), events=False, poll=0.1)) as watcher:
        assert not watcher.wait(QUIET)
        rename_save(site, "language 1\n")
        assert watcher.wait(SOON)
        assert not watcher.wait(QUIET)


def test_same_size_and_same_times_do_not_hide_a_change(site: Path) -> None:
    with closing(Watcher(site, named(site), events=False, poll=0.05)) as watcher:
        before = site.stat()
        site.write_text(site.read_text().replace("rules", "sluer"))
        os.utime(site, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert watcher.wait(SOON)


def test_a_file_that_joins_or_leaves_a_folder_is_a_change(site: Path, watcher: Watcher) -> None:
    extra = site.parent / "rules" / "extra.rules"
    extra.write_text("")
    assert watcher.wait(SOON)
    extra.unlink()
    assert watcher.wait(SOON)
    assert not watcher.wait(QUIET)


def test_a_folder_that_was_missing_is_found_when_it_comes(tmp_path: Path) -> None:
    root = tmp_path / "sla.rules"
    root.write_text('include "rules/customers/acme.rules"\n')
    wanted = tmp_path / "rules" / "customers" / "acme.rules"
    with closing(Watcher(root, lambda: [wanted], poll=NEVER)) as watcher:
        assert not watcher.wait(QUIET)
        wanted.parent.mkdir(parents=True)
        wanted.write_text("customer acme {\n}\n")
        assert watcher.wait(SOON)


def test_what_does_not_change_content_is_no_change(site: Path, watcher: Watcher) -> None:
    site.touch()
    rename_save(site, site.read_text())
    (site.parent / "store.db").write_text("busy")
    (site.parent / "rules" / "tiers.rules~").write_text("an editor's copy")
    assert not watcher.wait(QUIET)


def test_a_file_counts_only_when_two_looks_agree(site: Path) -> None:
    turns = iter(range(100))

    def writing() -> list[Path]:
        if (turn := next(turns)) in range(2, 6):
            site.write_text(f"language 1 # {turn}\n")
        return []

    with closing(Watcher(site, writing, events=False, poll=0.01)) as watcher:
        assert watcher.wait(SOON)
        assert next(turns) > 6
        assert site.read_text() == "language 1 # 5\n"


def test_a_change_while_waiting_wakes_the_waiter(site: Path, watcher: Watcher) -> None:
    later = threading.Timer(0.2, site.write_text, ["language 1\n"])
    later.start()
    assert watcher.wait(30)
    later.join()


def test_close_ends_a_wait(site: Path) -> None:
    for events in (True, False):
        watcher = Watcher(site, named(site), events=events)
        threading.Timer(0.1, watcher.close).start()
        assert not watcher.wait(30)


def test_waiting_is_not_a_busy_loop(site: Path) -> None:
    looks = 0

    def counted() -> list[Path]:
        nonlocal looks
        looks += 1
        return []

    with closing(Watcher(site, counted, poll=NEVER)) as watcher:
        watcher.wait(1.0)
    assert looks <= 4


def test_a_root_that_is_not_there_yet(tmp_path: Path) -> None:
    root = tmp_path / "later" / "sla.rules"
    with closing(Watcher(root, list, poll=NEVER)) as watcher:
        assert not watcher.wait(QUIET)
        root.parent.mkdir()
        root.write_text("language 1\n")
        assert watcher.wait(SOON)


def test_relative_paths_are_watched_on_the_whole_way(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.parent)
    wanted = Path("rules", "customers", "acme.rules")
    wanted.parent.mkdir()
    wanted.write_text("customer acme {\n}\n")
    with closing(Watcher(Path("sla.rules"), lambda: [wanted], poll=NEVER)) as watcher:
        assert not watcher.wait(QUIET)
        Path("rules").rename("rules.old")
        assert watcher.wait(SOON)
        Path("rules.old").rename("rules")
        assert watcher.wait(SOON)


def test_a_file_that_joins_the_list_is_watched_before_the_next_poll(site: Path) -> None:
    listed: list[Path] = []
    with closing(Watcher(site, lambda: listed, poll=NEVER)) as made:
        assert not made.wait(QUIET)
        listed = named(site)()
        assert made.wait(SOON)  # the list itself is news once
        assert not made.wait(QUIET)
        rename_save(site.parent / "rules" / "tiers.rules", "tier silver {\n}\n")
        assert made.wait(SOON)
