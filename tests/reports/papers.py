"""Papers for tests, made of plain values: no store, no engine."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dsl.commitment import Money
from engine.calendar.period import month
from engine.clock import State
from engine.commitment.credits import Line
from reports.compliance import Excuse, Judged, outcome
from reports.paper import Month, Paper
from reports.settlement import Entry, Settlement
from reports.statement import BREACHES, Report, Scope
from tests.engine.site import at

MADE = at("2026-11-02 06:00")
ZONE = "Europe/Berlin"


def clock(number: int = 1, *, late: bool = True, excuse: Excuse | None = None, **said: str) -> Judged:
    """A clock of October; a `late` one was stopped an hour after its due."""
    start = at("2026-10-05 08:00") + number * 600
    found = Judged(
        "acme", f"T-{number}", "resolution", 1, "retail", "gold", "high", "noc",
        State.MISSED if late else State.MET,
        start, start + (18_000 if late else 3_600), 14_400, start + 14_400, start + (14_400 if late else 3_600), excuse,
    )  # fmt: skip
    return replace(found, **said)


def report(*clocks: Judged, customer: str = "acme", made: int = MADE) -> Report:
    standings = [(one, outcome(one)) for one in clocks]
    return Report(
        month("2026-10"), "", {"acme": ZONE, "": "UTC"}, made, "d" * 64, Scope({"customer": customer} if customer else {}),
        tuple((one, which) for one, which in standings if which is not None), (), (), BREACHES,
    )  # fmt: skip


def paper(*clocks: Judged, customer: str = "Acme GmbH", **more) -> Paper:
    found = report(*clocks, customer="acme" if customer else "")
    return Paper(found, "Monthly service report", customer, (Month("2026-10", found.figures),), **more)


def settlement_() -> Settlement:
    one = Money(Decimal("250.00"), "EUR")
    line = Line("breach of resolution pays EUR 250 each", "1 times: T-1", one)
    start, end = at("2026-09-30 22:00"), at("2026-10-31 23:00")
    return Settlement(
        "acme", "Acme GmbH", "2026-10", ZONE, start, end, None, None, (), (Entry(line, "sla.rules:9"),), {}
    )
