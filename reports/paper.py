"""What a report on paper has beside the report: its title, the months before, uptime by day, and what is paid back. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.report import SECTIONS
from engine.commitment.days import Strip
from reports.compliance import Figures
from reports.settlement import Settlement
from reports.statement import Report


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month like 2026-10 and its figures."""

    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as it is printed. `customer` is the title of the one it is for, "" where it is for several; `trend` ends with the month
    of the period's last day; `settlement` is what a calendar month of a declared customer comes to; `show` are some of `dsl.report.SECTIONS`."""

    report: Report
    title: str
    customer: str = ""
    trend: tuple[Month, ...] = ()
    strips: tuple[Strip, ...] = ()
    settlement: Settlement | None = None
    show: tuple[str, ...] = SECTIONS
