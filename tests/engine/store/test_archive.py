"""Closed periods leave every store and nothing of them is lost: to the last row, killed anywhere, and back again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from random import Random

import duckdb
import pytest

from engine.archive import files
from engine.archive import parts as archive
from engine.errors import EngineError
from engine.evaluate import evaluate
from engine.facts import Event
from engine.run import Engine
from engine.store import leaving
from engine.store.place import Server
from tests.engine.desk import random_ticket
from tests.engine.ladders import rules
from tests.engine.site import at

LADDER = (
    "at breach of response notify night-lead via inbox",
    "at breach of response escalate to management",
)
LATER = at("2027-02-10 12:00")
BEFORE = archive.first_kept(LATER)


@pytest.fixture
def desk(store, site):
    """Forty tickets of October 2026, most of them ended, and a newer one."""
    rng = Random(7)
    told = [random_ticket(rng, number) for number in range(1, 41)]
    site.write(rules(*LADDER))
    engine = Engine(store, site.root)
    engine.start(at("2026-10-01 00:00"))
    store.add_events("test", [(item.key, event) for item in told for event in item.events])
    last = max(event.at for item in told for event in item.events)
    ends = [
        (item.key, Event(last + 60, "closed", {"by": "Ünï \x01 \u2028"}, "test", f"end-{item.id}", 0))
        for item in told[:36]
    ]
    engine.step(last)
    store.add_events("test", ends)
    store.add_events(
        "other", [("new", Event(at("2027-02-09 12:00"), "opened", {"priority": "high"}, "other", "1"))]
    )
    engine.step(LATER)
    engine.step(LATER)
    return engine


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def all_rows(store):
    ids = [row[0] for row in store.connection.execute("SELECT id FROM tickets ORDER BY id").fetchall()]
    rows = leaving.rows_of(store.connection, ids)
    rows["events"] = [(*row[:5], json.loads(row[5]), *row[6:]) for row in rows["events"]]
    return {table: sorted(content, key=repr) for table, content in rows.items()}


def graph(engine):
    return engine.rules.now.graph


def move(engine, store, folder):
    return archive.move(store, folder, BEFORE, graph(engine))


def test_what_has_ended_leaves_and_is_read_as_it_was(desk, store, folder):
    before, told = all_rows(store), list(store.tickets())
    gone = [ticket for portion in archive.closed(store, BEFORE) for ticket in portion.tickets]
    assert len(gone) > 25
    assert move(desk, store, folder) == len(gone)
    assert move(desk, store, folder) == 0, "what has left does not leave again"
    after = all_rows(store)
    assert {row[0] for row in after["tickets"]}.isdisjoint(gone)
    assert not {row[0] for row in before["tickets"]} - {row[0] for row in after["tickets"]} - set(gone)
    left = {ticket.id: ticket for ticket in store.tickets()}
    read = {ticket.id: ticket for ticket in archive.tickets(store, archive.parts(store))}
    assert left | read == {ticket.id: ticket for ticket in told}
    assert read.keys() == set(gone)
    clocks = [evaluate(ticket, graph(desk), LATER).clocks for ticket in told]
    both = sorted([*left.values(), *read.values()], key=lambda ticket: ticket.id)
    assert [evaluate(ticket, graph(desk), LATER).clocks for ticket in both] == clocks
    desk.step(LATER)
    assert all_rows(store) == after, "an engine finds nothing to do"


def test_everything_comes_back(desk, store, folder):
    before = all_rows(store)
    assert all(before[table] for table in leaving.COLUMNS)
    move(desk, store, folder)
    keys = [row[1] for row in before["tickets"]]
    stayed = {ticket.key for ticket in store.tickets()}
    some = [key for key in keys if key not in stayed][:3]
    assert archive.restore(store, [*some, "nobody"]) == ["nobody"]
    assert {ticket.key for ticket in store.tickets()} == {*stayed, *some}
    assert {ticket.key for ticket in archive.tickets(store, archive.parts(store))}.isdisjoint({*some})
    archive.restore(store, keys)
    assert all_rows(store) == before
    assert list(archive.tickets(store, archive.parts(store))) == []
    move(desk, store, folder)
    assert {ticket.key for ticket in store.tickets()} == stayed, "and may leave once more"
    archive.restore(store, keys)
    assert all_rows(store) == before


def test_what_is_told_late_makes_no_ghost(desk, store, opener, folder):
    [first, *_] = archive.closed(store, BEFORE)
    [ticket] = store.tickets(first.tickets[:1])
    key, other = ticket.key, opener()
    assert other.add_events("test", [(key, ticket.events[0])]) == (0, 1)  # it knows the ticket's id now
    late = (key, Event(LATER, "reopened", {}, "test", "late", 0))
    move(desk, store, folder)
    assert store.find(key) is None
    for each in (other, store):
        assert each.add_events("test", [late]) == (0, 0)
        assert each.late == {key: 1}
        assert each.find(key) is None
    archive.restore(store, [key])
    assert other.add_events("test", [(key, Event(LATER, "reopened", {}, "test", "later", 0))]) == (1, 0)
    assert desk.step(LATER).evaluated >= 1
    assert store.connection.execute("SELECT closed FROM tickets WHERE key = ?", (key,)).fetchone()[0] == 0


@pytest.mark.parametrize("seam", ["_copy", "_placed", "read_whole", "enter", "remove"])
def test_interrupted_at_a_seam_it_is_in_one_place_and_goes_on(desk, store, folder, monkeypatch, seam):
    before = {ticket.id: ticket for ticket in store.tickets()}
    monkeypatch.setattr(archive, "PART", 10)
    place = leaving if hasattr(leaving, seam) else files
    real, calls = getattr(place, seam), 0

    def killed(*args):
        nonlocal calls
        calls += 1
        result = real(*args)
        if calls == 2 and seam != "_copy":
            raise KeyboardInterrupt
        if calls == 14:
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as then:
        then.setattr(place, seam, killed)
        with pytest.raises(KeyboardInterrupt):
            archive.move(store, folder, BEFORE, graph(desk))
    for _ in range(2):
        left = list(store.tickets())
        read = list(archive.tickets(store, archive.parts(store)))
        assert len(left) + len(read) == len(before)
        assert {ticket.id: ticket for ticket in (*left, *read)} == before
        archive.move(store, folder, BEFORE, graph(desk))
    known = {(part.manifest.month, part.manifest.name) for part in archive.parts(store)}
    assert set(files.manifests(folder)) == known, "nothing is left lying about"
    assert not list(folder.rglob(".*"))


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.archive import parts as archive
from engine.archive import files
from engine.in_force import stored_graph
from engine.store import leaving
from engine.store.sqlite import SqliteStore
store = SqliteStore.open(sys.argv[1])
place = leaving if hasattr(leaving, sys.argv[3]) else files
real = getattr(place, sys.argv[3])
def killed(*args):
    killed.left -= 1
    result = real(*args)
    if not killed.left:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
killed.left = int(sys.argv[4])
setattr(place, sys.argv[3], killed)
archive.PART = 10
archive.move(store, Path(sys.argv[2]), int(sys.argv[5]), stored_graph(store))
"""


