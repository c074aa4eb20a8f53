"""What many consoles on one server cost: `sla console` as people start it, each on a terminal of its own, while tickets change.

Processor time is the kernel's account of each process; statements are counted in the server's log; the delay is from the commit
of an event to the bytes that reach the terminal, so that the engine's turn is in it. Sizes come from the surroundings:
SLA_BENCH_CONSOLES, SLA_BENCH_TICKETS, SLA_BENCH_SECONDS, and SLA_BENCH_STORE for a store on a server of your own (statements are
not counted then).
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import selectors
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import psutil

from engine.facts import Event, Instant
from engine.run import Engine
from engine.store.opening import open_store
from engine.store.place import Server
from engine.store.sql import SqlStore

CONSOLES = int(os.environ.get("SLA_BENCH_CONSOLES", "30"))
TICKETS = int(os.environ.get("SLA_BENCH_TICKETS", "100000"))
SECONDS = int(os.environ.get("SLA_BENCH_SECONDS", "60"))
CHANGES = 20
"""Tickets that change in a second."""
SIZE = (40, 140)
"""Lines and columns of a terminal."""
RULES = """\
language 1
priorities high, low
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
pause client {
  when status is waiting
  stops resolution
}
tier gold {
  calendar office
  target high resolution within 20d on always
  target low resolution within 20bd
  target high, low response within 5d on always
  warn at 50%, 75%
  pause by client
}
default tier gold
"""
COMMAND = (sys.executable, "-c", "from tui.cli import main; main()")
ROOT = Path(__file__).resolve().parent.parent
FAST = "-c log_min_duration_statement=0"
"""Lets the server write down each statement of a console."""


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    with tempfile.TemporaryDirectory() as name, _place() as (place, log):
        folder = Path(name)
        rules = folder / "sla.rules"
        rules.write_text(RULES)
        store = open_store(place, create=True)
        _fill(store, rules)
        with _engine(place, rules), _consoles(place, folder) as wall:
            return _measure(store, wall, log)


@contextmanager
def _place() -> Iterator[tuple[Server, Path | None]]:
    given = os.environ.get("SLA_BENCH_STORE")
    if given:
        yield Server(given), None
        return
    from tests.postgres import running

    with running() as server:
        yield Server(server.url), server.log


def _fill(store: SqlStore, rules: Path) -> None:
    """So many tickets, opened over the last week, most of them somewhere on their way to a due instant that is days off."""
    [(there,)] = store.connection.execute("SELECT count(*) FROM tickets").fetchall()
    if there >= TICKETS:
        return
    now = int(time.time())
    chance = random.Random(7)
    for first in range(0, TICKETS, 5_000):
        events = []
        for number in range(first, min(first + 5_000, TICKETS)):
            data = {
                "customer": f"Customer {number % 997}",
                "priority": chance.choice(("high", "low", "low")),
                "status": chance.choice(("Open", "Open", "Open", "Waiting")),
                "subject": f"Something is wrong with service {number % 5003}",
                "assignee": chance.choice(("", "desk-1", "desk-2", "on-call-1")),
                "queue": chance.choice(("network", "desktop", "billing")),
                "tags": "",
            }
            opened = Event(Instant(now - chance.randrange(7 * 86_400)), "opened", data, "bench", f"o{number}")
            events.append((f"INC{number:06}", opened))
        store.add_events("bench", events)
    Engine(store, rules).start(Instant(now))
    store.connection.execute("ANALYZE")


@contextmanager
def _engine(place: Server, rules: Path) -> Iterator[None]:
    engine = subprocess.Popen(
        [*COMMAND, "run", "--rules", str(rules), "--store", place.url, "--no-deliver"],
        cwd=rules.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        engine.terminate()
        engine.wait(30)


class Wall:
    """Consoles on terminals of their own, whose output is read as it comes."""

    def __init__(self) -> None:
        self.children: list[psutil.Process] = []
        self.full: set[int] = set()
        self.seen: dict[bytes, dict[int, float]] = {}
        """When each awaited word reached which terminal."""
        self._ways = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}
        self._closed = Flag()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def open(self, place: Server, folder: Path) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        joint = "&" if "?" in place.url else "?"
        url = f"{place.url}{joint}options={FAST.replace(' ', '%20').replace('=', '%3D')}"
        child = subprocess.Popen(
            [*COMMAND, "console", "--store", url],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "XDG_STATE_HOME": str(folder),
                "XDG_CONFIG_HOME": str(folder),
                "TERM": "xterm-256color",
            },
        )
        os.close(theirs)
        self.children.append(psutil.Process(child.pid))
        self._rest[ours] = b""
        self._ways.register(ours, selectors.EVENT_READ)

    def close(self) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(30)
        self._closed.set()
        self._reader.join(10)
        for way in self._rest:
            os.close(way)

    def _read(self) -> None:
        while not self._closed.is_set():
            for key, _ in self._ways.select(0.2):
                way = int(key.fd)
                try:
                    came = os.read(way, 1 << 16)
                except OSError:  # nobody is left on the other side
                    self._ways.unregister(way)
                    continue
                now = time.monotonic()
                text = self._rest[way] + came
                self._rest[way] = text[-200:]
                if f"/{TICKETS:,}".encode() in text:
                    self.full.add(way)
                for word, where in list(self.seen.items()):
                    if word in text:
                        where.setdefault(way, now)


@contextmanager
def _consoles(place: Server, folder: Path) -> Iterator[Wall]:
    wall = Wall()
    try:
        for number in range(CONSOLES):
            wall.open(place, folder)
            while len(wall.full) <= number - 2:  # two at a time, as there are two cores
                time.sleep(0.05)
        while len(wall.full) < CONSOLES:
            time.sleep(0.05)
        yield wall
    finally:
        wall.close()


class Changes:
    """Tickets that change, so many a second, and among them the most urgent one, whose new assignee everybody can see."""

    def __init__(self, store: SqlStore, wall: Wall) -> None:
        self._store, self._wall = store, wall
        self._numbers = count(time.time_ns())
        self._chance = random.Random(11)
        self.committed: dict[bytes, float] = {}

    def for_(self, seconds: float) -> None:
        """Go on for so long."""
        begun = time.monotonic()
        for turn in count():
            self._change(CHANGES // 4, word=f"w{next(self._numbers) % 10**6:06}" if not turn % 12 else "")
            left = begun + (turn + 1) / 4 - time.monotonic()
            if time.monotonic() - begun > seconds:
                return
            time.sleep(max(0.0, left))

    def _change(self, tickets: int, word: str) -> None:
        now = Instant(int(time.time()))
        [top] = self._store.rows(1)
        keys = [f"INC{self._chance.randrange(TICKETS):06}" for _ in range(tickets - bool(word))]
        events = [
            (key, {"status": self._chance.choice(("Open", "Waiting"))})
            for key in keys
            if key != top.ticket  # it stays where it is
        ]
        if word:
            events.append((top.ticket, {"assignee": word}))
            self._wall.seen[word.encode()] = {}
        self._store.add_events(
            "bench",
            [(key, Event(now, "changed", data, "bench", f"c{next(self._numbers)}")) for key, data in events],
        )
        if word:
            self.committed[word.encode()] = time.monotonic()


def _measure(store: SqlStore, wall: Wall, log: Path | None) -> list[tuple[str, str, str, str]]:
    changes = Changes(store, wall)
    changes.for_(8)  # what is new to a console once is over
    changes.committed.clear()
    before = [child.cpu_times() for child in wall.children]
    logged, begun = log.stat().st_size if log is not None else 0, time.monotonic()
    machine = psutil.cpu_times()
    changes.for_(SECONDS)
    lasted = time.monotonic() - begun
    after = [child.cpu_times() for child in wall.children]
    busy = _used(psutil.cpu_times(), machine) / lasted
    statements = _logged(log, logged) if log is not None else None
    time.sleep(5)
    shares = sorted(
        100 * (b.user + b.system - a.user - a.system) / lasted for a, b in zip(before, after, strict=True)
    )
    delays = sorted(
        at - committed for word, committed in changes.committed.items() for at in wall.seen[word].values()
    )
    missing = len(changes.committed) * CONSOLES - len(delays)
    memory = statistics.median(child.memory_info().rss for child in wall.children) / 2**20
    many = f"{CONSOLES} consoles over {TICKETS:,} open tickets, {CHANGES} of them changing a second"
    return [
        (
            f"{many}: processor time of a console",
            "5 % of a core",
            f"{statistics.median(shares):.1f} % median, {shares[-1]:.1f} % highest",
            f"the machine with server, engine and bench was busy with {busy:.2f} of {os.cpu_count()} cores; {memory:.0f} MB each",
        ),
        (
            "the same: statements of all consoles",
            "20/s",
            "-" if statements is None else f"{statements / lasted:.1f}/s",
            f"over {lasted:.0f} s, counted in the server's log",
        ),
        (
            "the same: from the commit of an event to the screen, engine included",
            "",
            f"{statistics.median(delays):.1f} s median, {delays[int(len(delays) * 0.99)]:.1f} s in 99 of 100",
            f"{len(delays)} paints, {missing} not seen",
        ),
    ]


def _used(now: object, before: object) -> float:
    """Processor seconds of the machine between two looks, idle and waiting left out."""
    names = ("user", "nice", "system", "irq", "softirq")
    return float(sum(getattr(now, name) - getattr(before, name) for name in names))


def _logged(log: Path, since: int) -> int:
    with log.open("rb") as file:
        file.seek(since)
        return sum(
            1 for line in file if b"LOG:  duration:" in line and (b"execute" in line or b"statement:" in line)
        )


if __name__ == "__main__":
    for line in run():
        print("  ".join(line))
