"""A million tickets evaluated from columns against one ticket at a time; a graph after one customer of ten thousand changed.

Eight calendars in eight zones, each with a lunch break and holidays; five events a ticket, which wait and go on. Timed
cold: the graph and the tables of open hours are made anew each time. Working out the calendars' years is told apart. A sample of the tickets goes through both evaluators and is compared.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dsl.load import load_texts
from engine.calendar.batch import NEVER
from engine.calendar.hours import compile_calendar
from engine.columns.evaluate import Answer, evaluate_columns
from engine.columns.fold import STATES
from engine.columns.table import Block, Columns
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph, changes
from engine.predicate import Situation
from engine.wall import parse_instant

TICKETS = 1_000_000
EVENTS = 5
SAMPLE = 2_000
ROUNDS = 12
CUSTOMERS = 10_000
ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago"),
    *("Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"),
)
NOW = parse_instant("2026-11-23T12:00:00Z")
FIRST = parse_instant("2026-01-05T00:00:00Z")

HEAD = """\
language 1
priorities high, normal
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
}
pause client "Waiting for the client" {
  when status is waiting
  stops resolution
}
"""
PER_ZONE = """\
holidays days-{n} "Holidays" {{
  day 2026-05-01 "Day off"
  yearly 12-25 "Christmas"
  easter 1 "Easter Monday"
}}
calendar hours-{n} "Hours {n}" {{
  zone {zone}
  open mon-fri 08:{minute}-12:00, 13:00-17:30
  holidays days-{n}
}}
tier tier-{n} "Tier {n}" {{
  calendar hours-{n}
  target high resolution within 16h
  target normal resolution within 60h
  pause by client
}}
customer customer-{n} "Customer {n}" {{
  tier tier-{n}
}}
"""


def desk() -> Graph:
    """Eight customers, each on a tier and a calendar of its own."""
    text = HEAD + "".join(
        PER_ZONE.format(n=n, zone=zone, minute=f"{5 * n:02}") for n, zone in enumerate(ZONES)
    )
    return Graph.compile(load_texts("sla.rules", {"sla.rules": text}))


def columns_of(graph: Graph) -> Columns:
    """The tickets: opened this year, then waiting and working in turn, a few days in all; nine in ten resolved at the fifth event."""
    rng = np.random.default_rng(1)
    gaps = rng.integers(600, 30 * 3600, size=(TICKETS, EVENTS), dtype=np.int64)
    gaps[:, 0] = rng.integers(0, NOW - FIRST - 30 * EVENTS * 3600, size=TICKETS)
    at = np.cumsum(gaps, axis=1)
    situations: list[Situation] = []
    blocks: list[Block] = []
    index = np.empty((TICKETS, EVENTS), dtype=np.uint16)
    share = TICKETS // (2 * len(ZONES))
    for number in range(2 * len(ZONES)):
        customer, priority = f"customer-{number // 2}", ("high", "normal")[number % 2]
        opening = len(situations)
        for status in ("Open", "Waiting", "Resolved"):
            status_class = graph.status_class(status)
            assert status_class is not None
            fields = {"customer": customer, "priority": priority, "status": status}
            situations.append(Situation(fields, status_class, customer, ""))
        first, last = number * share, (number + 1) * share
        blocks.append(
            Block(first, last, graph.terms(customer, FIRST), opening, (opening, opening + 1, opening + 2))
        )
        index[first:last] = opening + np.array([0, 1, 0, 1, 0], dtype=np.uint16)
        index[first:last, -1] += 2 * (rng.random(share) < 0.9).astype(np.uint16)
    return Columns(
        epoch=FIRST,
        ids=np.arange(TICKETS, dtype=np.int64),
        starts=np.arange(0, TICKETS * EVENTS + 1, EVENTS, dtype=np.int64),
        at=at.ravel().astype(np.uint32),
        mark=np.zeros(TICKETS * EVENTS, dtype=np.uint16),
        situation=index.ravel(),
        situations=tuple(situations),
        blocks=tuple(blocks),
    )


def cold(columns: Columns, graph: Graph) -> tuple[Answer, np.ndarray]:
    """Evaluate under a new graph, tables of open hours and all, and put the clocks in order of their due."""
    answer = evaluate_columns(columns, Graph.compile(graph.ruleset), NOW)
    return answer, by_due(answer)


def by_due(answer: Answer) -> np.ndarray:
    """The clocks' places in order of their due: one sort of due and place packed together."""
    due = np.concatenate([clocks.due for clocks in answer.clocks])
    packed = np.clip(due - FIRST, 0, 2**32 - 1).astype(np.uint64) << np.uint64(32)
    packed |= np.arange(len(due), dtype=np.uint64)
    packed.sort()
    return packed & np.uint64(0xFFFFFFFF)


