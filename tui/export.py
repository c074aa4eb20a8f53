"""Views as files: comma-separated for spreadsheets, JSON for programs, Markdown for messages.

Every text is made harmless on the way: for a terminal in all three, for a spreadsheet in csv, as markup in md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from engine.snapshot import Row
from reports.render.sheet import Cell, csv_text
from tui.moment import iso
from tui.plain import json_text, markdown
from tui.standing import standing

FORMATS = ("csv", "json", "md")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a name: what a screen hands out to be written."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def write(sheet: Sheet, format_: str) -> str:
    """The sheet as text of one of `FORMATS`."""
    if format_ == "csv":
        return csv_text(sheet.header, sheet.rows)
    return (_json if format_ == "json" else _markdown)(sheet)


def _json(sheet: Sheet) -> str:
    rows = [
        {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in zip(sheet.header, row, strict=True)
        }
        for row in sheet.rows
    ]
    return json_text(rows) + "\n"


def _markdown(sheet: Sheet) -> str:
    lines = ["| " + " | ".join(sheet.header) + " |", "|" + " --- |" * len(sheet.header)]
    for row in sheet.rows:
        cells = ("" if value is None else markdown(value) for value in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def inbox_sheet(rows: Sequence[Row], now: int, zone: tzinfo) -> Sheet:
    """Rows with every field: instants in ISO 8601, `left_seconds` below zero where it is over."""
    names = "state due left_seconds ticket customer group tier priority metric cycle subject status assignee"
    header = tuple(f"{names} queue team tags opened acknowledged snoozed_until flagged step".split())
    return Sheet(
        "inbox",
        header,
        [
            (
                standing(row, now),
                iso(row.due, zone) or None,
                None if row.due is None else row.due - now,
                row.ticket,
                row.customer,
                row.group,
                row.tier,
                row.priority,
                row.metric,
                row.cycle,
                row.subject,
                row.status,
                row.assignee,
                row.queue,
                row.team,
                row.tags,
                iso(row.opened, zone),
                iso(row.acknowledged_at, zone) or None,
                iso(row.snoozed_until, zone) or None,
                row.flagged,
                row.step,
            )
            for row in rows
        ],
    )


def file_name(stem: str, ending: str, now: int, zone: tzinfo) -> str:
    """A name that sorts by time and works on every system."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:60] or "view"
    return f"{safe}-{datetime.fromtimestamp(now, zone):%Y%m%d-%H%M%S}.{ending}"
