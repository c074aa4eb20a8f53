"""The client portal under load: `sla portal` on one core over a store of many customers, asked by a process of its own on the other.

Two measurements. At a fixed rate each request has its moment, and its delay counts from there, so that a server that falls behind shows
it (no coordinated omission). Then as fast as it answers, with a few connections. The pages are mixed: signed-in overview, tickets,
uptime and list of reports, downloads, badges, calendars, of customers at random. Sizes come from the surroundings: SLA_BENCH_TICKETS,
SLA_BENCH_CUSTOMERS, SLA_BENCH_SECONDS, SLA_BENCH_RATE.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil

from engine.facts import Instant
from engine.run import Engine
from engine.store import publications
from engine.store.publications import Publication
from engine.store.sqlite import SqliteStore

TICKETS = int(os.environ.get("SLA_BENCH_TICKETS", "100000"))
CUSTOMERS = int(os.environ.get("SLA_BENCH_CUSTOMERS", "1000"))
SECONDS = int(os.environ.get("SLA_BENCH_SECONDS", "20"))
RATE = int(os.environ.get("SLA_BENCH_RATE", "200"))
CONNECTIONS = 8
SIGNED_IN = 200
ROOT = Path(__file__).resolve().parent.parent
MIX = (
    ("/", 30),
    ("/tickets", 20),
    ("/uptime", 10),
    ("/reports", 10),
    ("download", 10),
    ("badge", 10),
    ("feed", 10),
)
PDF = 60_000
"""Bytes of a report."""
HEAD = """\
language 1
priorities critical, high, normal, low
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
  closed "Closed"
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
pause client "Waiting for the customer" {
  when status is waiting
  stops resolution
}
service mail "Mail" {
}
service web "Web shop" {
}
tier gold "Gold" {
  calendar office
  target critical, high resolution within 8h on always
  target normal, low resolution within 5bd
  target critical, high, normal, low response within 4h
  pause by client
  uptime 99.9% per month on always
}
"""


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        keys = hand_out(folder)
        with served(folder) as (address, process):
            asked = json.dumps({"address": address, "keys": keys})
            calm, calm_work = worked(process, lambda: measure(asked, "rate"))
            hard, hard_work = worked(process, lambda: measure(asked, "hard"))
            memory = process.memory_info().rss / 1e6
        audited = len_of(folder)
    reach = (
        f"{TICKETS:,} tickets of {CUSTOMERS:,} customers, one core, {calm['count']:,} requests in {SECONDS} s"
    )
    slow = ", ".join(f"{kind} {p95:.0f}" for kind, p95 in sorted(calm["by_kind"].items()))
    return [
        (
            f"portal, mixed pages at {RATE} requests/s",
            reach,
            f"p50 {calm['p50']:.1f} ms, p95 {calm['p95']:.1f} ms, p99 {calm['p99']:.1f} ms, {calm['failed']} failed",
            f"{1000 * calm_work / calm['count']:.1f} ms of the processor a request; p95 by page in ms: {slow}",
        ),
        (
            f"portal, as fast as it answers, {CONNECTIONS} connections",
            f"the same, {hard['count']:,} requests",
            f"{hard['count'] / hard['seconds']:.0f} requests/s, p95 {hard['p95']:.1f} ms, {hard['failed']} failed",
            f"{hard_work / hard['seconds']:.2f} cores, {1000 * hard_work / hard['count']:.1f} ms a request, {memory:.0f} MB, {audited:,} entries of the audit log",
        ),
    ]


def worked(process: psutil.Process, work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """What came of it, and the seconds of the processor that it took the server."""
    before = sum(process.cpu_times()[:2])
    found = work()
    return found, sum(process.cpu_times()[:2]) - before


# ---------------------------------------------------------------- the store


def fill(folder: Path) -> None:
    """Tickets of this month and the weeks before, a third of them open; reports, accounts."""
    now = int(time.time())
    rules = HEAD + "".join(
        f'customer c{number} "Customer {number}" {{\n  tier gold\n  zone Europe/Berlin\n}}\n'
        for number in range(CUSTOMERS)
    )
    (folder / "sla.rules").write_text(rules, encoding="utf-8")
    rng = random.Random(5)
    rows = []
    for number in range(TICKETS):
        opened = now - rng.randrange(3600, 28 * 86_400)
        key = f"INC{number:07}"
        data = {
            "customer": f"c{number % CUSTOMERS}",
            "priority": rng.choice(("critical", "high", "normal", "low")),
            "status": "Open",
            "subject": f"Something does not work as it should, case {number}",
        }
        rows.append((key, opened, 0, "opened", json.dumps(data), f"{number}-0"))
        rows.append((key, min(now - 60, opened + rng.randrange(60, 20_000)), 1, "reply", "{}", f"{number}-1"))
        if rng.random() < 0.67:
            rows.append(
                (
                    key,
                    min(now - 30, opened + rng.randrange(20_000, 400_000)),
                    2,
                    "closed",
                    '{"status":"Closed"}',
                    f"{number}-2",
                )
            )
    with closing(SqliteStore.open(folder / "sla.db", create=True)) as store:
        store.append("bench", rows)
        Engine(store, folder / "sla.rules").start(Instant(now))
        body = random.Random(1).randbytes(PDF)
        with store.connection.trouble():
            for number in range(CUSTOMERS):
                for month, form in (("2026-09", "pdf"), ("2026-10", "pdf"), ("2026-10", "csv")):
                    publications.publish(
                        store.connection,
                        Publication(
                            *(f"c{number}", "Service levels", "monthly", month, Instant(1), Instant(2), form),
                            *(body, Instant(now), "0" * 64, Instant(now), "lead"),
                        ),
                    )


def hand_out(folder: Path) -> list[dict[str, object]]:
    """Keys of customers that have signed in, with what belongs to them."""
    from reports.portal.accounts import Accounts
    from reports.portal.database import Database
    from reports.portal.links import Kind, Links
    from reports.portal.sessions import Sessions

    (folder / "sla.toml").write_text('[portal]\nurl = "http://127.0.0.1:8081"\ndatabase = "portal.db"\n')
    now = int(time.time())
    found = []
    with (
        closing(Database.open(folder / "portal.db")) as database,
        closing(SqliteStore.open(folder / "sla.db", read_only=True)) as store,
    ):
        accounts, sessions, links = Accounts(database), Sessions(database, 86_400, 86_400), Links(database)
        for number in random.Random(2).sample(range(CUSTOMERS), min(SIGNED_IN, CUSTOMERS)):
            name = f"c{number}"
            account = accounts.invite(f"jo@{name}.example", name, now)
            accounts.set_password(account.id, "none")
            found.append(
                {
                    "cookie": sessions.begin(account.id, now, "", whole=True),
                    "report": publications.published(store.connection, name)[0].id,
                    "badge": links.make(Kind.BADGE, name, now),
                    "feed": links.make(Kind.FEED, name, now),
                }
            )
    return found


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The portal on the first core."""
    command = [sys.executable, "-c", "from tui.cli import main; main()", "portal", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = ""
        while "listening" not in line:
            line = process.stderr.readline()
            if not line:
                raise SystemExit("the portal did not start")
        pin(process.pid, 0)
        yield re.findall(r"http://\S+", line)[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where there are two."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, {core})


def len_of(folder: Path) -> int:
    """Entries of the audit log: none may be missing."""
    from reports.portal.database import Database

    with closing(Database.open(folder / "portal.db")) as database:
        return int(database.row("SELECT count(*) FROM audit")[0])


# ---------------------------------------------------------------- who asks


def measure(asked: str, how: str) -> dict[str, Any]:
    """What the asking process found."""
    command = [sys.executable, __file__, how, str(SECONDS), str(RATE), str(CONNECTIONS)]
    done = subprocess.run(
        command,
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}"},
    )
    return json.loads(done.stdout)


class Asker:
    """A connection that is kept."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, cookie: str) -> int:
        """The status of an answer, which is read to its end."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._place)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nhost: portal\r\ncookie: sla={cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        if b"connection: close" in head:
            self._streams = None
        return int(head[9:12])


def choose(rng: random.Random, keys: list[dict[str, str]]) -> tuple[str, str, str]:
    """(kind, path, cookie) of a request."""
    kind = rng.choices([kind for kind, _ in MIX], [weight for _, weight in MIX])[0]
    who = rng.choice(keys)
    path = {
        "download": f"/reports/{who['report']}",
        "badge": f"/badge/{who['badge']}.svg",
        "feed": f"/calendar/{who['feed']}.ics",
    }.get(kind, kind)
    return kind, path, who["cookie"] if kind not in ("badge", "feed") else ""


async def load(how: str, seconds: int, rate: int, connections: int) -> dict[str, object]:
    told = json.loads(sys.stdin.read())
    host, port = told["address"].removeprefix("http://").split(":")
    rng = random.Random(3)
    found: list[tuple[str, float, int]] = []
    idle: asyncio.LifoQueue[Asker] = asyncio.LifoQueue()
    for _ in range(connections if how == "hard" else 150):
        idle.put_nowait(Asker(host, int(port)))

    async def one(moment: float) -> None:
        kind, path, cookie = choose(rng, told["keys"])
        asker = await idle.get()
        try:
            status = await asker.ask(path, cookie)
        except (
            OSError,
            asyncio.IncompleteReadError,
        ):  # the server has ended what stood idle: browsers ask again too
            asker = Asker(host, int(port))
            status = await asker.ask(path, cookie)
        idle.put_nowait(asker)
        found.append((kind, time.perf_counter() - moment, status))

    for _ in range(50):  # compiled templates, open files
        await one(time.perf_counter())
    found.clear()
    began = time.perf_counter()
    if how == "rate":
        tasks = []
        for number in range(seconds * rate):
            moment = began + number / rate
            if (wait := moment - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.ensure_future(one(moment)))
        await asyncio.gather(*tasks)
    else:

        async def on_and_on() -> None:
            while time.perf_counter() - began < seconds:
                await one(time.perf_counter())

        await asyncio.gather(*(on_and_on() for _ in range(connections)))
    took = time.perf_counter() - began
    delays = sorted(1000 * delay for _, delay, _ in found)
    kinds = {kind for kind, _, _ in found}
    return {
        "count": len(found),
        "seconds": took,
        "failed": sum(status != 200 for _, _, status in found),
        **{f"p{share}": delays[len(delays) * share // 100] for share in (50, 95, 99)},
        "by_kind": {
            kind: at95([1000 * delay for other, delay, _ in found if other == kind]) for kind in kinds
        },
    }


def at95(delays: list[float]) -> float:
    return sorted(delays)[len(delays) * 95 // 100]


if __name__ == "__main__":
    pin(os.getpid(), 1)
    print(json.dumps(asyncio.run(load(sys.argv[1], *map(int, sys.argv[2:])))))