def ticket_of(columns: Columns, number: int) -> Ticket:
    """The same ticket for the other evaluator."""
    low, high = int(columns.starts[number]), int(columns.starts[number + 1])
    events = []
    for index in range(low, high):
        fields = columns.situations[int(columns.situation[index])].fields
        kind = "opened" if index == low else "changed"
        data = dict(fields) if index == low else {"status": fields["status"]}
        events.append(
            Event(Instant(columns.epoch + int(columns.at[index])), kind, data, "bench", str(index), index)
        )
    return Ticket(number, str(number), tuple(events))


def calendars(columns: Columns, graph: Graph) -> float:
    """Seconds that the years of the eight calendars take when nobody has asked for them before."""
    begin = time.perf_counter()
    compile_calendar.cache_clear()
    for name in graph.ruleset.calendars:
        compile_calendar(graph.ruleset.calendars[name]).elapsed(columns.epoch, NOW + 400 * 86_400)
    return time.perf_counter() - begin


def best(work: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The best time of several, which is the one least disturbed."""
    times = []
    for _ in range(rounds):
        begin = clock()
        work()
        times.append(clock() - begin)
    return min(times)


def compared(columns: Columns, graph: Graph, answer: Answer) -> tuple[float, int]:
    """Seconds a ticket that the single evaluator takes, over a sample; every clock of it must be the same."""
    table = {}
    for clocks in answer.clocks:
        chosen = np.flatnonzero(clocks.ticket % (TICKETS // SAMPLE) == 0)
        for row in chosen.tolist():
            due = int(clocks.due[row])
            table[int(clocks.ticket[row])] = (
                STATES[int(clocks.state[row])],
                None if due == NEVER else due,
                int(clocks.elapsed[row]),
                int(clocks.paused[row]),
            )
    sample = [ticket_of(columns, number) for number in range(0, TICKETS, TICKETS // SAMPLE)]
    begin = time.perf_counter()
    single = [evaluate(ticket, graph, NOW) for ticket in sample]
    taken = (time.perf_counter() - begin) / len(sample)
    for item in single:
        if item.ticket_id not in answer.apart:
            [clock] = item.clocks
            found = table[item.ticket_id]
            if found != (clock.state, clock.due, clock.elapsed, clock.paused):
                raise AssertionError(f"ticket {item.ticket_id}: {found} is not {clock}")
    return taken, len(sample)


def many_customers() -> tuple[Graph, Graph]:
    """Ten thousand customers, and the same with one of them edited."""
    text = (
        HEAD
        + PER_ZONE.format(n=0, zone=ZONES[0], minute="00")
        + "".join(
            f'customer c{n} "Firm {n}" {{\n  alias "F{n}", "Firm {n} *"\n  tier tier-0\n}}\n'
            for n in range(CUSTOMERS)
        )
    )
    old = Graph.compile(load_texts("sla.rules", {"sla.rules": text}))
    customers = dict(old.ruleset.customers)
    customers["c5000"] = replace(customers["c5000"], title="Firm renamed")
    return old, Graph.compile(replace(old.ruleset, customers=customers, digest="edited"))


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, peer)."""
    graph = desk()
    columns = columns_of(graph)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    prepared = calendars(columns, graph)
    seconds = best(lambda: cold(columns, graph), ROUNDS)
    processor = best(lambda: cold(columns, graph), ROUNDS, time.process_time)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer, _ = cold(columns, graph)
    single, sample = compared(columns, graph, answer)
    apart = len(answer.apart) / TICKETS
    old, edited = many_customers()
    reload = best(lambda: changes(old, Graph.compile(edited.ruleset, old)), 20)
    whole = best(lambda: Graph.compile(edited.ruleset).customer("nobody"), 5)
    measured = (
        f"{seconds:.3f} s ({processor:.3f} s of processor time), process peak {memory / 1024:.0f} MB (before: {before / 1024:.0f} MB), "
        f"{apart:.2%} left to the single evaluator; the calendars' years before that {prepared:.3f} s"
    )
    return [
        (
            f"cold evaluation of {TICKETS:,} tickets, {TICKETS * EVENTS:,} events, 8 calendars, with the sort",
            "0.2 s, under 400 MB",
            measured,
            f"one at a time {single * TICKETS:.0f} s, {single * TICKETS / seconds:.0f}x (from {sample:,} tickets, same results)",
        ),
        (
            f"graph after 1 of {CUSTOMERS:,} customers edited, with what changed",
            "part of 15 ms",
            f"{reload * 1000:.1f} ms",
            f"without the graph before {whole * 1000:.1f} ms, {whole / reload:.0f}x",
        ),
    ]


if __name__ == "__main__":
    for line in run():
        print(*line, sep=" | ")
