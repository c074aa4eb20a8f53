"""`sla db`: what the store is, bringing it up to date, and a copy of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.named_path import OutputPath
from tui.options import store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place


@click.group(epilog="Example: sla db backup sla-backup.db --store sla.db")
def command() -> None:
    """Look after the store."""


@command.command(epilog="Example: sla db status --store sla.db --format json")
@store_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def status(store_path: Place, form: str) -> None:
    """Show version, size and contents of the store; nothing is changed."""
    from engine.store.care import status as look
    from engine.wall import format_instant

    found = look(store_path)
    record = asdict(found) | {
        name: None if value is None else format_instant(value)
        for name, value in (("last_event", found.last_event), ("rules_since", found.rules_since))
    }
    if form == "json":
        click.echo(json_text(record, indent=None))
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        shown = "-" if value is None else f"{value:,}" if isinstance(value, int) else plain(value)
        click.echo(f"{name.replace('_', ' '):<{width}}  {shown}")


@command.command(
    epilog="Example: sla db backup --store sla.db sla-backup.db && sla db migrate --store sla.db"
)
@store_option
def migrate(store_path: Place) -> None:
    """Bring a store of an older version up to date, all of it or nothing."""
    from engine.store.care import migrate as bring

    steps = bring(store_path)
    click.echo(f"{plain(store_path)}: {', '.join(steps) + ' applied' if steps else 'up to date'}")


@command.command(epilog="Example: sla db backup --store sla.db sla-backup.db")
@store_option
@click.argument("target", type=OutputPath())
def backup(store_path: Place, target: Path) -> None:
    """Copy the store to a new file TARGET while others go on using it, and verify the copy.

    A store on a PostgreSQL server is copied by pg_dump instead.
    """
    from engine.store.care import backup as copy

    size = copy(store_path, target)
    click.echo(f"{plain(target)}: {size:,} bytes, verified")


@command.command(epilog="Example: sla db grant reporter --to dashboards | psql service --set=ON_ERROR_STOP=1")
@click.argument("role", type=click.Choice(["engine", "console", "reporter"]))
@click.option("--to", "user", required=True, help="The user of the PostgreSQL server; it is not created.")
@click.option(
    "--schema", default="public", show_default=True, help="The schema that the store's tables are in."
)
def grant(role: str, user: str, schema: str) -> None:
    """Print the SQL that lets a PostgreSQL user be an engine, a console or a reporter; nothing is done.

    An engine evaluates and sends. A console records what people do: events, notices read, dead letters sent again. A
    reporter only reads. The owner of the tables runs it, once, and brings the store up to date with `sla db migrate`.
    """
    from engine.store.grants import Role, grants

    for statement in grants(Role(role), user, schema):
        click.echo(statement)
