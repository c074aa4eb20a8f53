"""The engine's loop: every way in which people and tools replace files ends in a reload, and only then."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import closing, contextmanager
from itertools import count
from types import SimpleNamespace

import pytest

from engine import cycle
from engine import run as loop
from engine.errors import UnreachableError
from engine.facts import Event, Instant
from engine.run import Engine, run
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES
from tests.threads import in_thread

PATIENCE = 15.0
CUSTOMER = 'customer acme "Acme" {\n  alias "ACME"\n}\n'


@contextmanager
def running(root, database, told=lambda turn: None, **how):
    """An engine at work in a thread of its own, as `sla run` has it."""
    SqliteStore.open(database, create=True).close()
    stop = threading.Event()

    def work() -> None:
        with closing(SqliteStore.open(database, create=True)) as store:
            run(Engine(store, root), root, stop, told, **how)

    with in_thread(work):
        try:
            yield
        finally:
            stop.set()


def until(holds) -> bool:
    """Whether it holds, as soon as it does or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(holds())


def generation(database, wanted: int) -> int:
    """The generation in force, as soon as it is `wanted` or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    found = 0
    while time.monotonic() < deadline:
        store = SqliteStore.open(database, read_only=True)
        stored = store.rules()
        store.close()
        found = stored.generation if stored else 0
        if found >= wanted:
            return found
        time.sleep(0.02)
    return found


@pytest.fixture
def tree(tmp_path):
    """A root file that includes a folder, with one customer in it."""
    root = tmp_path / "site" / "sla.rules"
    (root.parent / "customers").mkdir(parents=True)
    root.write_text(RULES + 'include "customers/*.rules"\n')
    (root.parent / "customers" / "acme.rules").write_text(CUSTOMER)
    return root


def test_an_editor_that_saves_by_rename(tree, tmp_path):
    with running(tree, tmp_path / "sla.db"):
        assert generation(tmp_path / "sla.db", 1) == 1
        fresh = tree.with_name(".sla.rules.swp")
        fresh.write_text(tree.read_text().replace("8h", "7h"))
        fresh.rename(tree)
        assert generation(tmp_path / "sla.db", 2) == 2
        fresh.write_text(tree.read_text().replace("7h", "6h"))
        fresh.rename(tree)
        assert generation(tmp_path / "sla.db", 3) == 3


def test_git_replaces_a_folder(tree, tmp_path):
    folder = tree.parent / "customers"
    with running(tree, tmp_path / "sla.db"):
        assert generation(tmp_path / "sla.db", 1) == 1
        for turn in (2, 3):
            shutil.rmtree(folder)
            folder.mkdir()
            (folder / f"new{turn}.rules").write_text(CUSTOMER.replace("ACME", f"ACME {turn}"))
            assert generation(tmp_path / "sla.db", turn) >= turn


def test_kubernetes_swaps_a_symlink(tmp_path):
    mount = tmp_path / "mount"
    for version, text in (("one", RULES), ("two", RULES.replace("8h", "7h"))):
        (mount / version).mkdir(parents=True)
        (mount / version / "sla.rules").write_text(text)
    (mount / "..data").symlink_to("one")
    root = mount / "sla.rules"
    root.symlink_to("..data/sla.rules")
    with running(root, tmp_path / "sla.db"):
        assert generation(tmp_path / "sla.db", 1) == 1
        (mount / "..next").symlink_to("two")
        (mount / "..next").rename(mount / "..data")
        assert generation(tmp_path / "sla.db", 2) == 2


def test_a_file_system_without_events(tree, tmp_path, monkeypatch):
    real = loop.Watcher
    monkeypatch.setattr(loop, "Watcher", lambda root, files: real(root, files, events=False, poll=0.2))
    with running(tree, tmp_path / "sla.db"):
        assert generation(tmp_path / "sla.db", 1) == 1
        tree.write_text(tree.read_text().replace("8h", "7h"))
        assert generation(tmp_path / "sla.db", 2) == 2


def test_a_file_that_is_saved_without_a_difference_is_no_new_generation(tree, tmp_path):
    with running(tree, tmp_path / "sla.db"):
        assert generation(tmp_path / "sla.db", 1) == 1
        tree.write_text(tree.read_text())
        tree.write_text(tree.read_text().replace("8h", "7h"))
        assert generation(tmp_path / "sla.db", 2) == 2


def test_a_store_out_of_reach_is_tried_again_and_the_edit_is_not_forgotten(tree, tmp_path, monkeypatch):
    """What a server does that is restarted: nothing answers for a while, then everything does."""
    monkeypatch.setattr(loop, "TICK", 0.05)
    out, missed, turns = threading.Event(), [], []
    real = SqliteStore.waits

    def waits(self, now):
        if out.is_set():
            raise UnreachableError("no answer")
        return real(self, now)

    monkeypatch.setattr(SqliteStore, "waits", waits)
    with running(tree, tmp_path / "sla.db", turns.append, away=missed.append):
        assert until(lambda: turns)
        assert generation(tmp_path / "sla.db", 1) == 1
        out.set()
        tree.write_text(tree.read_text().replace("8h", "7h"))
        assert until(lambda: len(missed) >= 20)
        out.clear()
        assert generation(tmp_path / "sla.db", 2) == 2


def test_a_store_that_is_lost_while_catching_up_is_tried_again(tree, tmp_path, monkeypatch):
    stop, missed, turns = threading.Event(), [], []
    real = SqliteStore.waits

    def waits(self, now):
        if not missed:
            raise UnreachableError("no answer")
        return real(self, now)

    def told(turn):
        turns.append(turn)
        stop.set()

    monkeypatch.setattr(SqliteStore, "waits", waits)
    monkeypatch.setattr(loop, "TICK", 0.05)
    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as store:
        run(Engine(store, tree), tree, stop, told, away=missed.append)
        assert store.generation()[0] == 1
    assert (len(missed), len(turns)) == (1, 1)


def test_a_turn_is_a_chunk_at_its_own_instant_and_a_stop_is_heard_between_two(tree, tmp_path, monkeypatch):
    stop, turns, seconds = threading.Event(), [], count(1_790_000_000)
    monkeypatch.setattr(cycle, "CHUNK", 2)
    clock = SimpleNamespace(time=lambda: next(seconds), monotonic=time.monotonic)
    monkeypatch.setattr(loop, "time", clock)

    def told(turn):
        turns.append(turn.evaluated)
        if len(turns) == 2:
            stop.set()

    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as store:
        opened = Instant(1_790_000_000 - 3600 + 1)  # its hour is over before the second turn
        rows = [(f"T-{n}", Event(opened, "opened", {"priority": "high"}, "test", str(n))) for n in range(7)]
        store.add_events("test", rows)
        run(Engine(store, tree), tree, stop, told)
        assert turns == [2, 2]
        left = store.connection.execute("SELECT count(*) FROM tickets WHERE awaits IS NOT NULL").fetchone()
        assert left == (3,)
        found = {at for (at,) in store.connection.execute("SELECT DISTINCT found FROM alerts")}
        assert len(found) == 2


def test_a_bell_is_heard_before_the_tick(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "TICK", 60.0)
    bell, turns = threading.Event(), []
    with running(tree, tmp_path / "sla.db", turns.append, bell=bell):
        assert generation(tmp_path / "sla.db", 1) == 1
        bell.set()
        assert until(lambda: len(turns) >= 2)
