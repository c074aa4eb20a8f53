"""A desk with closed months for tests: sixty random tickets, customers in three zones, an engine, and reports of it."""

from __future__ import annotations

from random import Random

from engine.calendar.period import Period, month
from engine.facts import Instant
from engine.store.sql import SqlStore
from reports.closing import Done, close
from reports.making import make
from reports.statement import BREACHES, Report, Scope
from tests.engine.desk import RULES as DESK
from tests.engine.desk import random_ticket
from tests.engine.site import Site
from tests.reports.premises import Premises

RULES = DESK.replace(
    'customer globex "Globex Inc." {', 'customer globex "Globex Inc." {\n  zone America/Denver'
).replace('customer initech "Initech" {', 'customer initech "Initech" {\n  zone Asia/Kathmandu')
OCTOBER = month("2026-10")
NOVEMBER = month("2026-11")


class Office(Premises):
    def __init__(self, store: SqlStore, site: Site, tickets: int = 60) -> None:
        super().__init__(store, site, RULES, "2026-09-01 00:00")
        rng = Random(11)
        told = [random_ticket(rng, number) for number in range(1, tickets + 1)]
        store.add_events("test", [(item.key, event) for item in told for event in item.events])

    def opened(self, key: str, when: str, customer: str = "acme", priority: str = "critical") -> None:
        self.say(key, when, "opened", customer=customer, priority=priority, status="New")

    def report(
        self, period: Period = OCTOBER, *, zone: str = "", anew: bool = False, **wanted: str
    ) -> Report:
        now = Instant(self.now)
        return make(self.store, self.graph, now, period, Scope(wanted), BREACHES, zone=zone, anew=anew)

    def close(self, period: Period = OCTOBER, customer: str = "") -> list[Done]:
        return close(self.store, self.graph, Instant(self.now), period, customer)
