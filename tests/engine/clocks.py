"""Clocks of tickets at the small help desk."""

from __future__ import annotations

from engine.clock import Clock
from engine.evaluate import evaluate
from engine.facts import Event, Ticket
from tests.engine.desk import at, event, graph

GRAPH = graph()


def opened(
    when: str = "10-05 09:00", priority: str = "critical", customer: str = "acme", **more: str
) -> Event:
    return event(when, "opened", customer=customer, priority=priority, status="New", **more)


def clocks(of: Ticket, now: str, metric: str) -> list[Clock]:
    return [clock for clock in evaluate(of, GRAPH, at(now)).clocks if clock.metric == metric]


def clock(of: Ticket, now: str, metric: str) -> Clock:
    [found] = clocks(of, now, metric)
    return found
