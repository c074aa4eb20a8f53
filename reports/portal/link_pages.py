"""What links show to whoever holds them: a report, a badge, a calendar. The key is in the address, and settles whose it is."""

from __future__ import annotations

from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.responses import Response

from reports.portal import words
from reports.portal.badge import badge
from reports.portal.calendar_feed import EVERY, feed
from reports.portal.figures_pages import file_of
from reports.portal.pages import GONE
from reports.portal.visit import Access, Page, Visit

FRESH = 300
"""Seconds that a badge may be kept by whoever shows it."""


def report(visit: Visit) -> Response:
    """What the link leads to, with a way to get it."""
    link = visit.link
    assert link is not None
    with visit.view() as view:
        known = view.report(link.publication or 0)
        if known is None:
            visit.outcome = "withdrawn"
            return visit.desk.pages.message(*GONE, status=404)
        until = "" if link.expires is None else words.moment(link.expires, view.zone, visit.now)
        return visit.page(
            "shared.html",
            title=known.title or "Report",
            customer=view.title,
            period=known.period,
            published=words.moment(known.published_at, view.zone, visit.now),
            format=known.format.upper(),
            token=visit.path["token"],
            until=until,
            zone=view.zone,
        )


def report_file(visit: Visit) -> Response:
    """The report itself."""
    assert visit.link is not None
    with visit.view() as view:
        try:
            return file_of(view, visit.link.publication or 0)
        except HTTPException:
            visit.outcome = "withdrawn"
            return visit.desk.pages.message(*GONE, status=404)


def picture(visit: Visit) -> Response:
    """The badge, for other sites to show."""
    with visit.view() as view:
        body = badge(view.compliance().total).encode()
    answer = _unless_known(visit, body, "image/svg+xml", f"public, max-age={FRESH}")
    answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer


def due_times(visit: Visit) -> Response:
    """The calendar of due times."""
    with visit.view() as view:
        body = feed(visit.desk.settings.title, view.title, view.tickets())
    return _unless_known(visit, body, "text/calendar; charset=utf-8", f"private, max-age={EVERY // 3}")


def _unless_known(visit: Visit, body: bytes, kind: str, keep: str) -> Response:
    """The body, or the word that whoever asks has it already (RFC 9110, 13.1.2)."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": keep}
    known = {one.strip().removeprefix("W/") for one in visit.known.split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)


PAGES = (
    Page("GET", "/shared/{token}", report, Access.REPORT),
    Page("GET", "/shared/{token}/file", report_file, Access.REPORT),
    Page("GET", "/badge/{token}.svg", picture, Access.BADGE),
    Page("GET", "/calendar/{token}.ics", due_times, Access.FEED),
)
