"""A year of archived tickets replayed under a rule set, by the three ways, against the single evaluator on a sample.

The archive is made in its own layout: 10,000 customers on eight tiers with a calendar each, five events a ticket on average, one ticket in
two hundred with a target that changes under way. SLA_BENCH_REPLAY is how many tickets.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np

from dsl.load import load_texts
from engine.archive import files
from engine.archive.parts import PART, Part
from engine.archive.shape import ALWAYS, month_of
from engine.evaluate import evaluate
from engine.graph import Graph
from engine.replay.judge import OUTCOMES, Outcomes, Period, outcome_of, replay
from engine.replay.read import Reader, Shelf, Source, archived
from engine.replay.ways import Replay, in_one, in_processes, on_cluster
from engine.wall import parse_instant

TICKETS = int(os.environ.get("SLA_BENCH_REPLAY", "500000"))
CUSTOMERS = 10_000
SAMPLE = 2_000
WORKERS = 2
ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago"),
    *("Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"),
)
FIRST = parse_instant("2025-01-01T00:00:00Z")
YEAR = Period(FIRST, parse_instant("2026-01-01T00:00:00Z"))

HEAD = """\
language 1
priorities critical, high, normal, low
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
  closed "Closed"
}
pause client "Waiting for the client" {
  when status is waiting
  stops resolution
}
"""
TIER = """\
calendar hours-{n} "Hours {n}" {{
  zone {zone}
  open mon-fri 08:{minute}-12:00, 13:00-17:30
  closed 2025-05-01 "Day off"
}}
tier tier-{n} "Tier {n}" {{
  calendar hours-{n}
  target critical, high response within 1h on always
  target normal, low response within 4h
  target critical resolution within 8h on always
  target high resolution within 16h
  target normal, low resolution within 5bd
  target critical, high, normal, low next-response within 4h
  pause by client
}}
"""
PRIORITIES = ("critical", "high", "normal", "low")
SAID = (
    ("reply", "{}"),
    ("message", "{}"),
    ("note", "{}"),
    ("changed", '{"status":"Waiting"}'),
    ("changed", '{"status":"Open"}'),
    ("changed", '{"priority":"low"}'),
    ("resolved", "{}"),
    ("closed", "{}"),
)
LIVES = ((0, 6), (0, 3, 4, 6), (0, 1, 0, 3, 4, 6), (5, 0, 2, 6), (2, 0, 6, 7))
SHARES = (0.2, 0.395, 0.2, 0.005, 0.2)


def desk() -> Graph:
    """Ten thousand customers, each on one of eight tiers."""
    tiers = "".join(TIER.format(n=n, zone=zone, minute=f"{5 * n:02}") for n, zone in enumerate(ZONES))
    customers = "".join(
        f'customer c{n} "Firm {n}" {{\n  tier tier-{n % len(ZONES)}\n}}\n' for n in range(CUSTOMERS)
    )
    return Graph.compile(load_texts("sla.rules", {"sla.rules": HEAD + tiers + customers}))


def make(folder: Path, tickets: int) -> list[Part]:
    """An archive of so many tickets of a year, in parts."""
    rng = np.random.default_rng(1)
    parts = []
    with files.connect() as connection:
        for number, first in enumerate(range(0, tickets, PART)):
            size = min(PART, tickets - first)
            begin = FIRST + (YEAR.end - FIRST - 20 * 86_400) * first // tickets
            parts.append(_part(connection, folder, number, first, size, begin, tickets, rng))
    return parts


def _part(connection, folder, number, first, size, begin, tickets, rng) -> Part:
    customer = np.sort((CUSTOMERS * rng.random(size) ** 2).astype(np.int64))
    pair = customer * len(PRIORITIES) + rng.integers(0, len(PRIORITIES), size)
    pairs, opening = np.unique(pair, return_inverse=True)
    lives = rng.choice(len(LIVES), size, p=SHARES)
    length = np.array([len(life) + 1 for life in LIVES])[lives]
    starts = np.cumsum(length) - length
    place = np.repeat(np.arange(size), length)
    step = np.arange(len(place)) - starts[place]
    padded = np.array([(0, *life, *[0] * (7 - len(life))) for life in LIVES])
    saying = padded[lives[place], step] + len(pairs)
    saying[starts] = opening
    gaps = (rng.exponential(9_000, len(place)) + 60).astype(np.int64)
    gaps[starts] = 0
    at = np.cumsum(gaps)
    span = (YEAR.end - FIRST - 20 * 86_400) * size // tickets
    at += (begin + rng.integers(0, max(span, 1), size) - at[starts])[place]
    said = [
        (
            "opened",
            json.dumps({"customer": f"Firm {p // 4}", "priority": PRIORITIES[p % 4], "status": "Open"}),
        )
        for p in pairs.tolist()
    ]
    said += SAID
    month, name = month_of(begin), f"{number:024x}"
    ids = np.arange(len(place)) + 5 * first
    texts = np.array(said, dtype=object)
    tables = {
        "tickets": {"place": np.arange(size), "id": np.arange(first, first + size)},
        "sayings": {"code": np.arange(len(said)), "kind": texts[:, 0].copy(), "said": texts[:, 1].copy()},
        "events": {"place": place, "at": at, "saying": saying, "id": ids},
    }
    chosen = {
        "tickets": "place::INTEGER AS place, id, 'T-' || id AS key",
        "sayings": "code::INTEGER AS code, kind, said",
        "events": 'place::INTEGER AS place, "at", saying::INTEGER AS saying, 0 AS sequence'
        " , 'bench' AS source, 'e-' || id AS source_id, '{}' AS rest, id",
    }
    listed = {}
    for table, arrays in tables.items():
        path = Path(table) / f"month={month}" / f"{name}.parquet"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        connection.register("content", arrays)
        connection.execute(
            f"COPY (SELECT {chosen[table]} FROM content) TO '{folder / path}'"
            " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
        )
        connection.unregister("content")
        listed[table] = files.File(path.as_posix(), len(next(iter(arrays.values()))), "")
    opened = at[starts]
    manifest = files.Manifest(
        files.VERSION,
        name,
        month,
        size,
        len(place),
        (int(opened.min()), int(opened.max())),
        (int(at.min()), int(at.max())),
        tuple(sorted(ALWAYS)),
        "",
        listed,
    )
    target = folder / "parts" / f"month={month}" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(asdict(manifest)))
    return Part(folder, manifest)


class Memory:
    """The most memory that this process and its children have had together, looked at all the time."""

    def __enter__(self) -> Self:
        self.peak = 0
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, sum(_proportional(number) for number in _family(os.getpid())))


def _family(root: int) -> list[int]:
    found = [root]
    for number in found:
        for path in Path(f"/proc/{number}/task").glob("*/children"):
            try:
                found += map(int, path.read_text().split())
            except OSError:
                continue
    return found


def _proportional(number: int) -> int:
    """Bytes of a process; what it shares with others counts in parts."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def timed(work: Callable[[], Outcomes]) -> tuple[Outcomes, tuple[float, float, float]]:
    """The result; seconds, those of processors, and the most memory of all processes in MB."""
    with Memory() as memory:
        spent, begin = sum(os.times()[:4]), time.perf_counter()
        result = work()
        seconds, spent = time.perf_counter() - begin, sum(os.times()[:4]) - spent
    return result, (seconds, spent, memory.peak / 2**20)


