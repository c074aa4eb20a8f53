"""A year of archived tickets planned under a change of the rules, against the single evaluator on a sample of the same history.

The archive is that of `bench_replay`, with a ladder for everybody; a change of one tier's targets, and one of a calendar and the ladder
that all tickets are touched by. SLA_BENCH_PLAN is how many tickets.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench_replay import CUSTOMERS, FIRST, HEAD, TIER, WORKERS, YEAR, ZONES, make

from dsl.load import load_texts
from engine.contract.impact import Impact
from engine.contract.impact_steps import fired
from engine.contract.impact_work import Planning
from engine.evaluate import evaluate
from engine.graph import Graph
from engine.replay.read import Reader, Shelf, archived
from engine.replay.ways import in_one, in_processes

TICKETS = int(os.environ.get("SLA_BENCH_PLAN", "200000"))
SAMPLE = 2_000
LADDER = """\
person chief "Chief" {
  email "chief@msp.example"
}
escalation up "Up" {
  at 80% of response notify chief via inbox
  at breach of resolution notify chief via inbox
  at 1h past resolution notify chief via email
  stop when status is resolved
}
"""


def rules(change: Callable[[str], str]) -> Graph:
    """The desk of `bench_replay` with ladders, changed."""
    tiers = "".join(TIER.format(n=n, zone=zone, minute=f"{5 * n:02}") for n, zone in enumerate(ZONES))
    customers = "".join(
        f'customer c{n} "Firm {n}" {{\n  tier tier-{n % len(ZONES)}\n}}\n' for n in range(CUSTOMERS)
    )
    text = HEAD + LADDER + tiers.replace("  pause by client\n", "  pause by client\n  escalate via up\n")
    return Graph.compile(load_texts("sla.rules", {"sla.rules": change(text) + customers}))


def one_tier(text: str) -> str:
    """The targets of one tier in eight."""
    before, tier, after = text.partition('tier tier-3 "Tier 3" {')
    return before + tier + after.replace("high resolution within 16h", "high resolution within 8h", 1)


def everybody(text: str) -> str:
    """All calendars, and a step of the ladder."""
    return text.replace("-12:00, 13:00-17:30", "-12:00, 13:00-17:00").replace("at 80% of", "at 60% of")


def timed(work: Callable[[], Impact]) -> tuple[Impact, float, float]:
    """The result, seconds, and those of processors."""
    spent, begin = sum(os.times()[:4]), time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin, sum(os.times()[:4]) - spent


def single(old: Graph, new: Graph, part) -> float:
    """Seconds of the processor for a ticket under both rule sets, with what has fired, over a sample."""
    portion = Reader((old, new), YEAR.end).read(Shelf((part,)))
    places = random.Random(1).sample(range(len(portion.told)), min(SAMPLE, len(portion.told)))
    tickets = [portion.ticket(place) for place in places]
    begin = time.process_time()
    for ticket in tickets:
        for graph in (old, new):
            evaluate(ticket, graph, YEAR.end)
            list(fired(ticket, graph, YEAR.end))
    return (time.process_time() - begin) / len(tickets)


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, peer)."""
    old = rules(str)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        parts = make(Path(name), TICKETS)
        sources = archived(parts, YEAR.end)
        for what, change in (
            ("one tier's targets", one_tier),
            ("every calendar and a step of the ladder", everybody),
        ):
            new = rules(change)
            work = Planning.of(old, new, FIRST, YEAR.end, {})
            one, seconds, spent = timed(lambda work=work: in_one(work, sources))
            both, wall, two = timed(lambda work=work: in_processes(work, sources, WORKERS))
            if one != both:
                raise AssertionError("the ways differ")
            alone = single(old, new, parts[len(parts) // 2]) * TICKETS
            found = sum(one.past.sizes().values())
            rows.append(
                (
                    f"plan of {TICKETS:,} tickets of a year, {CUSTOMERS:,} customers: {what}",
                    "1,000,000 tickets in 10 s on two cores",
                    (
                        f"{seconds:.1f} s ({spent:.1f} s of processor time) in one process, {wall:.1f} s ({two:.1f} s) in {WORKERS};"
                        f" {one.touched:,} touched, {found:,} differences, {one.apart / max(one.touched, 1):.1%} told one by one"
                    ),
                    f"one at a time {alone:.0f} s of processor time, {alone / spent:.0f}x (from {SAMPLE:,} tickets)",
                )
            )
    return rows


if __name__ == "__main__":
    for line in run():
        print(*line, sep=" | ")
