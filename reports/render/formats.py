"""The formats of a report, by name; each is imported when it is used."""

from __future__ import annotations

from reports.statement import Report

FORMATS = ("csv", "json", "html")


def render(report: Report, form: str) -> bytes:
    """The bytes of a report in one of `FORMATS`."""
    if form == "json":
        from reports.render.as_json import render as text
    elif form == "html":
        from reports.render.as_html import render as text
    else:
        from reports.render.as_csv import render as text
    return text(report).encode()
