"""What a cycle costs in which ten thousand thresholds cross at once: evaluated, decided, and every message in the outbox."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from dsl.load import load_texts
from engine.cycle import cycle
from engine.delivery.outbox import Status
from engine.facts import Event, Instant
from engine.foresee import PORTION, Foresight
from engine.graph import Graph
from engine.store.sqlite import SqliteStore

TICKETS = 10_000
OPENED = 1_790_000_000
RULES = """\
language 1
priorities high, low
statuses {
  working "Open"
  resolved "Resolved"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
person night-lead "Shift lead" {
  email "lead@msp.example"
}
team noc "Network operations" {
  lead night-lead
}
team management "Management" {
  lead night-lead
}
channel pager {
  url env PAGER_URL
}
tier gold {
  calendar office
  target high, low response within 1h on always
  target high, low resolution within 8h
  escalate via ladder
}
default tier gold
escalation ladder {
  at breach of response notify noc via inbox, email, pager
  at breach of resolution escalate to management
  at 1h past resolution notify noc via pager repeat every 30m until acknowledged
}
"""


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    runs: dict[bool, list[Run]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(3):
            for ahead, made in runs.items():
                made.append(_once(Path(folder) / f"{number}-{ahead}.db", ahead=ahead))
    best, cold = min(runs[True]), min(runs[False])
    unprepared = (
        f"{cold.seconds:.2f} s ({cold.processor:.2f} s of processor) by an engine that has not looked ahead"
    )
    written = f"{TICKETS:,} alerts, {TICKETS:,} decisions and {best.waiting + TICKETS:,} messages in the same transactions"
    return [
        (
            f"a cycle in which {TICKETS:,} thresholds cross, SQLite",
            "1 s",
            f"{best.seconds:.2f} s best of 3 ({best.processor:.2f} s of processor)",
            f"{unprepared}; {written}",
        ),
        (
            "of that, looked at ahead while nothing waited",
            "",
            f"{best.before:.2f} s",
            f"in portions of {PORTION} between two ticks; {max(one.megabytes for one in runs[True]):.0f} MB until their time has come",
        ),
    ]


class Run(NamedTuple):
    """Seconds of a cycle, on the wall and of the processor, and of what was done before it; what that holds in memory."""

    seconds: float
    processor: float
    before: float
    megabytes: float
    waiting: int


def _once(path: Path, *, ahead: bool) -> Run:
    ruleset = load_texts("sla.rules", {"sla.rules": RULES}).ruleset
    assert ruleset is not None
    graph = Graph.compile(ruleset)
    store = SqliteStore.open(path, create=True)
    data = {"customer": "Acme", "priority": "high", "status": "Open", "subject": "Link down"}
    store.add_events(
        "bench",
        [
            (f"T-{number}", Event(Instant(OPENED + number % 60), "opened", data, "bench", str(number)))
            for number in range(TICKETS)
        ],
    )
    cycle(store, graph, Instant(OPENED + 100))
    cycle(store, graph, Instant(OPENED + 3400))  # past the warnings
    foresight, resident, started = Foresight(), _resident(), time.perf_counter()
    if ahead:
        while foresight.prepare(store, graph, Instant(OPENED + 3500)):
            pass
    before, held = time.perf_counter() - started, _resident() - resident
    started, busy = time.perf_counter(), time.process_time()
    turn = cycle(store, graph, Instant(OPENED + 3700), foresight=foresight)
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    assert len(turn.decisions) == TICKETS
    waiting = len(store.outbox.queued([Status.WAITING]))
    store.close()
    return Run(seconds, processor, before, held, waiting)


def _resident() -> float:
    """Megabytes that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
