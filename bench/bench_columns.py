"""Open tickets into columns: from the blocks that a store keeps, against reading their events from the tables.

The store is filled with events and its tickets are marked as an engine leaves them, without evaluating each. Blocks are then made by the
engine's own keeper. The peer reads the same tickets from the tables, fewer of them, and both must be the same.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from bench_evaluate import NOW, best, desk

from engine.columns.build import columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.columns.told import LAST, Told, asked, tell_fields
from engine.facts import Instant
from engine.graph import Graph
from engine.store.opening import open_store
from engine.store.place import Place, Server
from engine.store.sql import SqlStore

TICKETS = 1_000_000
PEER = 20_000
CHANGED = 10_000
ROUNDS = 7
AT_ONCE = 50_000
FIRST = NOW - 120 * 86_400


def fill(store: SqlStore, tickets: int) -> None:
    """Tickets of eight customers that are open, with five events each."""
    rng = np.random.default_rng(3)
    for low in range(0, tickets, AT_ONCE):
        count = min(AT_ONCE, tickets - low)
        gaps = rng.integers(600, 30 * 3600, size=(count, 5))
        gaps[:, 0] = rng.integers(0, 100 * 86_400, size=count)
        at = (FIRST + np.cumsum(gaps, axis=1)).tolist()
        whose = rng.integers(0, 16, size=count).tolist()
        rows = []
        for number in range(count):
            key = f"T-{low + number}"
            customer, priority = f"customer-{whose[number] // 2}", ("high", "normal")[whose[number] % 2]
            opened = f'{{"customer":"{customer}","priority":"{priority}","status":"Open","subject":"Printer {number}"}}'
            waits, works = '{"status":"Waiting"}', '{"status":"Open","assignee":"desk"}'
            for place, (kind, data) in enumerate(
                (
                    ("opened", opened),
                    ("changed", waits),
                    ("changed", works),
                    ("reply", '{"text":"We look into it."}'),
                    ("changed", waits),
                )
            ):
                rows.append((key, at[number][place], place, kind, data, f"{low + number}-{place}"))
        store.append("bench", rows)
    # As the engine leaves a ticket that it has evaluated.
    with store.cycle():
        store.connection.execute(
            "UPDATE tickets SET closed = 0, awaits = NULL, written = ?", (store.connection.writing(),)
        )


def keep(store: SqlStore, graph: Graph, now: int) -> tuple[float, float]:
    """Seconds that a pass takes, and the longest of its steps."""
    keeper, steps = Keeper(), []
    more = True
    while more:
        began = time.perf_counter()
        more = keeper.step(store, graph, Instant(now))
        steps.append(time.perf_counter() - began)
    return sum(steps), max(steps)


def words(told: Told) -> list[tuple[object, ...]]:
    """What is told, ticket by ticket, whatever numbers things have."""
    found = []
    for place in np.argsort(told.ids).tolist():
        events = range(int(told.starts[place]), int(told.starts[place + 1]))
        said = [(int(told.at[event]), told.sayings[int(told.saying[event])]) for event in events]
        found.append((int(told.ids[place]), said))
    return found


def measured(place: Place, graph: Graph, reach: str, where: str) -> list[tuple[str, str, str, str]]:
    """Rows for one store."""
    with closing(open_store(place, create=True)) as store:
        fill(store, TICKETS)
        whole, longest = keep(store, graph, NOW)
        told = load(store, [graph])
        if len(told) != TICKETS:
            raise AssertionError(f"{len(told)} tickets are told")
        seconds = best(lambda: load(store, [graph]), ROUNDS)
        processor = best(lambda: load(store, [graph]), ROUNDS, time.process_time)
        [(size,)] = store.connection.execute("SELECT sum(length(body)) FROM column_blocks").fetchall()
        some = list(range(1, TICKETS, TICKETS // PEER))[:PEER]
        began = time.perf_counter()
        peer = tell_fields(store.tickets(some), asked(graph, store.all_terms()), LAST)
        plain = (time.perf_counter() - began) / PEER * TICKETS
        if words(peer) != words(load(store, [graph], some)):
            raise AssertionError("blocks and tables differ")
        built = best(lambda: columns_of(told, graph, NOW), 3)
        began = time.perf_counter()
        answer = evaluate_columns(columns_of(load(store, [graph]), graph, NOW), graph, NOW)
        answered = time.perf_counter() - began
        with store.cycle():
            store.connection.execute(
                "UPDATE tickets SET written = ? WHERE id % ? = 0",
                (store.connection.writing(), TICKETS // CHANGED),
            )
        stale = best(lambda: load(store, [graph]), 3)
        again, longest_again = keep(store, graph, NOW)
    count = sum(len(clocks.ticket) for clocks in answer.clocks)
    return [
        (
            f"load of {TICKETS:,} open tickets, {len(told.at):,} events, into columns from {where}",
            reach,
            f"{seconds:.3f} s best of {ROUNDS} ({processor:.3f} s of our processor time), {size / 1e6:.0f} MB",
            f"events from the tables {plain:.0f} s, {plain / seconds:.0f}x (from {PEER:,} tickets, the same is told)",
        ),
        (
            "the same with the rules applied, and with every clock evaluated",
            "-",
            f"{seconds + built:.2f} s, {answered:.2f} s for {count:,} clocks",
            f"{len(answer.apart):,} tickets left to the single evaluator",
        ),
        (f"the same when {CHANGED:,} tickets have changed since", "-", f"{stale:.2f} s", "-"),
        (
            "keeping the columns: all of them anew, and after these changes",
            "-",
            f"{whole:.0f} s, {again:.1f} s",
            f"the longest step {longest:.2f} s, {longest_again:.2f} s",
        ),
    ]


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    from tests.postgres import running

    graph = desk()
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder) / "sla.db", graph, "0.25 s", "SQLite")
    with running() as server:
        return rows + measured(Server(server.url), graph, "2 s", "PostgreSQL")


if __name__ == "__main__":
    for line in run():
        print(*line, sep=" | ")
