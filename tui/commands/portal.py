"""`sla portal`: the web portal of customers, who may sign in to it, what was handed out, and who looked at what."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS
from tui.chapters import Serving
from tui.logs import log_option
from tui.options import (
    config_option,
    graph_from_file,
    rules_option,
    store_option,
)
from tui.plain import plain
from tui.portal import accounts, links, log
from tui.portal.desk import portal_desk
from tui.serving import listen_options, serve_until_told, trouble

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.sql import SqlStore
    from reports.portal.desk import Desk
    from reports.portal.scope import Views


@click.group(cls=Serving, epilog="Example: sla portal --store sla.db; sla portal invite acme jo@acme.example")
def command() -> None:
    """The client portal. Without a command it is served: each customer sees its own figures, tickets and reports, and nothing else."""


@command.command(epilog="Example: sla portal --store sla.db --host 127.0.0.1 --port 8081")
@store_option
@rules_option
@config_option
@listen_options(8081)
@click.option("--check", is_flag=True, help="Say what is missing, and end.")
@log_option
def serve(
    store_path: Place, rules_path: Path | None, config_path: Path | None, host: str, port: int, check: bool
) -> int:
    """Serve the portal until SIGTERM or ctrl+c, and /healthz.

    The store is only read. Accounts, sessions, links and the audit log are in portal.database. It speaks plain HTTP: put a proxy
    with TLS before it, and write the address that customers see into portal.url.
    """
    with portal_desk(config_path) as (desk, settings):
        from reports.portal.app import create

        views = _views(store_path, rules_path, desk)
        views.check()
        lacking = _lacking(desk, mail=bool(settings.mail.host and settings.mail.sender)) + _unserved(
            desk, views
        )
        if check:
            for line in lacking or ["all is there"]:
                click.echo(line)
            return FINDINGS if lacking else 0
        for line in lacking:
            trouble(line)
        app, door = create(desk, views)
        with closing(door):
            serve_until_told(app, host, port)
    return 0


def _views(store_path: Place, rules_path: Path | None, desk: Desk) -> Views:
    from engine.in_force import InForce
    from engine.store.opening import open_store
    from reports.portal.scope import Views

    fixed = graph_from_file(rules_path) if rules_path is not None else None
    in_force = InForce()

    def opened() -> SqlStore:
        return open_store(store_path, read_only=True)

    return Views(opened, lambda store: fixed or in_force(store), desk.now)


def _lacking(desk: Desk, *, mail: bool) -> list[str]:
    found = []
    if not mail:
        found.append("mail.host and mail.from are not both set: no invitation and no new password leaves")
    if not desk.safe and not re.match(r"http://(localhost|127\.|\[::1\])", desk.settings.url):
        found.append("portal.url is not https: passwords would cross the network in the clear")
    return found


def _unserved(desk: Desk, views: Views) -> list[str]:
    """A customer that was renamed or taken out of the rules: its people sign in and see nothing."""
    counts = Counter(one.customer for one in desk.accounts.all() if one.revoked is None)
    return [
        f"the rules declare no customer {plain(name)}: {count} account{'' if count == 1 else 's'} of it see nothing;"
        " sla portal revoke, then invite them to the customer of today"
        for name, count in counts.items()
        if not views.serves(name)
    ]


for part in (*accounts.COMMANDS, *links.COMMANDS, log.audit):
    command.add_command(part)
