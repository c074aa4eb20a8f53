"""`sla console`: the live console over a store."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.facts import Instant
from tui.options import at_option, config_option, rules_option, store_option, zone_option

if TYPE_CHECKING:
    from engine.store.place import Place


@click.command(epilog="Example: sla console --store sla.db --rules sla.rules --write")
@store_option
@rules_option
@at_option
@zone_option
@config_option
@click.option("--write", is_flag=True, help="Allow actions on tickets; without it the console only watches.")
@click.option(
    "--as", "person", default=None, help="The name that actions are recorded under; your login without it."
)
def command(
    store_path: Place,
    rules_path: Path | None,
    at: Instant | None,
    zone: str,
    config_path: Path | None,
    write: bool,
    person: str | None,
) -> None:
    """Inbox, Health, Customers, Ticket and Rules, live.

    With --rules an engine runs inside the console and reloads the rules as they change. Without it the console shows what
    `sla run` finds in the same store.
    """
    from tui import startup

    startup.hold()
    from engine.store.place import Server
    from tui.launch import REFRESH, SHARED, show
    from tui.source import Sight, StoreSource

    sight = Sight(
        store_path, rules_path, write and at is None, at, zone, person or getpass.getuser(), config_path
    )
    leaving = "the engine in this console ends with it" if rules_path is not None and at is None else ""
    # An engine of its own looks as often as any engine.
    refresh = SHARED if isinstance(store_path, Server) and not leaving else REFRESH
    show(StoreSource(sight), zone=zone, at=at, store=str(store_path), leaving=leaving, refresh=refresh)
