"""Periods of local dates in words."""

from __future__ import annotations


def period_text(period: tuple[str, str]) -> str:
    """A first day and the day after the last, "" where open: `2026-11-15 until 2027-01-06`; "" for always."""
    start, end = period
    if start and end:
        return f"{start} until {end}"
    return f"from {start}" if start else f"until {end}" if end else ""
