"""Due times as an iCalendar feed (RFC 5545): an event for each clock of an open ticket that goes on. Pure; the same tickets give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event, vText

from engine.plain import plain
from reports.portal.scope import Open
from reports.portal.words import metric

EVERY = 900
"""Seconds after which whoever follows the feed should look again."""


def feed(title: str, customer: str, tickets: Iterable[Open]) -> bytes:
    """The feed of a customer's open tickets."""
    made = Calendar()
    made.add("prodid", "-//tiercel//client portal//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made["x-wr-calname"] = vText(plain(f"{title}: {customer}", 200))
    made.add("refresh-interval", timedelta(seconds=EVERY), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT15M")
    for ticket in tickets:
        for due in ticket.due:
            if due.at is None:
                continue
            what = metric(due.metric, due.title)
            event = Event()
            event.add("uid", _uid(ticket.key, due.metric, due.cycle))
            event.add("dtstamp", datetime.fromtimestamp(due.started, UTC))
            event.add("dtstart", datetime.fromtimestamp(due.at, UTC))
            event["summary"] = vText(plain(f"{ticket.key}: {what} due", 200))
            event["description"] = vText(plain(ticket.subject, 500))
            event.add("categories", [plain(ticket.priority or "none", 60)])
            event.add("status", "CONFIRMED")
            event.add("transp", "TRANSPARENT")
            made.add_component(event)
    return bytes(made.to_ical())


def _uid(key: str, name: str, cycle: int) -> str:
    return f"{sha256(f'{key} {name} {cycle}'.encode(errors='surrogatepass')).hexdigest()[:32]}@tiercel"
