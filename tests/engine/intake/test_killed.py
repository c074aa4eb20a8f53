"""An import is killed wherever it is, again and again; run to its end at last, nothing is lost and nothing is there twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.store.sqlite import SqliteStore

KILLS = int(os.environ.get("SLA_TEST_KILLS", "50"))
ROOT = Path(__file__).resolve().parents[3]

# Forked, so that fifty deaths cost little more than one; in a process of its own, since a test runner has threads.
HARNESS = """
import json, os, random, signal, sys, time
from pathlib import Path
from engine.intake import load, mapping, own, reading
from engine.store.sqlite import SqliteStore
reading.BLOCK, load.CHUNK = 8192, 100
file, folder, name, form, kills = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
map_ = mapping.load_map(name)

def run(path):
    store = SqliteStore.open(path, create=True)
    with file.open("rb") as stream:
        load.load(store, stream, map_, mapping.Format(form), lambda read: None)

def child(path):
    number = os.fork()
    if not number:
        try:
            run(path)
        except BaseException:
            os._exit(9)
        os._exit(0)
    return number

SqliteStore.open(folder / "warm.db", create=True).close()
began = time.monotonic()
os.waitpid(child(folder / "clean.db"), 0)
whole = time.monotonic() - began
rng, done, stores = random.Random(7), 0, []
while done < kills:
    path = folder / f"killed{len(stores)}.db"
    stores.append(str(path))
    status = 1
    while status != 0:
        number = child(path)
        if done < kills:
            time.sleep(rng.uniform(0, whole * 0.5))
            os.kill(number, signal.SIGKILL)
        status = os.waitpid(number, 0)[1]
        assert not os.WIFEXITED(status) or status == 0, status
        done += status != 0
print(json.dumps({"stores": stores, "kills": done}))
"""


def content(path):
    store = SqliteStore.open(path, read_only=True)
    found = {ticket.key: ticket.events for ticket in store.tickets()}
    [count] = store.connection.execute("SELECT count(*) FROM events").fetchone()
    assert store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store.close()
    return found, count


def audit_log(path):
    with path.open("w") as file:
        file.write(
            "number,incident_state,sys_mod_count,opened_at,sys_updated_at,priority,resolved_at,closed_at\n"
        )
        for n in range(400):
            for row, state in enumerate(("New", "Active", "Resolved", "Closed")):
                file.write(
                    f"INC{n % 200},{state},{row},01-03-2016 0{n // 200}:00,01-03-2016 1{row}:{n % 60:02},1 - Critical,?,?\n"
                )


def events(path):
    with path.open("w") as file:
        for n in range(3000):
            record = {
                "ticket": f"T-{n % 500}",
                "at": 1_700_000_000 + n,
                "kind": "note",
                "id": str(n),
                "data": {"n": n},
            }
            file.write(json.dumps(record) + "\n")


@pytest.mark.parametrize(
    ("write", "map_", "form"), [(events, "events", "jsonl"), (audit_log, "servicenow", "csv")]
)
def test_killed_at_any_point_it_can_simply_be_run_again(tmp_path, write, map_, form):
    write(tmp_path / "file")
    kills = max(KILLS // 2, 1)
    answer = subprocess.run(
        [sys.executable, "-c", HARNESS, tmp_path / "file", tmp_path, map_, form, str(kills)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    assert report["kills"] == kills
    clean, count = content(tmp_path / "clean.db")
    assert count >= 800
    for store in report["stores"]:
        assert content(store) == (clean, count)
