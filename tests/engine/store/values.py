"""Values that tests hand to a store: events, clocks, the terms they run on, and what an engine writes of a ticket."""

from __future__ import annotations

from dataclasses import replace

from dsl.condition import Compare, Comparison
from dsl.model import BusinessDays, Reopen, Seconds
from engine.clock import Clock, State, Threshold
from engine.facts import Event
from engine.store.protocol import Written
from engine.terms import PinnedTarget, Terms


def event(at, kind="changed", name=None, sequence=0, source="desk", **data):
    return Event(at, kind, data, source, name or f"{at}-{kind}-{sequence}", sequence)


def opening(name):
    """An event of ticket T-1, as `add_events` takes it."""
    return "T-1", event(100, "opened", str(name))


PROMISE = PinnedTarget(
    ("critical",),
    "resolution",
    Seconds(3600),
    False,
    "always",
    None,
    "tier gold",
    "target critical resolution within 1h",
)
TERMS = Terms(
    "gold",
    Reopen.RESUMES,
    (
        PROMISE,
        replace(PROMISE, amount=BusinessDays(3), when=Compare("site", Comparison.EQ, 'Käse "lab"')),
    ),
    rules="d1",
)


def clock(
    metric="resolution",
    cycle=1,
    state=State.RUNNING,
    due: int | None = 1000,
    next_at: int | None = 900,
    **more,
):
    stopped = more.pop("stopped", None)
    return Clock(
        metric, cycle, state, 100, stopped, 900, due, 0, 0, (), "always", PROMISE,
        (Threshold("warning 75%", 7500, next_at), Threshold("breach", 10_000, due)), next_at, **more,
    )  # fmt: skip


def written(ticket, *clocks, closed=False, tier="gold", customer="acme", pins=(), alerts=(), **fields):
    return Written(
        ticket, {"subject": "x", "priority": "high", **fields}, "working", closed, tier, customer, "retail",
        None, None, False, tuple(pins), tuple(clocks), tuple(alerts),
        next_at=min((item.next_at for item in clocks if item.next_at is not None), default=None),
    )  # fmt: skip


def opened(store, *keys):
    store.add_events("desk", [(key, event(100, "opened", f"{key}-1", subject=key)) for key in keys])
    return [store.find(key) for key in keys]
