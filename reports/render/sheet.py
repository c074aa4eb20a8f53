"""Tables as CSV: what every command and report that makes a file for a spreadsheet goes through."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from engine.plain import spreadsheet

Cell = str | int | bool | Decimal | None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table, its lines ended by CR LF. No text is a formula to a spreadsheet; numbers are numbers, also below zero."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Cell) -> str | int | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return spreadsheet(value) if isinstance(value, str) else value
