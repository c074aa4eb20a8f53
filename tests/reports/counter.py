"""A site that pays credits, with a store, for tests: acme by retainer, hooli by amounts in yen, and months that can be closed."""

from __future__ import annotations

from engine.calendar.period import Period, month
from engine.commitment.outage import Outage
from engine.facts import Instant
from engine.store import outages
from engine.store.sql import SqlStore
from reports.books import settlement
from reports.closing import Done, close
from reports.settlement import Settlement
from tests.engine.site import Site, at
from tests.reports.premises import Premises

RULES = """\
language 1
priorities critical, high, low
statuses {
  working "New"
  resolved "Resolved"
  closed "Closed"
}
tier gold "Gold" {
  target critical, high response within 15m on always
  target critical, high resolution within 4h on always
  uptime 99.9% per month on always excluding maintenance
  uptime 99.5% per 7d on always
  credits standard
}
tier bronze "Bronze" {
  target critical, high, low resolution within 8h on always
  uptime 99% per month on always
  credits small
}
credits standard "Standard" {
  uptime below 99.9% pays 5% of retainer
  uptime below 99.5% pays 10% of retainer
  breach of resolution for critical pays EUR 250.00 each
  breach of response pays 0.5% of retainer each
  cap 30% of retainer per month
}
credits small "In yen" {
  breach of resolution pays JPY 1000 each
  uptime below 99% pays JPY 5000
}
service web "Web shop" {
  for customer acme
}
service mail "Mail" {
  for customer acme, hooli
}
customer acme "Acme GmbH" {
  alias "ACME", "Acme Germany*"
  zone Europe/Berlin
  tier gold
  retainer EUR 3333.33 per month from 2026-01-01
}
customer hooli "Hooli Inc." {
  zone America/Denver
  tier bronze
}
"""
SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = map(month, ("2026-09", "2026-10", "2026-11", "2026-12"))


class Counter(Premises):
    def __init__(self, store: SqlStore, site: Site, rules: str = RULES) -> None:
        super().__init__(store, site, rules, "2026-08-01 00:00")

    def breach(self, key: str, day: str, customer: str = "acme", priority: str = "critical") -> None:
        """A ticket that is answered at once, and resolved nine hours after it was opened."""
        self.say(key, f"{day} 08:00", "opened", customer=customer, priority=priority, status="New")
        self.say(key, f"{day} 08:01", "reply")
        self.say(key, f"{day} 17:00", "resolved")

    def outage(
        self, start: str, end: str | None, service: str = "web", number: str = "", customer: str = ""
    ) -> None:
        span = at(start), at(end) if end else None
        outages.record(self.store.connection, [Outage(service, customer, *span, "t", number or start)])

    def month(self, period: Period, customer: str = "acme") -> Settlement:
        return settlement(self.store, self.graph, Instant(self.now), period, customer)

    def close(self, period: Period = OCTOBER, customer: str = "") -> dict[str, Done]:
        found = close(self.store, self.graph, Instant(self.now), period, customer)
        return {item.closing.customer: item for item in found}


def lines(found: Settlement) -> list[tuple[str, str, str]]:
    """(month that is corrected, rule, amount) of each line."""
    return [
        (entry.of, entry.line.rule, f"{entry.line.amount.currency} {entry.line.amount.amount}")
        for entry in found.entries
    ]


def credits_(found: Settlement) -> list[str]:
    return [f"{value.currency} {value.amount}" for value in found.credits]
