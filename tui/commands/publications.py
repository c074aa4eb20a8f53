"""`sla publications`: the reports that customers may have, taking one back, and the bytes of any."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.facts import Instant
from engine.wall import format_instant
from tui.chapters import Listing
from tui.named_path import OutputPath, never_over
from tui.options import store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.publications import Publication


@click.group(cls=Listing, epilog="Example: sla publications; sla publications withdraw 12 --by lead")
def command() -> None:
    """Reports that were published. Without a command, those that customers may have."""


@command.command("list", epilog="Example: sla publications list --customer acme --all --format jsonl")
@store_option
@click.option("--customer", default="", help="Only what this declared customer may have.")
@click.option("--all", "every", is_flag=True, help="Also what was withdrawn.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_(store_path: Place, customer: str, every: bool, form: str) -> None:
    """List publications in the order in which they were made: number, customer, period, format, title, by whom."""
    from engine.store.opening import open_store
    from engine.store.publications import everything

    with closing(open_store(store_path, read_only=True)) as store:
        found = [
            one
            for one in everything(store.connection)
            if (every or one.withdrawn_at is None) and (not customer or one.customer == customer)
        ]
    for line in map(_json, found) if form == "jsonl" else _table(found):
        click.echo(line)


@command.command(epilog="Example: sla publications withdraw 12 --by lead")
@click.argument("number", type=click.IntRange(min=1))
@store_option
@click.option("--by", "person", default=None, help="Who takes it back; your login without it.")
def withdraw(number: int, store_path: Place, person: str | None) -> None:
    """Take back the publication that the list shows as NUMBER. The customer no longer finds it; its bytes stay here."""
    from engine.store.opening import open_store
    from tui.publishing import signed
    from tui.publishing import withdraw as take_back

    by = signed(person)
    with closing(open_store(store_path)) as store:
        click.echo(take_back(store, number, by, Instant(int(time.time()))))


@command.command(epilog="Example: sla publications save 12 acme-2026-10.pdf")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("file", type=OutputPath(dir_okay=False))
@store_option
def save(number: int, file: Path, store_path: Place) -> None:
    """Write the bytes of a publication, also of a withdrawn one, to FILE."""
    from engine.store.opening import open_store
    from engine.store.publications import kept_content
    from tui.prefs import write_whole

    never_over(file, None, store_path)
    with closing(open_store(store_path, read_only=True)) as store:
        content = kept_content(store.connection, number)
    if content is None:
        raise SlaError(
            f"there are no bytes of a publication {number}",
            help="sla publications list --all lists them; what was erased has none",
            exit_code=FINDINGS,
        )
    write_whole(file, content)


def _json(one: Publication) -> str:
    record = {
        "number": one.id,
        "customer": one.customer,
        "title": one.title,
        "report": one.report or None,
        "period": one.period,
        "from": format_instant(one.start),
        "until": format_instant(one.end),
        "format": one.format,
        "sha256": one.sha256,
        "made": format_instant(one.made),
        "rules": one.rules,
        "published": format_instant(one.published_at),
        "published_by": one.published_by,
        "withdrawn": None if one.withdrawn_at is None else format_instant(one.withdrawn_at),
        "withdrawn_by": one.withdrawn_by or None,
    }
    return json_text(record, indent=None)


def _table(found: list[Publication]) -> Iterator[str]:
    for one in found:
        gone = (
            ""
            if one.withdrawn_at is None
            else f", withdrawn {format_instant(one.withdrawn_at)} by {plain(one.withdrawn_by, 60)}"
        )
        by = f" by {plain(one.published_by, 60)}" if one.published_by else ""
        yield (
            f"{one.id:>5}  {plain(one.customer, 40)}  {one.period}  {one.format:<4}  {plain(one.title, 80)}"
            f"  published {format_instant(one.published_at)}{by}{gone}"
        )
    if not found:
        yield "nothing is published"
