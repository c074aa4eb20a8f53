"""`sla outbox`: what waits to be sent, what was sent, and the dead letters with what to do about them."""

from __future__ import annotations

import getpass
import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.delivery.outbox import Status
from engine.facts import Instant
from tui.chapters import Listing
from tui.messages import message_line, message_record
from tui.options import store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place

OPEN = (Status.WAITING, Status.SENDING, Status.DEAD)
"""What is listed where nothing else was asked for: all that is not done."""


@click.group(cls=Listing, epilog="Example: sla outbox --status dead; sla outbox retry --all")
def command() -> None:
    """Messages on their way out. Without a command, those that wait, are being sent or could not be delivered."""


@command.command("list", epilog="Example: sla outbox --status dead --format jsonl")
@store_option
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([*(status.value for status in Status), "all"]),
    help="Only these; may be given several times.  [default: waiting, sending, dead]",
)
@click.option("--ticket", default=None, help="Only messages about this ticket.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="At most so many.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, statuses: tuple[str, ...], ticket: str | None, limit: int, form: str) -> None:
    """List messages, newest first: number, status, channel, recipient, ticket, what about, what became of it."""
    from engine.store.opening import open_store

    wanted = tuple(Status) if "all" in statuses else tuple(Status(name) for name in statuses) or OPEN
    with closing(open_store(store_path, read_only=True)) as store:
        about = None
        if ticket is not None:
            about = store.find(ticket)
            if about is None:
                raise SlaError(f"no ticket {plain(ticket)!r} in {store_path}", exit_code=FINDINGS)
        found = store.outbox.queued(wanted, ticket=about, limit=limit)
        counts = store.outbox.counts()
    for item in found:
        click.echo(json_text(message_record(item), indent=None) if form == "jsonl" else message_line(item))
    if form == "table":
        click.echo(_summary(counts))


def _summary(counts: dict[tuple[str, Status], int]) -> str:
    """How many there are of each kind, all channels taken together."""
    totals = {status: sum(n for (_, of), n in counts.items() if of is status) for status in Status}
    return ", ".join(f"{n:,} {status.value}" for status, n in totals.items() if n) or "the outbox is empty"


@command.command(epilog="Example: sla outbox retry 17 18, or: sla outbox retry --all")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1)
@store_option
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
def retry(ids: tuple[int, ...], store_path: Place, everything: bool) -> int:
    """Put dead letters back into the queue; whoever delivers tries them at once.

    Mail goes to the address that the rules in force have for the person.
    """
    from engine.in_force import stored_graph
    from engine.ladder.people import addresses
    from engine.store.opening import open_store

    if bool(ids) == everything:
        raise click.UsageError("name the dead letters by their numbers, or say --all")
    with closing(open_store(store_path)) as store:
        chosen = ids or tuple(item.id for item in store.outbox.queued((Status.DEAD,)))
        graph = stored_graph(store)
        where = addresses(graph.ruleset) if graph is not None else {}
        done = store.outbox.again(chosen, Instant(int(time.time())), where)
    click.echo(f"{done} dead letters are back in the queue")
    return _told(done, len(set(ids)), "no dead letter")


@command.command(epilog="Example: sla outbox discard 17 --by duty-manager")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1, required=True)
@store_option
@click.option("--by", "person", default=None, help="Who says so; your login without it.")
def discard(ids: tuple[int, ...], store_path: Place, person: str | None) -> int:
    """Give up messages that are dead or still wait: nobody wants them any more. It stays on record who said so."""
    from engine.store.opening import open_store

    by = plain(person or getpass.getuser(), 100)
    with closing(open_store(store_path)) as store:
        done = store.outbox.discard(ids, Instant(int(time.time())), by)
    click.echo(f"{done} messages are discarded")
    return _told(done, len(set(ids)), "neither dead nor waiting")


def _told(done: int, asked: int, others: str) -> int:
    if done < asked:
        click.echo(f"sla: {asked - done} of the {asked} numbers: {others}", err=True)
        return FINDINGS
    return 0
