"""`sla maintenance`: who was told of planned work, and when. Only what was announced before it began is no downtime."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from engine.wall import format_instant, format_local, parse_instant
from tui.chapters import Listing
from tui.commands.outage import SOURCE, declared
from tui.options import InstantParam, graph_of, rules_option, store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from dsl.commitment import Window
    from engine.commitment.outage import Notice
    from engine.store.place import Place


@click.group(cls=Listing, epilog="Example: sla maintenance announce patch-sunday")
def command() -> None:
    """Announcements of maintenance. Without a command, all of them."""


@command.command(
    epilog="Example: sla maintenance announce --service web --from 2026-10-07T22:00+02:00 --until 2026-10-08T02:00+02:00"
)
@click.argument("name", default="")
@store_option
@rules_option
@click.option("--service", default="", help="Without NAME: the only service that it is about.")
@click.option("--customer", default="", help="Without NAME: the only customer that it is about.")
@click.option(
    "--from",
    "start",
    metavar="INSTANT",
    default="",
    help="When it begins; of NAME, from which window on.",
)
@click.option(
    "--until", "end", metavar="INSTANT", default="", help="When it ends; of NAME, before which window."
)
@click.option("--at", type=InstantParam(), default=None, help="When they were told.  [default: now]")
@click.option(
    "--id", "source_id", default=None, help="Its name elsewhere; the same one again is the same announcement."
)
@click.option("--note", default="", help="What will be done.")
def announce(
    name: str,
    store_path: Place,
    rules_path: Path | None,
    service: str,
    customer: str,
    start: str,
    end: str,
    at: Instant | None,
    source_id: str | None,
    note: str,
) -> None:
    """Record that customers were told of windows of the maintenance NAME of the rules; without NAME, of one window of its own.

    What has no offset in --from and --until is a time of the zone that the windows of NAME are in, else of UTC.
    """
    from engine.commitment.outage import Notice
    from engine.intake.outages import LONGEST_NOTE
    from engine.store import outages
    from engine.store.opening import open_store

    if not name and not (start and end):
        raise SlaError(
            "it is not said when",
            help="name a maintenance of the rules, or give --from and --until",
            exit_code=USAGE,
        )
    if name and (service or customer):
        raise SlaError(
            "the rules say what the maintenance affects",
            help="leave --service and --customer out",
            exit_code=USAGE,
        )
    told = Instant(int(time.time())) if at is None else at
    with closing(open_store(store_path)) as store:
        graph = graph_of(store, rules_path)
        if name and name not in graph.ruleset.maintenance:
            raise SlaError(
                f"no maintenance {plain(name, 60)!r} is declared",
                help=f"the rules have {', '.join(graph.ruleset.maintenance) or 'none'}",
                exit_code=FINDINGS,
            )
        named = declared(graph, service, customer)
        windows = graph.ruleset.maintenance[name].windows if name else ()
        begin, until = _bounds(start, end, {window.zone for window in windows})
        identity = plain(source_id or uuid.uuid4().hex, 200)
        notice = Notice(name, *named, told, begin, until, SOURCE, identity, plain(note, LONGEST_NOTE))
        outages.announce(store.connection, notice)
    click.echo(f"{_what(notice)}: announced {format_instant(told)}")
    if not name and begin is not None and told >= begin:
        click.echo("it had begun: it counts as agreed time")
    if begin is not None and until is not None:
        for line in _covered(windows, max(begin, told + 1), until):
            click.echo(line)


def _bounds(start: str, end: str, zones: set[str]) -> tuple[Instant | None, Instant | None]:
    """The instants of these texts. Raises SlaError."""
    [zone] = zones if len(zones) == 1 else {"UTC"}
    try:
        begin, until = (Instant(parse_instant(text, zone)) if text else None for text in (start, end))
    except ValueError as error:
        raise SlaError(
            plain(str(error)), help="write it like 2026-10-07T22:00+02:00", exit_code=USAGE
        ) from error
    if begin is not None and until is not None and until <= begin:
        raise SlaError(
            "the maintenance ends before it begins", help="--until is after --from", exit_code=USAGE
        )
    return begin, until


def _covered(windows: Sequence[Window], begin: int, until: int) -> Iterator[str]:
    """Which windows that begin in `[begin, until)` were announced in time."""
    from engine.commitment.uptime import occurrences

    none = True
    for window in windows:
        for first, last in occurrences(window, begin, until):
            if begin <= first:
                none = False
                where = window.zone
                yield f"  {format_local(first, where)} until {format_local(last, where)} {where}"
    if windows and none:
        yield "  none of its windows begins in that time after it was announced"


@command.command("list", epilog="Example: sla maintenance list --format jsonl")
@store_option
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, form: str) -> None:
    """List announcements in the order in which they were made."""
    from engine.store.opening import open_store
    from engine.store.outages import notices

    with closing(open_store(store_path, read_only=True)) as store:
        found = notices(store.connection)
    for one in found:
        note = f"  {plain(one.note, 120)}" if one.note else ""
        click.echo(_json(one) if form == "jsonl" else f"{format_instant(one.announced)}  {_what(one)}{note}")
    if not found and form == "table":
        click.echo("no maintenance was announced")


def _what(one: Notice) -> str:
    start, end = (None if at is None else format_instant(at) for at in (one.start, one.end))
    if one.maintenance:
        windows = f"{f' from {start}' if start else ''}{f' until {end}' if end else ''}"
        return f"windows of {plain(one.maintenance, 60)}{windows}"
    whose = f" of {plain(one.customer, 60)}" if one.customer else ""
    return f"{plain(one.service, 60) or 'every service'}{whose} from {start} until {end}"


def _json(one: Notice) -> str:
    record = {
        "number": one.number,
        "maintenance": one.maintenance or None,
        "service": one.service or None,
        "customer": one.customer or None,
        "announced": format_instant(one.announced),
        "from": None if one.start is None else format_instant(one.start),
        "until": None if one.end is None else format_instant(one.end),
        "source": one.source,
        "id": one.source_id,
        "note": one.note,
    }
    return json_text(record, indent=None)