@pytest.mark.parametrize(("seam", "calls"), [("_copy", 12), ("_sha256", 8), ("read_whole", 2), ("remove", 1)])
def test_killed_at_a_seam_nothing_is_lost(desk, store, place, folder, seam, calls):
    if isinstance(place, Server):
        pytest.skip("a file is enough: what a killed program leaves on a server is the same")
    before = {ticket.id: ticket for ticket in store.tickets()}
    command = [sys.executable, "-c", KILLED, str(place), str(folder), seam, str(calls), str(BEFORE)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    lying = {path for path in folder.rglob("*") if path.is_file()}
    for turn in range(2):
        left = list(store.tickets())
        read = list(archive.tickets(store, archive.parts(store)))
        assert len(left) + len(read) == len(before)
        assert {ticket.id: ticket for ticket in (*left, *read)} == before
        if not turn:
            assert move(desk, store, folder)
    named = {path for part in archive.parts(store) for path in _files(part)}
    assert lying - named or seam == "remove"
    assert {path for path in folder.glob("*/month=*/*") if path.is_file()} == named


def _files(part):
    yield part.folder / "parts" / f"month={part.manifest.month}" / f"{part.manifest.name}.json"
    yield from (part.manifest.path(part.folder, table) for table in part.manifest.files)


def test_what_is_damaged_is_found_and_nothing_is_taken_from_it(desk, store, folder):
    move(desk, store, folder)
    [part, *_] = archive.parts(store)
    assert files.damage(part.folder, part.manifest) == []
    path = part.manifest.path(part.folder, "events")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert files.damage(part.folder, part.manifest) == [
        f"{part.manifest.files['events'].path}: its content is not what was written"
    ]
    with pytest.raises(EngineError, match="not what was written"):
        archive.restore(store, [_a_key(store, part)])
    manifest = folder / "parts" / f"month={part.manifest.month}" / f"{part.manifest.name}.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version":  1'))
    with pytest.raises(EngineError, match="not the one that the store knows"):
        archive.parts(store)


def _a_key(store, part):
    [key] = store.connection.execute(
        "SELECT min(key) FROM archived WHERE part = ?", (part.manifest.name,)
    ).fetchone()
    return key


def test_the_files_explain_themselves_to_anybody(desk, store, folder):
    decided = store.connection.execute(
        "SELECT metric, state, count(*), sum(elapsed) FROM clocks GROUP BY metric, state ORDER BY 1, 2"
    ).fetchall()
    move(desk, store, folder)
    here = store.connection.execute("SELECT metric, state, elapsed FROM clocks").fetchall()
    there = duckdb.sql(
        f"SELECT metric, state, elapsed FROM read_parquet('{folder}/clocks/*/*.parquet') WHERE month = '2026-10'"
    ).fetchall()
    sums = {}
    for metric, state, elapsed in (*here, *there):
        count, total = sums.get((metric, state), (0, 0))
        sums[metric, state] = (count + 1, total + elapsed)
    assert [(*key, *sums[key]) for key in sorted(sums)] == [tuple(row) for row in decided]
    kinds = duckdb.sql(
        f"SELECT kind, said FROM read_parquet('{folder}/events/*/*.parquet') e"
        f" JOIN read_parquet('{folder}/sayings/*/*.parquet') s ON s.code = e.saying"
    ).fetchall()
    assert all("text" not in json.loads(said) and "by" not in json.loads(said) for _, said in kinds)
    assert list(folder.glob("rules/*/*.rules"))
    assert list(folder.glob("terms/*.json"))


def test_every_column_leaves(store, place):
    """A column that a later version adds to a table must go along."""
    if isinstance(place, Server):
        pytest.skip("asked of the file")
    tables = [
        name for (name,) in store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    for table in tables:
        columns = [row[1] for row in store.connection.execute(f"PRAGMA table_info({table})")]
        refers = store.connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        if table in leaving.COLUMNS:
            assert sorted(columns) == sorted(leaving.COLUMNS[table])
        else:
            assert not [row for row in refers if row[2] == "tickets"], table
