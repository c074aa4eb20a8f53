"""The formats of a report, by name; each is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.paper import Paper

if TYPE_CHECKING:
    from reports.render.pdf import Press

FORMATS = ("csv", "json", "html", "xlsx", "pdf")


def render(paper: Paper, form: str, press: Callable[[], Press]) -> bytes:
    """The bytes of a report in one of `FORMATS`; a `press` is only asked for where paper is printed. Raises EngineError."""
    if form == "pdf":
        return press().render(paper)
    if form == "xlsx":
        from reports.render.as_xlsx import render as workbook

        return workbook(paper.report)
    if form == "json":
        from reports.render.as_json import render as text
    elif form == "html":
        from reports.render.as_html import render as text
    else:
        from reports.render.as_csv import render as text
    return text(paper.report).encode()
