"""One look at a store as a snapshot, for the commands that print what the console shows."""

from __future__ import annotations

from engine.facts import Instant
from engine.graph import Graph
from engine.overview import health, inbox_order, month_start, row, tallies
from engine.preview import preview
from engine.snapshot import RulesStatus, Snapshot
from engine.store.protocol import Store


def look(store: Store, graph: Graph, now: Instant, zone: str) -> Snapshot:
    """Evaluate everything at `now`; nothing is written. The period is the calendar month of `now` in `zone`."""
    seen = list(preview(store, graph, now))
    rows = sorted((line for line in (row(*pair) for pair in seen) if line is not None), key=inbox_order)
    counted = tallies((evaluated for _, evaluated in seen), month_start(now, zone), now, zone)
    return Snapshot(
        taken_at=now,
        version=1,
        rows=rows,
        total=len(rows),
        health=health(rows, counted, now, zone),
        rules=RulesStatus(0, graph.digest, "", now, ""),
    )