def on_local_cluster(work: Replay, sources: list[Source]) -> Outcomes:
    """On a Dask cluster of this machine, which is started and ended."""
    from distributed import Client, LocalCluster

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, memory_limit=0
    ) as cluster:
        with Client(cluster) as client:
            client.wait_for_workers(WORKERS)
        return on_cluster(work, sources, cluster.scheduler_address)


def single(graph: Graph, parts: list[Part]) -> tuple[float, int]:
    """Seconds of the processor that a ticket takes the single evaluator, over a sample; every outcome of it must be the same."""
    portion = Reader((graph,), YEAR.end).read(Shelf((parts[len(parts) // 2],)))
    places = random.Random(1).sample(range(len(portion.told)), min(SAMPLE, len(portion.told)))
    tickets = [portion.ticket(place) for place in places]
    replayed = replay(portion, graph, YEAR.end)
    table = {}
    for clocks in replayed.clocks:
        which = outcome_of(clocks, YEAR)
        for row in np.flatnonzero(np.isin(clocks.ticket, places)).tolist():
            key = (int(clocks.ticket[row]), clocks.metric, int(clocks.cycle[row]))
            table[key] = (OUTCOMES[which[row]], int(clocks.elapsed[row]))
    begin = time.process_time()
    found = [evaluate(ticket, graph, YEAR.end) for ticket in tickets]
    seconds = time.process_time() - begin
    told = {
        (item.ticket_id, clock.metric, clock.cycle): (clock.state, clock.elapsed)
        for item in found
        for clock in item.clocks
    }
    if told != table:
        raise AssertionError("the single evaluator says something else")
    return seconds / len(tickets), len(tickets)


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, peer)."""
    graph = desk()
    with tempfile.TemporaryDirectory() as name:
        parts = make(Path(name), TICKETS)
        events = sum(part.manifest.events for part in parts)
        sources = archived(parts, YEAR.end)
        work = Replay.of(graph, YEAR)
        one, first = timed(lambda: in_one(work, sources))
        processes, second = timed(lambda: in_processes(work, sources, WORKERS))
        dask, third = timed(lambda: on_local_cluster(work, sources))
        if not one == processes == dask:
            raise AssertionError("the ways differ")
        alone, sample = single(graph, parts)
    what = f"replay of {TICKETS:,} tickets, {events:,} events, {CUSTOMERS:,} customers"
    reach = "10,000,000 tickets in 60 s, under 2 GB"
    apart = f"{one.apart / TICKETS:.2%} told one by one"
    ways = (
        (f"{what}, in one process", first),
        (f"the same in {WORKERS} processes", second),
        (f"the same on a Dask cluster of {WORKERS} local workers, its start and end included", third),
    )
    return [
        (
            name,
            reach,
            f"{seconds:.1f} s ({spent:.1f} s of processor time), {memory:.0f} MB at most in all processes; {apart}",
            f"one at a time {alone * TICKETS:.0f} s of processor time, {alone * TICKETS / spent:.0f}x (from {sample:,} tickets, same results)",
        )
        for name, (seconds, spent, memory) in ways
    ]


if __name__ == "__main__":
    for line in run():
        print(*line, sep=" | ")
