"""What a report on paper has beside the report: its title, the months before, uptime by day, and what is paid back. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commitment.credits import Statement
from engine.commitment.days import Strip
from reports.compliance import Figures
from reports.statement import Report

SECTIONS = ("compliance", "breaches", "uptime", "credits")
"""What a paper may show, in its order."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month like 2026-10 and its figures."""

    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as it is printed. `customer` is the title of the one it is for, "" where it is for several; `trend` ends with the month
    of the period's last day; `credits` None where nothing is agreed about them; `show` are some of `SECTIONS`."""

    report: Report
    title: str
    customer: str = ""
    trend: tuple[Month, ...] = ()
    strips: tuple[Strip, ...] = ()
    credits: Statement | None = None
    show: tuple[str, ...] = SECTIONS
