"""A report as a publication: whose it is, of what time, and its bytes. Pure."""

from __future__ import annotations

from engine.calendar.period import Span
from engine.facts import Instant
from engine.store.publications import Publication
from reports.render.words import title
from reports.statement import Report


def publication(
    report: Report, form: str, content: bytes, by: str, now: Instant, *, name: str = "", words: str = ""
) -> Publication:
    """The report of one customer in one format. `name` is the declaration that it comes from, `words` its title."""
    customer = report.scope.wanted["customer"]
    start, end = _span(report, customer)
    return Publication(
        customer,
        words or title(report, but="customer"),  # which is written beside it
        name,
        report.period.name,
        Instant(start),
        Instant(end),
        form,
        content,
        Instant(report.made_at),
        report.rules,
        now,
        by,
    )


def _span(report: Report, customer: str) -> Span:
    """A closed period is that of its closing."""
    for item in report.closings:
        if item.period == report.period.name and not report.zone:
            return item.start, item.end
    return report.period.span(report.zone_of(customer))
