"""Imports: a file of events into a new store, against rows that are ready and only have to be written.

The peers write the same events, already decoded, into a table without an index but its key: sqlite-utils with
`insert_all`, and `executemany` of positional rows, which is the limit of SQLite under Python. Processor time and the
best of several rounds are taken as well as the clock on the wall, since the machine is rarely ours alone.
"""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from engine.intake.load import load
from engine.intake.mapping import Format, load_map
from engine.store.sqlite import SqliteStore

TICKETS = 60_000
ROUNDS = 3
NAMES = ("ticket", "at", "kind", "id", "data")


def events() -> list[tuple[str, int, str, str, str]]:
    """Five events a ticket, in order of time, so that tickets are well mixed."""
    rng = random.Random(1)
    found = []
    for number in range(TICKETS):
        at = 1_700_000_000 + rng.randrange(300 * 86_400)
        opened = {
            "customer": f"Customer {rng.randrange(400)}",
            "priority": rng.choice(["critical", "high", "normal", "low"]),
            "status": "New",
            "subject": f"Printer {rng.randrange(1000)} is on fire again",
        }
        for kind, data in (
            ("opened", opened),
            ("reply", {}),
            ("changed", {"status": rng.choice(["In Progress", "Waiting on Customer"])}),
            ("changed", {"assignee": f"agent-{rng.randrange(50)}"}),
            ("resolved", {"status": "Resolved"}),
        ):
            found.append((f"T-{number:06}", at, kind, json.dumps(data)))
            at += rng.randrange(60, 86_400)
    found.sort(key=lambda event: event[1])
    return [(ticket, at, kind, f"{number:07}", data) for number, (ticket, at, kind, data) in enumerate(found)]


def best(work: Callable[[Path], object], folder: Path) -> tuple[float, float]:
    """The best time on the wall, and of the processor, of a few rounds; each gets a path of its own."""
    walls, processor = [], []
    for number in range(ROUNDS):
        path = folder / f"{id(work)}-{number}.db"
        wall, cpu = time.perf_counter(), time.process_time()
        work(path)
        walls.append(time.perf_counter() - wall)
        processor.append(time.process_time() - cpu)
        for file in folder.glob(f"{path.name}*"):
            file.unlink()
    return min(walls), min(processor)


def run() -> list[tuple[str, str, str, str]]:
    rows = events()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "events.jsonl"
        with file.open("w") as out:
            for ticket, at, kind, id_, data in rows:
                when = datetime.fromtimestamp(at, UTC).isoformat()
                out.write(
                    f'{{"ticket":"{ticket}","at":"{when}","kind":"{kind}","id":"{id_}","data":{data}}}\n'
                )
        ours = best(lambda path: _import(file, path), folder)
        decoded = best(lambda _: _decode(file), folder)
        bare = best(lambda path: _bare(rows, path), folder)
        utils = best(lambda path: _utils(rows, path), folder)
        again = best(lambda path: _twice(file, path), folder)
    count = len(rows)

    def rate(times: tuple[float, float]) -> str:
        return f"{count / times[0]:,.0f} events/s ({count / times[1]:,.0f} per second of processor)"

    ratio = f"{ours[1] and bare[1] / ours[1]:.2f} of executemany of ready rows at {rate(bare)}; {utils[1] / ours[1]:.1f}x insert_all at {rate(utils)}"
    return [
        ("import of JSON Lines into SQLite", "300,000 events/s", rate(ours), ratio),
        (
            "of that, reading and checking the file",
            "-",
            rate(decoded),
            f"{decoded[1] / ours[1]:.0%} of the import",
        ),
        (
            "import, and the same file once more",
            "-",
            f"{2 * count / again[0]:,.0f} events/s",
            "nothing changes",
        ),
    ]


def _import(file: Path, path: Path) -> None:
    store = SqliteStore.open(path, create=True)
    _load(store, file)
    store.close()


def _twice(file: Path, path: Path) -> None:
    store = SqliteStore.open(path, create=True)
    _load(store, file)
    _load(store, file)
    store.close()


class _Nowhere:
    def append(self, source, rows):
        return len(rows), 0


def _decode(file: Path) -> None:
    _load(_Nowhere(), file)


def _load(store, file: Path) -> None:
    with file.open("rb") as stream:
        outcome = load(store, stream, load_map("events"), Format.JSONL, lambda _: None)
    assert outcome.new + outcome.known == 5 * TICKETS


def _bare(rows, path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE events (ticket TEXT, at INTEGER, kind TEXT, id TEXT, data TEXT)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()


def _utils(rows, path: Path) -> None:
    database = Database(path)
    database.enable_wal()
    database["events"].insert_all((dict(zip(NAMES, row, strict=True)) for row in rows), batch_size=1000)
    database.close()
