"""`sla archive`: closed periods leave the store for Parquet, and single tickets come back."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from tui.named_path import NamedPath
from tui.options import graph_of, store_option
from tui.plain import plain

if TYPE_CHECKING:
    from engine.archive.parts import Closed
    from engine.store.place import Place
    from engine.store.sql import SqlStore


@click.command(epilog="Example: sla archive --months 13 --to /srv/sla/archive, then the same with --yes")
@store_option
@click.option(
    "--months",
    type=click.IntRange(1, 1200),
    default=13,
    show_default=True,
    help="Months since anything was heard of a ticket that has ended.",
)
@click.option(
    "--to",
    "folder",
    type=NamedPath(file_okay=False),
    default=None,
    help="The archive's folder.  [default: where the last one went]",
)
@click.option("--yes", is_flag=True, help="Do it. Without this nothing is written.")
@click.option("--verify", is_flag=True, help="Look at every file of the archive instead; nothing is written.")
@click.option(
    "--restore", "keys", metavar="KEY", multiple=True, help="Bring a ticket back into the store instead."
)
def command(
    store_path: Place, months: int, folder: Path | None, yes: bool, verify: bool, keys: tuple[str, ...]
) -> int:
    """Move the tickets of closed months out of the store, with everything about them, into Parquet files.

    Whole months leave: of tickets that have ended, that await nobody, and of which nothing was heard since. Each part is read back
    before its rows go. What is done stays done when it is interrupted: run it again, and it goes on.
    """
    from engine.store.opening import open_store

    if sum((yes, verify, bool(keys))) > 1:
        raise SlaError(
            "--yes, --verify and --restore are three different things",
            help="give one of them",
            exit_code=USAGE,
        )
    with closing(open_store(store_path, read_only=not yes and not keys)) as store:
        if verify:
            return _verify(store, folder)
        if keys:
            return _restore(store, keys, folder)
        _move(store, months, folder, yes)
    return 0


def _move(store: SqlStore, months: int, folder: Path | None, yes: bool) -> None:
    from engine.archive.parts import closed, first_kept, move
    from engine.forget import cut_off
    from engine.wall import format_instant

    before = first_kept(cut_off(Instant(int(time.time())), months))
    place = folder or _last(store)
    tickets: Counter[str] = Counter()
    events: Counter[str] = Counter()

    def count(portion: Closed) -> None:
        tickets[portion.month] += len(portion.tickets)
        events[portion.month] += portion.events

    if yes:
        move(store, place, before, graph_of(store, None), count)
    else:
        for portion in closed(store, before):
            count(portion)
    for month in sorted(tickets):
        click.echo(f"{month}  {tickets[month]:>10,} tickets  {events[month]:>12,} events")
    since = f"last heard of before {format_instant(before)[:10]}"
    if not tickets:
        click.echo(f"{since}: there is nothing to archive")
    elif yes:
        click.echo(f"{since}: {tickets.total():,} tickets are in {plain(place)}")
    else:
        click.echo(f"{since}: {tickets.total():,} tickets would go to {plain(place)}; --yes does it")


def _last(store: SqlStore) -> Path:
    from engine.store.leaving import parts

    with store.connection.trouble():
        known = parts(store.connection)
    if not known:
        raise SlaError("nothing says where the archive is", help="give its folder: --to DIR", exit_code=USAGE)
    return Path(known[-1].folder)


def _verify(store: SqlStore, folder: Path | None) -> int:
    from engine.archive.files import damage
    from engine.archive.parts import parts

    found = parts(store, folder)
    wrong = [words for part in found for words in damage(part.folder, part.manifest)]
    for words in wrong:
        click.echo(plain(words))
    tickets = sum(part.manifest.tickets for part in found)
    click.echo(
        f"{len(found):,} parts, {tickets:,} tickets: {f'{len(wrong):,} files are damaged' if wrong else 'all as written'}"
    )
    return FINDINGS if wrong else 0


def _restore(store: SqlStore, keys: tuple[str, ...], folder: Path | None) -> int:
    from engine.archive.parts import restore

    unknown = restore(store, keys, folder)
    for key in unknown:
        click.echo(f"{plain(key)}: not in the archive", err=True)
    click.echo(f"{len(set(keys) - set(unknown)):,} tickets are in the store again")
    return FINDINGS if unknown else 0
