"""One look at a store, and at what has left it for an archive, as a snapshot, for the commands that print what the console shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.overview import health, inbox_order, month_start, row, tallies
from engine.preview import preview
from engine.snapshot import RulesStatus, Snapshot
from engine.store.protocol import Store
from engine.store.sql import SqlStore


def look(store: Store, graph: Graph, now: Instant, zone: str) -> Snapshot:
    """Evaluate everything at `now`; nothing is written. The period is the calendar month of `now` in `zone`."""
    start = month_start(now, zone)
    seen = list(chain(preview(store, graph, now), _archived(store, graph, start, now)))
    rows = sorted((line for line in (row(*pair) for pair in seen) if line is not None), key=inbox_order)
    counted = tallies((evaluated for _, evaluated in seen), start, now, zone)
    return Snapshot(
        taken_at=now,
        version=1,
        rows=rows,
        total=len(rows),
        health=health(rows, counted, now, zone),
        rules=RulesStatus(0, graph.digest, "", now, ""),
    )


def _archived(store: Store, graph: Graph, start: int, now: Instant) -> Iterator[tuple[Ticket, Evaluated]]:
    """Archived tickets that the period from `start` to `now` has to do with: open in it, or decided."""
    if not isinstance(store, SqlStore) or not store.archives():
        return
    from engine.archive.parts import parts, tickets

    wanted = [
        part for part in parts(store) if part.manifest.opened[0] <= now and part.manifest.heard[1] >= start
    ]
    for ticket in tickets(store, wanted, now):
        yield ticket, evaluate(ticket, graph, now)
