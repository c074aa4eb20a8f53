"""`sla notices`: the inbox that the product keeps for a person or a team."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from dsl.suggest import nearest, some
from engine.delivery.outbox import Queued
from engine.facts import ACKNOWLEDGED, Instant
from engine.wall import format_instant
from tui.chapters import Listing
from tui.messages import about, message_record
from tui.options import rules_option, store_option
from tui.plain import json_text, plain

INBOX = "inbox"

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.protocol import Store


@click.group(
    cls=Listing, epilog="Example: sla notices duty-manager --unread; sla notices ack 17 --by duty-manager"
)
def command() -> None:
    """Notices to a person or a team. Without a command: sla notices WHO lists them."""


@command.command("list", epilog="Example: sla notices duty-manager noc --unread")
@click.argument("who", nargs=-1, metavar="[WHO]...")
@store_option
@click.option("--unread", is_flag=True, help="Only what nobody has read.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(who: tuple[str, ...], store_path: Place, unread: bool, limit: int, form: str) -> None:
    """List notices to these persons and teams, newest first; without a name those to everybody.

    Exit code 1 for a name that the rules in force do not declare and that was never told anything.
    """
    from engine.store.opening import open_store

    with closing(open_store(store_path, read_only=True)) as store:
        _declared(who, store)
        found = store.outbox.notices(who, unread=unread, limit=limit)
    for item in found:
        click.echo(json_text(message_record(item), indent=None) if form == "jsonl" else line(item))
    if not found and form == "table":
        click.echo("nothing unread" if unread else "no notices")


def _declared(who: Iterable[str], store: Store) -> None:
    """Refuse names that are nobody's. Those that earlier rules declared have what they were told."""
    from engine.in_force import stored_graph

    strange = [name for name in who if name and not store.outbox.notices((name,), unread=False, limit=1)]
    graph = stored_graph(store) if strange else None
    if graph is None:
        return
    known = (*graph.ruleset.people, *graph.ruleset.teams)
    for name in strange:
        if name not in known:
            meant = nearest(name, known)
            raise SlaError(
                f"the rules declare no person or team {plain(name, 100)!r}",
                help=f"did you mean {meant}?" if meant else f"they declare {some(known) or 'nobody'}",
                exit_code=FINDINGS,
            )


def line(item: Queued) -> str:
    """A notice as one harmless line."""
    mark = (
        "acknowledged" if item.acknowledged_at is not None else "read" if item.read_at is not None else "new"
    )
    words = (str(item.id), format_instant(item.created), mark, item.message.name, item.ticket, about(item))
    return "  ".join(plain(word or "-", 300) for word in words)


@command.command(epilog="Example: sla notices read 17 18")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1, required=True)
@store_option
def read(ids: tuple[int, ...], store_path: Place) -> int:
    """Mark notices as read."""
    from engine.store.opening import open_store

    with closing(open_store(store_path)) as store:
        found = _notices(store.outbox.numbered(ids))
        store.outbox.read([item.id for item in found], Instant(int(time.time())))
    click.echo(f"{len(found)} notices are read")
    return _missing(ids, found)


@command.command(epilog="Example: sla notices ack 17 --by duty-manager")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1, required=True)
@store_option
@rules_option
@click.option("--by", "person", default=None, help="Who acknowledges; your login without it.")
def ack(ids: tuple[int, ...], store_path: Place, rules_path: Path | None, person: str | None) -> int:
    """Acknowledge the tickets of these notices: somebody looks at them, and repeated messages about them stop."""
    from engine.store.opening import open_store
    from tui.entry import enter

    by = plain(person or getpass.getuser(), 100)
    with closing(open_store(store_path, read_only=True)) as store:
        found = _notices(store.outbox.numbered(ids))
    tickets = list(dict.fromkeys(item.ticket for item in reversed(found) if item.ticket))
    if tickets:
        enter(store_path, rules_path, tickets, ACKNOWLEDGED, {"by": by})
    with closing(open_store(store_path)) as store:
        store.outbox.read([item.id for item in found], Instant(int(time.time())))
    for ticket in tickets:
        click.echo(f"{plain(ticket)}: acknowledged by {by}")
    if found and not tickets:
        raise SlaError("these notices belong to no ticket; they are marked as read", exit_code=FINDINGS)
    return _missing(ids, found)


def _notices(found: list[Queued]) -> list[Queued]:
    return [item for item in found if item.message.channel == INBOX]


def _missing(ids: tuple[int, ...], found: list[Queued]) -> int:
    missing = sorted(set(ids) - {item.id for item in found})
    if missing:
        click.echo(f"sla: no such notice: {', '.join(map(str, missing))}", err=True)
        return FINDINGS
    return 0
