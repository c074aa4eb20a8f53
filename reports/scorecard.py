"""The scorecard of a customer: how it stands in the month so far, with the months before it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.commitment import Money
from engine.commitment.uptime import Figure
from reports.compliance import Figures
from reports.paper import Month
from reports.renegotiation import Talk
from reports.settlement import Settlement

MONTHS = 12
"""How far the months look back, the one that is not over included."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A customer in the month `period` so far. `name` is the declared one, or what tickets call it if it is not `declared`; `tier` is
    the one that tickets get that open now. `settlement` is None where nothing can be settled; `trouble` says why, "" if there is nothing to settle.
    `months` are those before, the oldest first, from the first one on that has figures; `talks` are the renegotiations that
    the customer needs."""

    name: str
    title: str
    declared: bool
    group: str
    tier: str
    zone: str
    period: str
    figures: Figures
    metrics: Mapping[str, Figures]
    uptime: tuple[Figure, ...] = ()
    settlement: Settlement | None = None
    trouble: str = ""
    months: tuple[Month, ...] = ()
    talks: tuple[Talk, ...] = ()

    @property
    def credits(self) -> tuple[Money, ...]:
        """What the month comes to so far, in each currency."""
        return self.settlement.credits if self.settlement else ()
