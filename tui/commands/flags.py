"""`sla flags`: the tickets that were flagged to management, and the log of their reviews."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.facts import FLAGGED, Event, Ticket
from engine.preview import preview
from engine.wall import format_instant
from tui.chapters import Listing
from tui.options import rules_option, store_option, world
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place


@dataclass(frozen=True, slots=True)
class Mark:
    """A flag that was set, or taken away by a review. `why` is the ladder's line, `note` the reviewer's."""

    at: int
    on: bool
    by: str
    why: str
    note: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A ticket with its marks, oldest first; `now` says whether it is flagged."""

    ticket: str
    customer: str
    priority: str
    subject: str
    closed: bool
    now: bool
    marks: tuple[Mark, ...]


def marks(ticket: Ticket, until: int) -> tuple[Mark, ...]:
    """What has happened to a ticket's flag."""
    return tuple(_mark(event) for event in ticket.events if event.kind == FLAGGED and event.at <= until)


def _mark(event: Event) -> Mark:
    data = event.data
    words = (str(data.get(name, "")) for name in ("by", "reason", "note"))
    return Mark(event.at, data.get("flag", True) not in (False, "false", 0), *words)


@click.group(cls=Listing, epilog='Example: sla flags; sla flags review INC0000057 --note "customer called"')
def command() -> None:
    """Tickets flagged to management. Without a command, those that nobody has reviewed yet."""


@command.command("list", epilog="Example: sla flags --all --format jsonl")
@store_option
@rules_option
@click.option("--all", "everything", is_flag=True, help="Also the reviewed ones, each with its log.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, rules_path: Path | None, everything: bool, form: str) -> None:
    """List flagged tickets, the one that waits longest first: who flagged it, when and why."""
    with world(store_path, rules_path, None) as (store, graph, now):
        found = [
            Flagged(
                ticket.key,
                evaluated.customer or str(evaluated.fields.get("customer", "")),
                str(evaluated.fields.get("priority", "")),
                str(evaluated.fields.get("subject", "")),
                evaluated.closed,
                evaluated.flagged,
                log,
            )
            for ticket, evaluated in preview(store, graph, now)
            if (log := marks(ticket, now)) and (evaluated.flagged or everything)
        ]
    found.sort(key=lambda item: (not item.now, item.marks[-1].at, item.ticket))
    for item in found:
        for text in (
            [json_text(record(item), indent=None)] if form == "jsonl" else lines(item, log=everything)
        ):
            click.echo(text)
    if not found and form == "table":
        click.echo("no ticket was ever flagged" if everything else "no ticket is flagged")


def record(item: Flagged) -> dict[str, object]:
    """The documented JSON object of a flagged ticket."""
    return {
        "ticket": item.ticket,
        "customer": item.customer,
        "priority": item.priority,
        "subject": item.subject,
        "closed": item.closed,
        "flagged": item.now,
        "log": [
            {
                "at": format_instant(mark.at),
                "flag": mark.on,
                "by": mark.by,
                "why": mark.why,
                "note": mark.note,
            }
            for mark in item.marks
        ],
    }


def lines(item: Flagged, *, log: bool) -> Iterator[str]:
    """A flagged ticket for people: one line, and with `log` a line for each mark."""
    last = item.marks[-1]
    words = (item.ticket, item.customer, item.priority, item.subject or "-")
    state = ("flagged" if item.now else "reviewed") + (", ticket closed" if item.closed else "")
    head = "  ".join(plain(word or "-", 120) for word in words)
    if not log:
        yield f"{head}  ({state}: {_mark_line(last)})"
        return
    yield f"{head}  ({state})"
    for mark in item.marks:
        yield f"  {_mark_line(mark)}"


def _mark_line(mark: Mark) -> str:
    what = "flagged" if mark.on else "reviewed"
    why = "; ".join(text for text in (mark.why, mark.note) if text)
    return plain(f"{format_instant(mark.at)} {what} by {mark.by or '?'}{f': {why}' if why else ''}", 1000)


@command.command(epilog='Example: sla flags review INC0000057 --by duty-manager --note "customer called"')
@click.argument("ticket")
@store_option
@rules_option
@click.option("--by", "person", default=None, help="Who has reviewed it; your login without it.")
@click.option("--note", default="", help="What came of it; kept in the log.")
def review(ticket: str, store_path: Place, rules_path: Path | None, person: str | None, note: str) -> None:
    """Take the flag off TICKET: management has looked at it. Who, when and the note stay in its log."""
    from tui.entry import enter

    by = plain(person or getpass.getuser(), 100)
    with world(store_path, rules_path, None) as (store, graph, now):
        found = store.find(ticket)
        seen = next(iter(store.tickets([found])), None) if found is not None else None
        if seen is None:
            raise SlaError(f"no ticket {plain(ticket)!r} in {store_path}", exit_code=FINDINGS)
        from engine.evaluate import evaluate

        if not evaluate(seen, graph, now).flagged:
            raise SlaError(
                f"ticket {plain(ticket)} is not flagged",
                help="sla flags lists those that are",
                exit_code=FINDINGS,
            )
    enter(store_path, rules_path, [ticket], FLAGGED, {"by": by, "flag": False, "note": plain(note, 2000)})
    click.echo(f"{plain(ticket)}: reviewed by {by}")
