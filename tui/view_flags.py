"""Tickets that are flagged to management, as a list: who flagged them, when and why; and a ticket's log of reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from engine.facts import FLAGGED, Event, Fields
from tui.columns import Column
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, fit, wrap
from tui.lists import Part, text_column, when_column, wrapped
from tui.moment import day_clock, iso
from tui.plain import plain


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flagged ticket; `at` is when it was flagged, UTC seconds, `status` what its own system says of it."""

    ticket_id: int
    ticket: str
    customer: str
    subject: str
    priority: str
    assignee: str
    status: str
    at: int
    by: str
    why: str


Flags = Sequence[Flagged]


def flagged(
    ticket_id: int, key: str, fields: Fields, customer: str, events: Sequence[Event]
) -> Flagged | None:
    """The flag of a ticket by its last event about one; None if that took it away or there is none."""
    last = next((event for event in reversed(events) if event.kind == FLAGGED), None)
    if last is None or not is_on(last):
        return None
    text = {
        name: str(fields.get(name, "")) for name in ("customer", "subject", "priority", "assignee", "status")
    }
    text["customer"] = customer or text["customer"]
    return Flagged(ticket_id, key, **text, at=last.at, by=by(last), why=why(last))


def is_on(event: Event) -> bool:
    """Whether an event about a flag sets it."""
    return (
        event.data.get("flag", True) is not False
        and str(event.data.get("flag", "true")).casefold() != "false"
    )


def by(event: Event) -> str:
    """Who set or took a flag."""
    return str(event.data.get("by", "")) or event.source


def why(event: Event) -> str:
    """What was said with it."""
    return str(event.data.get("reason", "") or event.data.get("note", ""))


def flag_log(events: Sequence[Event], zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """Every flag of a ticket and every review of one, newest first; () if it never had any."""
    out: list[Line] = []
    for event in reversed([event for event in events if event.kind == FLAGGED]):
        word, role = (
            (f"{glyphs.flagged} flagged", "warning")
            if is_on(event)
            else (f"{glyphs.acknowledged} reviewed", "met")
        )
        said = f"by {by(event)}" + (f": {why(event)}" if why(event) else "")
        lines = wrap(glyphs.text(plain(said, 1000)), max(20, cells - 30))
        head: Line = ((fit(day_clock(event.at, zone), 18), "muted"), (fit(word, 12), role))
        out += [(*head, (lines[0], "")), *(((" " * 30, ""), (line, "")) for line in lines[1:6])]
    return out


def parts(zone: tzinfo) -> tuple[Part[Flags, Flagged], ...]:
    """The one list of the screen."""
    columns: tuple[Column[Flagged], ...] = (
        when_column("at", "Flagged", 1, lambda item: item.at, zone, "when it was flagged"),
        text_column("ticket", "Ticket", 10, 14, 0, lambda item: item.ticket, "which ticket", "strong"),
        text_column("customer", "Customer", 12, 22, 2, lambda item: item.customer, "who opened it"),
        text_column("by", "By", 12, 26, 1, lambda item: item.by, "who flagged it"),
        text_column("why", "Why", 18, 60, 0, lambda item: item.why, "why it was flagged", "warning"),
        text_column("priority", "Priority", 8, 10, 4, lambda item: item.priority, "how grave it is"),
        text_column("assignee", "Assignee", 9, 18, 3, lambda item: item.assignee, "who works on it"),
        text_column(
            "status", "Status", 10, 16, 5, lambda item: item.status, "the help desk's status", "muted"
        ),
        text_column("subject", "Subject", 16, 60, 6, lambda item: item.subject, "what it is about", "muted"),
    )
    return (
        Part(
            key="flags",
            title="Flagged to management",
            items=lambda data: data,
            ident=lambda item: item.ticket_id,
            ticket=lambda item: item.ticket_id,
            columns=columns,
            wide="why",
            texts={
                "ticket": lambda item: item.ticket,
                "customer": lambda item: item.customer,
                "subject": lambda item: item.subject,
                "by": lambda item: item.by,
                "why": lambda item: item.why,
                "priority": lambda item: item.priority,
                "assignee": lambda item: item.assignee,
                "status": lambda item: item.status,
            },
            lengths={"age": lambda item, now: now - item.at},
            choices={},
            example="by:escalation customer:acme age:>1d",
            about=lambda item, _, zone, glyphs, cells: [
                *wrapped(f"{item.ticket}  {item.subject}", "strong", glyphs, cells),
                *wrapped(f"flagged {day_clock(item.at, zone)} by {item.by}", "", glyphs, cells),
                *wrapped(item.why or "no reason was given", "warning", glyphs, cells),
            ],
            empty="No ticket is flagged to management.",
            sheet=_sheet,
        ),
    )


def _sheet(items: Sequence[Flagged], _: int, zone: tzinfo) -> Sheet:
    header = "flagged ticket customer by why priority assignee status subject"
    return Sheet(
        "flags",
        tuple(header.split()),
        [(iso(i.at, zone), i.ticket, i.customer, i.by, i.why, i.priority, i.assignee, i.status, i.subject) for i in items],
    )  # fmt: skip
