"""`sla outage`: when services did not run, as uptime is counted from it."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from engine.wall import LATEST, format_instant
from tui.chapters import Listing
from tui.moment import span
from tui.named_path import NamedPath, OutputPath, never_over
from tui.options import InstantParam, graph_of, rules_option, store_option, zone_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.commitment.outage import Outage
    from engine.graph import Graph
    from engine.store.place import Place

SOURCE = "command"
_DAY = 86_400
_SHOWN = 5


@click.group(cls=Listing, epilog="Example: sla outage; sla outage add web --from 2026-10-05T10:00+02:00")
def command() -> None:
    """Outages of services. Without a command, those of the last thirty days and those that last."""


@command.command(
    epilog="Example: sla outage add web --from 2026-10-05T10:00+02:00 --until 2026-10-05T10:40+02:00"
)
@click.argument("service", default="")
@store_option
@rules_option
@click.option("--from", "start", type=InstantParam(), default=None, help="When it began.  [default: now]")
@click.option(
    "--until", "end", type=InstantParam(), default=None, help="When it ended; without it, it lasts."
)
@click.option("--customer", default="", help="The only customer that it touched.")
@click.option(
    "--id", "source_id", default=None, help="Its name elsewhere; the same one again is the same outage."
)
@click.option("--note", default="", help="What happened.")
def add(
    service: str,
    store_path: Place,
    rules_path: Path | None,
    start: Instant | None,
    end: Instant | None,
    customer: str,
    source_id: str | None,
    note: str,
) -> None:
    """Record an outage of SERVICE, of every service if none is named."""
    from engine.commitment.outage import Outage
    from engine.intake.outages import LONGEST_NOTE
    from engine.store.opening import open_store
    from engine.store.outages import outages, record

    begin = Instant(int(time.time())) if start is None else start
    if end is not None and end < begin:
        raise SlaError("the outage ends before it begins", help="--until is after --from", exit_code=USAGE)
    with closing(open_store(store_path)) as store:
        named = declared(graph_of(store, rules_path), service, customer)
        identity = plain(source_id or uuid.uuid4().hex, 200)
        one = Outage(*named, begin, end, SOURCE, identity, plain(note, LONGEST_NOTE))
        record(store.connection, [one])
        lasting = outages(store.connection, begin, Instant(LATEST)) if end is None else []
        number = next((item.number for item in lasting if item.source_id == identity), 0)
    click.echo(f"{what(one)}: recorded{f'; sla outage end {number} ends it' if number else ''}")


@command.command(epilog="Example: sla outage end 12 --at 2026-10-05T10:40+02:00")
@click.argument("number", type=click.IntRange(min=1))
@store_option
@click.option("--at", type=InstantParam(), default=None, help="When it ended.  [default: now]")
def end(number: int, store_path: Place, at: Instant | None) -> None:
    """End the outage that `sla outage` lists as NUMBER."""
    from engine.store import outages
    from engine.store.opening import open_store

    when = Instant(int(time.time())) if at is None else at
    with closing(open_store(store_path)) as store:
        done = outages.end(store.connection, number, when)
        found = outages.outage(store.connection, number)
    if found is None:
        raise SlaError(f"there is no outage {number}", help="sla outage lists them", exit_code=FINDINGS)
    if not done:
        since = f"it began {format_instant(found.start)}"
        ended = f"it ended {format_instant(found.end)}" if found.end is not None else since
        raise SlaError(f"outage {number} was not ended: {ended}", exit_code=FINDINGS)
    click.echo(f"{what(found)}: ended after {span(when - found.start)}")


@command.command(
    "import", epilog="Example: sla outage import outages.csv --source statuspage --zone Europe/Berlin"
)
@click.argument("file", type=NamedPath(exists=True, dir_okay=False, allow_dash=True))
@store_option
@rules_option
@zone_option
@click.option("--source", default="import", show_default=True, help="Where they come from; ids are its own.")
@click.option(
    "--as", "form", type=click.Choice(["csv", "jsonl"]), default=None, help="By the file's ending without it."
)
@click.option("--rejects", type=OutputPath(), default=None, help="[default: FILE.rejects]")
def import_(
    file: Path,
    store_path: Place,
    rules_path: Path | None,
    zone: str,
    source: str,
    form: str | None,
    rejects: Path | None,
) -> int:
    """Record the outages of FILE, with the columns service, customer, from, until, id and note.

    The same file twice changes nothing; a row that comes again with an end ends the outage. Refused rows are listed in
    FILE.rejects with line and reason; the others are in, and the exit code is 1.
    """
    from engine.intake.outages import read
    from engine.intake.reading import RefusedFileError
    from engine.intake.reject import Reject, write_rejects
    from engine.store.opening import open_store
    from engine.store.outages import record

    never_over(rejects, rules_path, file, store_path)
    from_pipe = str(file) == "-"
    form = form or ("jsonl" if file.suffix.lower() in (".jsonl", ".ndjson") else "csv")
    refused: list[Reject] = []
    with closing(open_store(store_path)) as store:
        graph = graph_of(store, rules_path)
        try:
            with sys.stdin.buffer if from_pipe else file.open("rb") as stream:
                found = list(read(stream, form, graph, plain(source, 100), zone, refused.append))
        except RefusedFileError as error:
            raise SlaError(f"{plain(file)}: {error}", help=error.help, exit_code=error.exit_code) from error
        count = record(store.connection, found)
    rejects = rejects or Path("stdin.rejects" if from_pipe else f"{file}.rejects")
    write_rejects(rejects, refused)
    click.echo(
        f"{plain(file)}: {count.new:,} new outages, {count.changed:,} changed, {count.known:,} known, {len(refused):,} rows refused"
    )
    for one in refused[:_SHOWN]:
        click.echo(f"{plain(file)}:{one.line}: {plain(one.reason, 200)}", err=True)
    if refused:
        click.echo(f"all refused rows with their reasons: {plain(rejects)}", err=True)
    return FINDINGS if refused else 0


@command.command("list", epilog="Example: sla outage list --since 2026-10-01 --format jsonl")
@store_option
@click.option("--since", type=InstantParam(), default=None, help="From when on.  [default: thirty days ago]")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, since: Instant | None, form: str) -> None:
    """List outages with a part after --since, the oldest first."""
    from engine.store.opening import open_store
    from engine.store.outages import outages

    now = int(time.time())
    with closing(open_store(store_path, read_only=True)) as store:
        found = outages(
            store.connection, Instant(now - 30 * _DAY) if since is None else since, Instant(LATEST)
        )
    for line in map(_json, found) if form == "jsonl" else _table(found, now):
        click.echo(line)


def _json(one: Outage) -> str:
    record = {
        "number": one.number,
        "service": one.service or None,
        "customer": one.customer or None,
        "from": format_instant(one.start),
        "until": None if one.end is None else format_instant(one.end),
        "source": one.source,
        "id": one.source_id,
        "note": one.note,
    }
    return json_text(record, indent=None)


def _table(found: list[Outage], now: int) -> Iterator[str]:
    for one in found:
        until = "lasts      " if one.end is None else "until " + format_instant(one.end)
        took = span((now if one.end is None else one.end) - one.start)
        note = f"  {plain(one.note, 120)}" if one.note else ""
        yield f"{one.number:>5}  {what(one)}  {format_instant(one.start)} {until}  {took}{note}"
    if not found:
        yield "no outage was recorded since then"


def what(one: Outage) -> str:
    """An outage's service and customer for people."""
    whose = f" of {plain(one.customer, 60)}" if one.customer else ""
    return f"{plain(one.service, 60) or 'every service'}{whose}"


def declared(graph: Graph, service: str, customer: str) -> tuple[str, str]:
    """A service and a customer as the rules call them. Raises SlaError for what they do not declare."""
    from engine.intake.outages import customer_of, service_of

    try:
        return service_of(graph, service), customer_of(graph, customer)
    except ValueError as error:
        raise SlaError(
            str(error), help="declare it in the rules, or name one that is", exit_code=FINDINGS
        ) from error
