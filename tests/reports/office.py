"""A desk with closed months for tests: sixty random tickets, customers in three zones, an engine, and reports of it."""

from __future__ import annotations

from random import Random

from engine.calendar.period import Period, month
from engine.facts import EXCUSED, Event, FieldValue, Instant
from engine.run import Engine
from engine.store.sql import SqlStore
from reports.closing import Done, close
from reports.making import make
from reports.statement import BREACHES, Report, Scope
from tests.engine.desk import RULES as DESK
from tests.engine.desk import random_ticket
from tests.engine.site import Site, at

RULES = DESK.replace(
    'customer globex "Globex Inc." {', 'customer globex "Globex Inc." {\n  zone America/Denver'
).replace('customer initech "Initech" {', 'customer initech "Initech" {\n  zone Asia/Kathmandu')
OCTOBER = month("2026-10")
NOVEMBER = month("2026-11")


class Office:
    def __init__(self, store: SqlStore, site: Site, tickets: int = 60) -> None:
        self.store = store
        self.now = at("2026-09-01 00:00")
        self._number = 0
        self._site = site
        self.edit(RULES)
        rng = Random(11)
        told = [random_ticket(rng, number) for number in range(1, tickets + 1)]
        store.add_events("test", [(item.key, event) for item in told for event in item.events])

    def edit(self, rules: str) -> None:
        """Put these rules in force."""
        self._site.write(rules)
        self.engine = Engine(self.store, self._site.root)
        self.engine.start(self.now)

    @property
    def graph(self):
        assert self.engine.rules.now is not None
        return self.engine.rules.now.graph

    def pass_to(self, when: str) -> None:
        """Let time pass, and the engine take in what has come."""
        self.now = at(when)
        self.engine.step(self.now)

    def say(self, key: str, when: str, kind: str, **data: FieldValue) -> None:
        self._number += 1
        event = Event(at(when), kind, data, "office", str(self._number), self._number)
        self.store.add_events("office", [(key, event)])

    def opened(self, key: str, when: str, customer: str = "acme", priority: str = "critical") -> None:
        self.say(key, when, "opened", customer=customer, priority=priority, status="New")

    def excuse(
        self, key: str, metric: str, *, cycle: int = 1, excused: bool = True, reason: str = "storm"
    ) -> None:
        self._number += 1
        data: dict[str, FieldValue] = {
            "metric": metric, "cycle": cycle, "by": "duty-manager", "reason": reason, "excused": excused,
        }  # fmt: skip
        event = Event(self.now, EXCUSED, data, "office", str(self._number), self._number)
        self.store.add_events("office", [(key, event)])

    def report(
        self, period: Period = OCTOBER, *, zone: str = "", anew: bool = False, **wanted: str
    ) -> Report:
        now = Instant(self.now)
        return make(self.store, self.graph, now, period, Scope(wanted), BREACHES, zone=zone, anew=anew)

    def close(self, period: Period = OCTOBER, customer: str = "") -> list[Done]:
        return close(self.store, self.graph, Instant(self.now), period, customer)
