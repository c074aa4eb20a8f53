"""Rules with ladders for tests, and short words for what became of their steps."""

from __future__ import annotations

from collections import Counter

from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.ladder.climb import Taken, climb
from engine.ladder.decision import Decision, Key
from engine.looks import look
from tests.engine.desk import graph

PEOPLE = """\
person night-lead "Night shift lead" {
  email "night-lead@msp.example"
  alias "Night Desk"
}
person day-lead "Day shift lead" {
  email "day-lead@msp.example"
}
person duty-manager "Duty manager" {
  email "duty-manager@msp.example"
}
team noc "Network operations" {
  lead night-lead, day-lead
  member night-lead, day-lead, duty-manager
}
team management "Management" {
  lead duty-manager
}
channel pager "Pager" {
  url env PAGER_URL
}
channel desk "Ticket system" {
  url env DESK_URL
  source "test"
}
"""
VOCABULARY = """\
language 1
priorities critical, high, low
statuses {
  working "New"
  waiting "Waiting"
  resolved "Resolved"
  cancelled "Cancelled"
}
field vip flag
calendar office "Office" {
  zone Europe/Berlin
  open mon-fri 08:00-16:00
}
pause client "Waiting for the customer" {
  when status is waiting
  stops resolution
}
tier gold "Gold" {
  calendar office
  target critical response within 1h on always
  target critical resolution within 4h on always
  target high, low response within 2h
  target high, low resolution within 8h
  warn at 50%, 75%
  pause by client
  escalate via main
}
default tier gold
customer acme "Acme GmbH" {
  account-manager duty-manager
}
"""


def rules(*steps: str) -> str:
    """Rules whose ladder `main` has these lines."""
    lines = "\n".join(f"  {step}" for step in steps)
    return f'{VOCABULARY}{PEOPLE}escalation main "Main" {{\n{lines}\n}}\n'


def ladder(*steps: str) -> Graph:
    return graph(rules(*steps))


def climbed(ticket: Ticket, graph_: Graph, now: int, decided: set[Key] | None = None) -> list[Taken]:
    """What becomes of the steps of a ticket at `now`."""
    known = dict.fromkeys(decided or (), "")
    return climb(look(ticket, graph_, now, anew=True), graph_, Instant(now), known, Counter())


def told(decision: Decision) -> str:
    """A decision in words: outcome, number of a repetition, and the step."""
    number = f" #{decision.number}" if decision.number else ""
    return f"{decision.outcome.value}{number}: {decision.step}"
