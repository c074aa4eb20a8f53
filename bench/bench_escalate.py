"""What a cycle costs in which ten thousand thresholds cross at once: evaluated, decided, and every message in the outbox."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from dsl.load import load_texts
from engine.cycle import cycle
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.outbox import Status
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
    with tempfile.TemporaryDirectory() as folder:
        times = [_once(Path(folder) / f"{number}.db") for number in range(3)]
    seconds, waiting = min(times)
    return [
        (
            f"a cycle in which {TICKETS:,} thresholds cross, SQLite",
            "1 s",
            f"{seconds:.2f} s best of {len(times)}",
            f"{TICKETS:,} alerts, {TICKETS:,} decisions and {waiting + TICKETS:,} messages in the same transactions",
        )
    ]


def _once(path: Path) -> tuple[float, int]:
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
    started = time.perf_counter()
    turn = cycle(store, graph, Instant(OPENED + 3700))
    seconds = time.perf_counter() - started
    assert len(turn.decisions) == TICKETS
    waiting = len(store.outbox.queued([Status.WAITING]))
    store.close()
    return seconds, waiting
