"""Whatever a command is given: a clear message, the right exit code, never a traceback."""

from __future__ import annotations

import os
import resource
import shlex
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.engine.site import RULES
from tests.tui.process import environment, going_on, sla_command
from tui.cli import run

EVENT = '{"ticket": "T-1", "at": "2026-03-02T09:00:00Z", "kind": "opened", "id": "1", "priority": "high", "customer": "Acme"}\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("SLA_STORE", "SLA_RULES", "SLA_ZONE", "SLA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "events.jsonl").write_text(EVENT)
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "latin").write_bytes("Stra\xdfe\n".encode("latin-1"))
    (tmp_path / "empty").write_bytes(b"")
    return tmp_path


@pytest.fixture
def store(here):
    assert (
        run(["import", "events.jsonl", "--map", "events", "--store", "sla.db", "--rules", "sla.rules"]) == 0
    )
    return here / "sla.db"


def says(capsys, code: int, expected: int, *words: str) -> None:
    caught = capsys.readouterr()
    text = caught.out + caught.err
    assert "Traceback" not in text
    assert "internal error" not in text, text
    assert code == expected, text
    for word in words:
        assert word in text, text


READS_STORE = ["tickets", "inbox", "health", "why T-1", "watch --once", "repin", "db status"]
READS_RULES = ["check", "graph", "due --calendar office --from 2026-03-02T09:00 --target 1h"]


@pytest.mark.parametrize("command", READS_STORE)
@pytest.mark.parametrize("name", ["missing", "folder", "binary", "latin"])
def test_what_is_no_store(here, capsys, command, name):
    option = [name] if command.startswith("db") else ["--store", name]
    code = run([*command.split(), *(["--store", *option] if command.startswith("db") else option)])
    says(capsys, code, 4, name)


@pytest.mark.parametrize("command", READS_RULES)
@pytest.mark.parametrize(("name", "code"), [("missing", 4), ("folder", 4), ("binary", 1), ("latin", 1)])
def test_what_is_no_rule_file(here, capsys, command, name, code):
    words = command.split()
    place = ["--rules", name] if words[0] == "due" else [name]
    says(capsys, run([words[0], *place, *words[1:]]), code, name)


@pytest.mark.parametrize(("name", "code"), [("missing", 4), ("folder", 4), ("binary", 1), ("latin", 1)])
def test_what_is_no_file_of_events(here, capsys, name, code):
    says(capsys, run(["import", name, "--map", "events", "--as", "jsonl", "--store", "new.db"]), code, name)


def test_broken_rules_keep_an_import_out(here, capsys):
    (here / "bad.rules").write_text("tier {\n")
    code = run(["import", "events.jsonl", "--map", "events", "--store", "new.db", "--rules", "bad.rules"])
    says(capsys, code, 1, "bad.rules")
    assert not (here / "new.db").exists()


@pytest.mark.parametrize(
    "line",
    [
        "tickets --at yesterday",
        "health --zone Mars/Olympus",
        "inbox --filter due:<soon",
        "nonsense",
        "tickets --format pdf",
        "watch --interval nan",
        "watch --interval inf",
        "why",
        "due --calendar office",
        "outbox --status lost",
        "outbox retry one",
        "outbox discard",
        "notices read 0",
        "notices ack",
        "flags review",
        "flags --format csv",
        "notify",
        "notify test",
        "config validate --format xml",
        "serve --port 99999",
        "deliver --format csv",
    ],
)
def test_usage_errors(store, capsys, line):
    says(capsys, run(line.split()), 3)


def test_a_ticket_that_is_not_there(store, capsys):
    says(capsys, run(["why", "T-404"]), 1, "T-404")


def test_a_store_of_a_newer_version(store, capsys):
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 999")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', '999')")
    connection.commit()
    connection.close()
    for command in READS_STORE:
        if not command.startswith("db"):
            says(capsys, run([*command.split(), "--store", str(store)]), 4, "newer")


def test_a_locked_store(store, capsys, monkeypatch):
    from engine.store import sqlite_open

    monkeypatch.setattr(sqlite_open, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    (store.parent / "more.jsonl").write_text(EVENT.replace('"1"', '"2"'))
    says(capsys, run(["import", "more.jsonl", "--map", "events"]), 4, "sla.db")
    holder.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_store(store, capsys):
    store.chmod(0o400)
    store.parent.chmod(0o500)
    try:
        says(capsys, run(["tickets"]), 0)
        says(capsys, run(["import", "events.jsonl", "--map", "events"]), 4)
    finally:
        store.parent.chmod(0o700)


def sla(*arguments: str, here: Path, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        sla_command(*arguments),
        cwd=here,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_a_reader_that_goes_away(store):
    (store.parent / "many.jsonl").write_text(
        "".join(EVENT.replace("T-1", f"T-{n}").replace('"1"', f'"{n}x"') for n in range(3000))
    )
    assert sla("import", "many.jsonl", "--map", "events", here=store.parent).returncode == 0
    shell = f"{shlex.join(sla_command('tickets', '--format', 'jsonl'))} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shell}"],
        cwd=store.parent,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [
        ("tickets", "--format", "jsonl"),
        ("--version",),
        ("--help",),
        ("check",),
        ("fmt", "--diff"),
        ("fmt", "--check"),
        ("fmt", "-"),
        ("fmt",),
        ("fix", "--dry-run"),
        ("matrix",),
        ("test", "--format", "json"),
    ],
)
def test_a_full_disk_behind_standard_output(store, arguments):
    (store.parent / "sla.rules").write_text(RULES)
    assert sla("check", here=store.parent).returncode == 0  # it remembers
    if arguments[0] == "fix":
        (store.parent / "sla.rules").write_text(RULES.replace("resolution within 4h", "resolution wihtin 4h"))
    if arguments[0] == "fmt":
        (store.parent / "sla.rules").write_text(RULES.replace("{", "   {"))
    with Path("/dev/full").open("w") as full, (store.parent / "sla.rules").open() as rules:
        done = subprocess.run(
            sla_command(*arguments),
            cwd=store.parent,
            env=environment(),
            stdin=rules,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (4, "sla: No space left on device\n")


def test_a_full_disk_under_the_store(store):
    (store.parent / "many.jsonl").write_text(
        "".join(EVENT.replace("T-1", f"T-{n}").replace('"1"', f'"{n}x"') for n in range(3000))
    )

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = sla("import", "many.jsonl", "--map", "events", here=store.parent, preexec_fn=small_disk)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert sla("import", "many.jsonl", "--map", "events", here=store.parent).returncode == 0
    counted = sla("tickets", "--format", "jsonl", here=store.parent)
    assert len(counted.stdout.splitlines()) == 3000


def test_sigterm_ends_the_engine_after_its_transaction(store):
    with going_on(store.parent, "run") as program:
        (store.parent / "late.jsonl").write_text(EVENT.replace("T-1", "T-2").replace('"1"', '"2"'))
        assert sla("import", "late.jsonl", "--map", "events", here=store.parent).returncode == 0
        assert program.process.stdout is not None
        assert "T-2" in program.process.stdout.readline()
    assert program.errors.startswith("sla: rules in force: generation 1")
