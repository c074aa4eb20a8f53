"""A store with a year of tickets that are done, as an engine leaves it: 1,000 customers in eight zones, two clocks a ticket and a third
for some, one in eight of them missed, four events a ticket, one breach in fifty excused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.facts import Instant
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from engine.wall import parse_instant

CUSTOMERS = 1_000
ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago"),
    *("Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"),
)
PRIORITIES = ("critical", "high", "normal", "low")
FIRST = parse_instant("2025-01-01T00:00:00Z")
NOW = Instant(parse_instant("2026-02-01T00:00:00Z"))
YEAR = 365 * 86_400
TARGETS = {"response": (3600, 3600, 14_400, 14_400), "resolution": (14_400, 28_800, 86_400, 259_200)}
RULES = (
    """\
language 1
priorities critical, high, normal, low
statuses {
  working "Open"
  resolved "Resolved"
  closed "Closed"
}
tier gold "Gold" {
  target critical, high response within 1h on always
  target normal, low response within 4h on always
  target critical resolution within 4h on always
  target high resolution within 8h on always
  target normal resolution within 24h on always
  target low resolution within 72h on always
  target critical, high, normal, low next-response within 4h on always
}
"""
    + "".join(f'group g{n} "Region {n}" {{\n  zone {zone}\n}}\n' for n, zone in enumerate(ZONES))
    + "".join(
        f'customer c{n} "Firm {n}" {{\n  group g{n % len(ZONES)}\n  tier gold\n}}\n' for n in range(CUSTOMERS)
    )
)
_STARTING = ("opened", "reply", "resolved", "closed")


def make(folder: Path, tickets: int) -> Path:
    """The store with so many tickets; its rules are in `sla.rules` beside it."""
    rules, place = folder / "sla.rules", folder / "sla.db"
    rules.write_text(RULES, encoding="utf-8")
    store = SqliteStore.open(place, create=True)
    Engine(store, rules).start(Instant(FIRST))
    rng = np.random.default_rng(1)
    # Customers differ in size: the largest has some thirty times as many tickets as the smallest.
    customer = (CUSTOMERS * rng.random(tickets) ** 1.5).astype(np.int64)
    priority = rng.integers(0, 4, tickets)
    opened = np.sort(FIRST + (YEAR * rng.random(tickets)).astype(np.int64))
    connection = store.connection
    connection.execute("PRAGMA synchronous = OFF")
    with connection.transaction():
        connection.executemany(
            'INSERT INTO tickets (id, key, closed, status_class, tier, declared, customer, "group", subject, priority, status, assignee, queue,'
            " team, tags, opened, metric, cycle, state, due, target, urgency, next_at, flagged, written)"
            " VALUES (?, ?, 1, 'closed', 'gold', ?, ?, ?, 'Printer on fire', ?, 'Closed', '', '', ?, '', ?, '', 0, NULL, NULL, 0, NULL, NULL, 0, 1)",
            (
                (n, f"INC{n:07}", f"c{c}", f"c{c}", f"g{c % len(ZONES)}", PRIORITIES[p], f"team {c % 7}", o)
                for n, (c, p, o) in enumerate(
                    zip(customer.tolist(), priority.tolist(), opened.tolist(), strict=True), 1
                )
            ),
        )
        clocks = _clocks(rng, priority, opened)
        connection.executemany(
            "INSERT INTO clocks (ticket, metric, cycle, state, started, stopped, target, due, elapsed, paused, calendar, decided)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'always', ?)",
            clocks,
        )
        connection.execute("INSERT INTO sources (name) VALUES ('bench')")
        [source] = connection.execute("SELECT id FROM sources WHERE name = 'bench'").fetchone()
        for step, kind in enumerate(_STARTING):
            connection.execute(
                "INSERT INTO events (ticket, at, sequence, kind, data, source, source_id)"
                " SELECT id, opened + ?, ?, ?, ?, ?, key || ? FROM tickets",
                (step * 600, step, kind, "{}", source, f" {step}"),
            )
        excuse = json.dumps({"metric": "resolution", "cycle": 1, "reason": "power cut", "by": "lead"})
        connection.execute(
            "INSERT INTO events (ticket, at, sequence, kind, data, source, source_id)"
            " SELECT ticket, due, 9, 'excused', ?, ?, ticket || ' excused' FROM clocks"
            " WHERE state = 'missed' AND metric = 'resolution' AND ticket % 50 = 0",
            (excuse, source),
        )
    connection.execute("ANALYZE")
    store.close()
    return place


def _clocks(rng, priority, opened) -> Iterator[tuple[object, ...]]:
    count = len(opened)
    rows = []
    for metric, targets in TARGETS.items():
        target = np.array(targets)[priority]
        took = (target * rng.gamma(2.0, 0.268, count)).astype(
            np.int64
        ) + 1  # an eighth takes longer than it may
        rows.append((metric, target, took))
    rows.append(("next-response", np.full(count, 14_400), (20_000 * rng.random(count)).astype(np.int64) + 1))
    third = rng.random(count) < 0.4
    columns = [
        (metric, target.tolist(), took.tolist(), (took <= target).tolist()) for metric, target, took in rows
    ]
    for n, (start, more) in enumerate(zip(opened.tolist(), third.tolist(), strict=True)):
        for metric, target, took, met in columns[: 3 if more else 2]:
            due, stop = start + target[n], start + took[n]
            state = "met" if met[n] else "missed"
            yield (n + 1, metric, 1, state, start, stop, target[n], due, took[n], stop if met[n] else due)
