"""What every format of a report says in the same words."""

from __future__ import annotations

from decimal import Decimal

from dsl.commitment import Money
from engine.commitment.credits import rounded
from reports.compliance import Figures, Standing
from reports.correction import Told
from reports.statement import BREACHES, Report

COUNTS = tuple(item.value for item in Standing)
"""Names of the counts of figures, in order."""


def counts(figures: Figures) -> tuple[int, ...]:
    """The counts of figures, in the order of `COUNTS`."""
    return tuple(getattr(figures, name) for name in COUNTS)


def became(told: Told) -> tuple[str, str]:
    """What a corrected clock was told to be, and what it is now."""
    return (
        "not counted" if told.was is None else told.was.value,
        "not counted" if told.standing is None else told.standing.value,
    )


def title(report: Report, *, but: str = "") -> str:
    """What the report is about, in a line; one dimension may be left out."""
    about = ", ".join(f"{name} {value}" for name, value in report.scope.wanted.items() if name != but)
    return f"Service levels {report.period.name}{f': {about}' if about else ''}"


def list_title(report: Report) -> str:
    """What the list of clocks is a list of."""
    return "Breaches" if report.shown == BREACHES else "Clocks"


def excuse(reason: str, by: str) -> str:
    """An excuse as people read it."""
    return f"{reason or '(reason erased)'} ({by or 'name erased'})"


def amount(value: Money) -> Decimal:
    """With as many digits as the currency has."""
    return rounded(value).amount


def exact(value: Money) -> str:
    """`EUR 250.00`, with as many digits as the currency has."""
    return f"{value.currency} {amount(value):f}"
