"""What a customer comes for: the month so far, open tickets, uptime, and the reports that were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.clock import State
from engine.commitment.uptime import EVERYTHING, Figure, state
from engine.commitment.words import ran
from engine.plain import plain
from engine.store.publications import Publication
from engine.wall import format_local, local_day
from reports.compliance import Figures
from reports.portal import words
from reports.portal.scope import Due, Open, View
from reports.portal.visit import Page, Visit

AT_ONCE = 50
"""Tickets on a page."""

NEXT = 5
"""Tickets on the overview."""

SUBJECT = 200
"""Characters of a subject in a list."""

TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def overview(visit: Visit) -> Response:
    """The month so far, what is due next, and the latest reports."""
    with visit.view() as view:
        now, zone = view.now, view.zone
        found = view.compliance()
        tickets = view.tickets()
        late = sum(1 for one in tickets if one.first and one.first.state is State.BREACHED)
        today = sum(1 for one in tickets if _today(one, now, zone))
        return _page(
            visit,
            view,
            "overview.html",
            "Overview",
            "/",
            month=words.month(found.start, zone),
            until=words.moment(now, zone, now),
            total=_row("", found.total),
            by_metric=[
                _row(words.metric(name, view.metric(name)), one) for name, one in found.by_metric.items()
            ],
            by_priority=[_row(name or "none", one) for name, one in found.by_priority.items()],
            open=len(tickets),
            late=late,
            today=today,
            tickets=[_ticket(view, one) for one in tickets[:NEXT]],
            services=_services(view),
            reports=_reports(view)[:3],
        )


def tickets(visit: Visit) -> Response:
    """Open tickets, what is due first first."""
    with visit.view() as view:
        found = view.tickets()
        last = max(1, -(-len(found) // AT_ONCE))
        asked = visit.query.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
        if not 1 <= number <= last:
            raise HTTPException(404)
        shown = found[(number - 1) * AT_ONCE : number * AT_ONCE]
        return _page(
            visit,
            view,
            "tickets.html",
            "Open tickets",
            "/tickets",
            count=len(found),
            number=number,
            last=last,
            tickets=[_ticket(view, one) for one in shown],
        )


def uptime(visit: Visit) -> Response:
    """Uptime by service and promise, with what is left of the budget."""
    with visit.view() as view:
        return _page(visit, view, "uptime.html", "Uptime", "/uptime", services=_services(view))


def reports(visit: Visit) -> Response:
    """What was published."""
    with visit.view() as view:
        return _page(visit, view, "reports.html", "Reports", "/reports", reports=_reports(view))


def download(visit: Visit) -> Response:
    """The file of a report."""
    number = visit.path["number"]
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise HTTPException(404)
    with visit.view() as view:
        return file_of(view, int(number))


def file_of(view: View, number: int) -> Response:
    """A published report as a file. Raises HTTPException where the customer has none of that number."""
    known = view.report(number)
    content = view.content(number) if known else None
    if known is None or content is None:
        raise HTTPException(404)
    kind = known.format if known.format in TYPES else "bin"
    period = (
        "".join(one for one in known.period if one.isascii() and (one.isalnum() or one in "-.")) or "report"
    )
    return Response(
        content,
        media_type=TYPES.get(known.format, "application/octet-stream"),
        headers={"content-disposition": f'attachment; filename="report-{period}-{known.id}.{kind}"'},
    )


def _page(visit: Visit, view: View, template: str, title: str, here: str, **values: Any) -> Response:  # noqa: ANN401
    """A page of a customer's figures."""
    return visit.page(template, title=title, here=here, customer=view.title, zone=view.zone, **values)


# ---------------------------------------------------------------- rows


def _row(name: str, found: Figures) -> dict[str, object]:
    return {
        "name": name,
        "percent": f"{found.percent} %" if found.percent else "-",
        "met": found.met,
        "failed": found.breached + found.missed,
        "excluded": found.excluded,
        "going": found.running + found.paused,
        "share": min(100, (found.tally.hundredths or 0) // 100),
        "any": bool(found.percent),
    }


def _ticket(view: View, one: Open) -> dict[str, object]:
    return {
        "key": one.key,
        "subject": plain(one.subject, SUBJECT) or "(no subject)",
        "priority": one.priority,
        "status": one.status,
        "opened": words.moment(one.opened, view.zone, view.now),
        "due": [_due(view, due) for due in one.due],
    }


def _due(view: View, due: Due) -> dict[str, str]:
    said = words.due(due.state, due.at, due.left, due.around_the_clock, view.zone, view.now)
    return {
        "metric": words.metric(due.metric, due.title),
        "words": said,
        "mark": due.state.value,
        "at": "" if due.at is None else f"{format_local(due.at, view.zone)} {view.zone}",
    }


def _today(one: Open, now: int, zone: str) -> bool:
    first = one.first
    return (
        first is not None
        and first.at is not None
        and first.at >= now
        and local_day(first.at, zone) == local_day(now, zone)
    )


def _services(view: View) -> list[dict[str, object]]:
    return [_service(view, one) for one in view.uptime()]


def _service(view: View, one: Figure) -> dict[str, object]:
    left = words.lasting(abs(one.left))
    return {
        "name": "All services" if one.service == EVERYTHING else view.service(one.service),
        "promise": words.promise(one.promise, view.calendar(one.promise.calendar)),
        "percent": ran(one).replace("%", " %"),
        "state": words.status(state(one, view.now)),
        "good": one.kept is not False,
        "down": words.lasting(one.down) if one.down else "none",
        "outages": one.outages,
        "lasting": one.lasting,
        "budget": words.lasting(one.budget) if one.budget else "none",
        "left": f"overspent by {left}" if one.left < 0 else left if one.left else "none",
        "used": min(100, 100 * one.down // one.budget) if one.budget else 100 if one.down else 0,
        "partly": one.covered is not None and one.covered < 1,
    }


def _reports(view: View) -> list[dict[str, object]]:
    """By report and period, each with its files."""
    found: dict[tuple[str, str, str], list[Publication]] = {}
    for one in view.reports():
        found.setdefault((one.period, one.report, one.title), []).append(one)
    return [_report(view, period, title, files) for (period, _, title), files in found.items()]


def _report(view: View, period: str, title: str, files: Sequence[Publication]) -> dict[str, object]:
    published = max(one.published_at for one in files)
    return {
        "title": title or "Report",
        "period": period,
        "published": words.moment(published, view.zone, view.now),
        "files": [{"id": one.id, "format": one.format.upper()} for one in files],
    }


PAGES = (
    Page("GET", "/", overview),
    Page("GET", "/tickets", tickets),
    Page("GET", "/uptime", uptime),
    Page("GET", "/reports", reports),
    Page("GET", "/reports/{number}", download),
)
