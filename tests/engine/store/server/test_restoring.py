"""A store on a server that comes back from a dump goes on."""

from __future__ import annotations

import subprocess

import pytest

from engine.columns.keeper import Keeper
from engine.facts import Instant, Pin
from engine.store.opening import open_store
from engine.store.place import Server
from tests.engine.desk import graph
from tests.engine.store.values import TERMS, clock, opening, written


def test_numbers_go_on_after_a_restore(place, store, admin, opener):
    store.add_events("desk", [opening(1)])
    store.write([written(1, clock())])
    admin("UPDATE tickets SET written = written + 1000000")
    restored = opener()
    assert set(restored.news(None).rows) == {1}
    [(highest,)] = admin("SELECT max(written) FROM tickets").fetchall()
    restored.write([written(1, clock(due=77))])
    assert admin("SELECT max(written) FROM tickets").fetchone()[0] > highest
    assert restored.news(highest).rows[1].due == 77


def test_a_dump_comes_back_in_another_database_and_goes_on(postgres, place, store, admin, tmp_path):
    if not postgres.ours:
        pytest.skip("databases are made on a server of our own only")
    store.add_events("desk", [opening(1)])
    store.write([written(1, clock(due=100), pins=[Pin(100, TERMS, "opened")])])
    for _ in range(20):
        admin("SELECT pg_current_xact_id()")  # the old server has counted further than any ticket says
    keeper = Keeper()
    while keeper.step(store, graph(), Instant(0)):
        pass
    [name] = admin("SELECT current_schema()").fetchone()
    dump = tmp_path / "sla.dump"

    def tool(program, *words):
        subprocess.run([postgres.program(program), *words], check=True, capture_output=True)

    tool("pg_dump", "--format=custom", f"--schema={name}", f"--file={dump}", place.url)
    admin(f"CREATE DATABASE {name}")
    elsewhere = Server(place.url.replace("/postgres?", f"/{name}?", 1))
    try:
        tool("pg_restore", f"--dbname={elsewhere.url}", dump)
        restored = open_store(elsewhere)
        assert list(restored.tickets()) == list(store.tickets())
        assert restored.rows() == store.rows()
        assert restored.add_events("desk", [opening(1), opening(2)]) == (1, 1)
        assert restored.add_events("desk", [("T-2", opening(3)[1])]) == (1, 0)
        restored.write([written(2, clock(due=50))])
        [block] = restored.blocks.heads()
        restored.connection.execute("UPDATE tickets SET awaits = NULL")
        assert 2 in [ticket for ticket, *_ in restored.blocks.changed(block.mark)]
        assert [row.ticket for row in restored.rows()] == ["T-2", "T-1"]
        restored.close()
    finally:
        admin(f"DROP DATABASE {name} WITH (FORCE)")
