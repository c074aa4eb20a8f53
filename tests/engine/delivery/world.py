"""What a deliverer has around it: rules that tell somebody, a store, settings, a clock that stands still."""

from __future__ import annotations

from engine.cycle import cycle
from engine.delivery.deliver import Deliverer
from engine.facts import Event
from engine.settings import Settings
from engine.store.sqlite import SqliteStore
from tests.engine.desk import graph

RULES = """\
language 1
priorities high, low
statuses {
  working "New"
  resolved "Resolved"
}
person night-lead "Night lead" {
  email "lead@msp.example"
}
team management "Management" {
  lead night-lead
}
channel desk "Ticket system" {
  url env DESK_URL
  secret env DESK_SECRET
  source "desk"
}
channel pager "Pager" {
  url env PAGER_URL
}
default tier gold
tier gold "Gold" {
  target high, low response within 1h on always
  escalate via noc
}
escalation noc "NOC" {
  at breach of response notify night-lead via email, inbox
}
"""
HOUR = 3600


class World:
    def __init__(self, folder, rules, port, **delivery):
        self.path = folder / "sla.db"
        self.store = SqliteStore.open(self.path, create=True)
        self.graph = graph(rules)
        self.told = []
        self.settings = Settings(
            mail={
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
                "from": "sla@msp.example",
                "hello": "here.example",
            },
            delivery=delivery,
        )
        self.environment = {}
        self.elapsed = 0.0
        self.deliverer = Deliverer(
            self.path,
            self.settings,
            lambda: self.graph,
            told=self.told.append,
            environment=self.environment,
            random=lambda: 1.0,
            elapsed=lambda: self.elapsed,
        )

    def open(self, count, at=0, source="desk"):
        self.store.add_events(source, [(f"T-{n}", Event(at, "opened", {"priority": "high", "status": "New"}, source, f"{n}")) for n in range(1, count + 1)])  # fmt: skip

    def happen(self, key, kind, at, **data):
        self.store.add_events("desk", [(key, Event(at, kind, data, "desk", f"{key}{kind}{at}"))])

    def turn(self, now):
        while cycle(self.store, self.graph, now).evaluated:
            pass

    def fates(self, channel="email"):
        return {status: n for (name, status), n in self.store.outbox.counts().items() if name == channel}
