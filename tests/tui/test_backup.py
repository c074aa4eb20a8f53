"""Backup and restore as docs/operations.md says, on both stores: the copy goes on where it was, and tells nothing twice."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from engine.store.opening import open_store
from engine.store.place import Server
from tests.engine.site import RULES
from tests.tui.test_store_on_a_server import line
from tui.cli import run


class OfFile:
    """A store file: `sla db backup`, and the copy in the place of the store."""

    place = Path("sla.db")

    def back_up(self, sla):
        assert "sla.backup" in sla("db", "backup", "sla.backup")

    def restore(self):
        for beside in ("sla.db-wal", "sla.db-shm"):
            Path(beside).unlink(missing_ok=True)
        Path("sla.backup").replace(self.place)


class OfServer:
    """A database: pg_dump, and pg_restore into an empty one."""

    def __init__(self, postgres, schema):
        self._postgres, self._from = postgres, schema
        self.place = schema

    def _tool(self, program, *words):
        subprocess.run([self._postgres.program(program), *words], check=True, capture_output=True)

    def back_up(self, sla):
        self._tool("pg_dump", "--format=custom", f"--schema={self.name}", "--file=sla.dump", self._from.url)

    def restore(self):
        with psycopg.connect(self._postgres.url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {self.name}")
        self.place = Server(self._from.url.replace("/postgres?", f"/{self.name}?", 1))
        self._tool("pg_restore", f"--dbname={self.place.url}", "sla.dump")

    @property
    def name(self):
        return self._from.url.rpartition("search_path%3D")[2]

    def drop(self):
        with psycopg.connect(self._postgres.url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        yield OfFile()
        return
    server = request.getfixturevalue("postgres")
    if not server.ours:
        pytest.skip("databases are made on a server of our own only")
    made = OfServer(server, request.getfixturevalue("schema"))
    yield made
    made.drop()


def test_a_copy_goes_on_where_it_was(kept, tmp_path, capsys):
    def sla(*arguments):
        store = kept.place.url if isinstance(kept.place, Server) else str(kept.place)
        assert run([*arguments, "--store", store]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    def fired():
        with closing(open_store(kept.place, read_only=True)) as store:
            return [item for _, item in store.recent(0, 100)]

    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "first.jsonl").write_text(line("T-1", "1") + line("T-2", "2"))
    (tmp_path / "then.jsonl").write_text(line("T-3", "3"))
    sla("import", "first.jsonl", "--map", "events", "--rules", "sla.rules")
    sla("run", "--once", "--no-deliver", "--rules", "sla.rules")
    told = fired()
    assert told
    kept.back_up(sla)
    sla("import", "then.jsonl", "--map", "events")
    sla("run", "--once", "--no-deliver", "--rules", "sla.rules")
    whole, inbox = fired(), sla("inbox", "--plain", "--at", "2026-03-07T00:00:00Z")
    kept.restore()
    assert fired() == told
    assert "2 known" in sla("import", "first.jsonl", "--map", "events")
    assert "1 new" in sla("import", "then.jsonl", "--map", "events")
    assert "T-1" not in sla("run", "--once", "--no-deliver", "--rules", "sla.rules")
    assert [(item.ticket, item.metric, item.what, item.at) for item in fired()] == [
        (item.ticket, item.metric, item.what, item.at) for item in whole
    ]
    assert sla("inbox", "--plain", "--at", "2026-03-07T00:00:00Z") == inbox
