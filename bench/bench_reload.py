"""What an edit of one customer among ten thousand costs: from the bytes on disk to the tickets that it moves."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from dsl.load import Loader
from dsl.parse import parse
from engine.evaluate import evaluate
from engine.facts import Event, Instant
from engine.graph import Graph, changes
from engine.reload import Rules
from engine.store.sqlite import SqliteStore

CUSTOMERS = 10_000
EDITS = 15
NOW = Instant(1_790_000_000)

SITE = """\
language 1
include "customers.rules"
priorities critical, high, normal, low
statuses {
  working "Open"
  waiting "Waiting"
  closed "Closed"
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
  target critical, high, normal, low response within 1h on always
  target critical, high resolution within 8h
  target normal, low resolution within 3bd
  pause by client
}
default tier gold
"""


def customer(number: int, hours: int = 4) -> str:
    """One customer's declaration."""
    return (
        f'customer c{number} "Customer {number}" {{\n'
        f'  alias "CUST-{number}", "Customer {number} GmbH"\n'
        "  zone Europe/Berlin\n"
        "  tier gold from 2026-01-01 until 2027-01-01\n"
        "  override peak from 2026-11-15 until 2027-01-06 {\n"
        f"    target critical resolution within {hours}h on always\n"
        "  }\n"
        "}\n"
    )


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    with tempfile.TemporaryDirectory() as folder:
        return _run(Path(folder))


def _run(folder: Path) -> list[tuple[str, str, str, str]]:
    root, customers = folder / "sla.rules", folder / "customers.rules"
    root.write_text(SITE)
    blocks = [customer(number) for number in range(CUSTOMERS)]
    customers.write_text("\n".join(blocks))
    store = SqliteStore.open(folder / "sla.db", create=True)
    store.add_events(
        "bench",
        (
            (
                f"T-{number}",
                Event(
                    Instant(NOW - 600),
                    "opened",
                    {"customer": f"CUST-{number}", "priority": "high"},
                    "b",
                    str(number),
                ),
            )
            for number in range(CUSTOMERS)
        ),
    )
    rules = Rules(root)
    rules.start(store, NOW)
    loader = Loader()
    loaded = loader.load(root)
    graph = Graph.compile(loaded)
    planned, committed = [], []
    for edit in range(EDITS):
        number = CUSTOMERS // 2 + edit
        blocks[number] = customer(number, 3)
        customers.write_text("\n".join(blocks))
        began = time.perf_counter()
        loaded = loader.load(root)
        fresh = Graph.compile(loaded, previous=graph)
        change = changes(graph, fresh)
        moved = store.affected_tickets(sorted(change.tiers), sorted(change.customers))
        evaluated = [evaluate(ticket, fresh, NOW) for ticket in store.tickets(moved)]
        planned.append(time.perf_counter() - began)
        assert len(evaluated) == 1
        graph = fresh
        began = time.perf_counter()
        rules.refresh(store, NOW)
        committed.append(time.perf_counter() - began)
    store.close()
    began = time.perf_counter()
    for block in blocks:
        parse(block)
    whole = time.perf_counter() - began
    median = statistics.median(planned)
    return [
        (
            f"reload after editing 1 of {CUSTOMERS:,} customers: bytes to new graph, its ticket planned anew",
            "15 ms, 100x less than a full Lark parse",
            f"{median * 1e3:.1f} ms median of {EDITS}",
            f"full Lark parse {whole:.2f} s, {whole / median:.0f}x",
        ),
        (
            "the same, with both versions' texts kept and everything committed to SQLite",
            "-",
            f"{statistics.median(committed) * 1e3:.1f} ms median of {EDITS}",
            "-",
        ),
    ]
