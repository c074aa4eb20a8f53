"""Scenarios that last a year, told to the engine: what `sla test` spends after the rules are loaded.

Seconds are those of the processor. The peer is the same ticket looked at once an hour for that year, as a test that polls would do it.
"""

from __future__ import annotations

import time
from pathlib import Path

from dsl.load import load, load_texts
from engine.evaluate import evaluate
from engine.facts import OPENED, Event, Instant, Ticket
from engine.graph import Graph
from engine.scenario.verdicts import run_all
from engine.wall import parse_instant

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = 1_000
PEERS = 3
HOUR = 3_600

STORY = """
scenario "year {n}" {{
  zone Europe/Berlin
  ticket t1 customer {customer} priority {priority}
  at 2026-01-{day:02} 09:{minute:02} opened with site "lab"
  expect no next-response
  at 2026-01-{day:02} 10:00 reply
  expect resolution running
  at 2026-02-02 10:00 set status "Waiting on Customer"
  expect resolution breached at 2026-03-01 10:00
  at 2026-04-01 10:00 message
  at 2026-05-04 10:00 set status "In Progress"
  at 2026-06-01 10:00 set priority low
  at 2026-09-01 10:00 acknowledged
  expect nothing until 2026-12-30 09:00
  at 2026-12-30 10:00 resolved
  expect resolution breached
}}
"""


def site() -> dict[str, str]:
    """The shipped site with that many scenarios in a file of their own."""
    shipped = load(ROOT / "sla.rules")
    root, *_ = shipped.files
    customers = ("acme", "globex", "initech", "umbrella", "wonka", "hooli", "tyrell", "nakatomi")
    told = [
        STORY.format(
            n=n,
            customer=customers[n % len(customers)],
            priority=("critical", "high", "normal")[n % 3],
            day=5 + n % 5,
            minute=n % 60,
        )
        for n in range(SCENARIOS)
    ]
    return {
        **shipped.files,
        root: shipped.files[root] + '\ninclude "bench.rules"\n',
        "bench.rules": "".join(told),
    }


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    loaded = load_texts("sla.rules", site())
    assert loaded.ruleset is not None, loaded.diagnostics[:3]
    graph = Graph.compile(loaded)
    list(
        run_all(loaded.ruleset, graph, loaded.locate, lambda title: title == "year 0")
    )  # the calendars' years
    begin = time.process_time()
    results = list(run_all(loaded.ruleset, graph, loaded.locate, lambda title: title.startswith("year")))
    each = (time.process_time() - begin) / SCENARIOS
    expectations = sum(result.expectations for result in results)
    assert not any(result.failures for result in results)
    polled = _polled(graph)
    return [
        (
            f"{SCENARIOS:,} scenarios of a simulated year each, {expectations:,} expectations",
            "a year in milliseconds",
            f"{each * 1000:.1f} ms of processor time each, {each * SCENARIOS:.2f} s together",
            f"the same ticket looked at once an hour for a year: {polled:.2f} s, {polled / each:.0f}x",
        )
    ]


def _polled(graph: Graph) -> float:
    start = Instant(parse_instant("2026-01-05T08:00:00Z"))
    event = Event(start, OPENED, {"customer": "acme", "priority": "critical"}, "bench", "1")
    ticket = Ticket(1, "T-1", (event,))
    times = []
    for _ in range(PEERS):
        begin = time.process_time()
        for hour in range(8_760):
            evaluate(ticket, graph, start + hour * HOUR)
        times.append(time.process_time() - begin)
    return min(times)
