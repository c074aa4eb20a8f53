"""`sla db`: what the store is, bringing it up to date, and a copy of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from tui.options import store_option
from tui.plain import plain


@click.group(epilog="Example: sla db backup sla-backup.db --store sla.db")
def command() -> None:
    """Look after the store."""


@command.command(epilog="Example: sla db status --store sla.db --format json")
@store_option
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def status(store_path: Path, form: str) -> None:
    """Show version, size and contents of the store; nothing is changed."""
    from engine.store.sqlite_care import status as look
    from engine.wall import format_instant

    found = look(store_path)
    record = asdict(found) | {
        name: None if value is None else format_instant(value)
        for name, value in (("last_event", found.last_event), ("rules_since", found.rules_since))
    }
    if form == "json":
        click.echo(json.dumps(record))
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        shown = "-" if value is None else f"{value:,}" if isinstance(value, int) else plain(value)
        click.echo(f"{name.replace('_', ' '):<{width}}  {shown}")


@command.command(
    epilog="Example: sla db backup --store sla.db sla-backup.db && sla db migrate --store sla.db"
)
@store_option
def migrate(store_path: Path) -> None:
    """Bring a store of an older version up to date, all of it or nothing."""
    from engine.store.sqlite_care import migrate as bring

    steps = bring(store_path)
    click.echo(f"{plain(store_path)}: {', '.join(steps) + ' applied' if steps else 'up to date'}")


@command.command(epilog="Example: sla db backup --store sla.db sla-backup.db")
@store_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(store_path: Path, target: Path) -> None:
    """Copy the store to a new file TARGET while others go on using it, and verify the copy."""
    from engine.store.sqlite_care import backup as copy

    size = copy(store_path, target)
    click.echo(f"{plain(target)}: {size:,} bytes, verified")
