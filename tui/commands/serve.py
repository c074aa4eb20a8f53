"""`sla serve`: the web pages behind the links in messages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from dsl.errors import FINDINGS, SlaError
from tui.logs import log_option
from tui.options import config_option, graph_from_file, rules_option, store_option, zone_option
from tui.serving import WEB, extra, listen_options, serve_until_told

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.sql import SqlStore


@click.command(epilog="Example: sla serve --store sla.db --host 127.0.0.1 --port 8080")
@store_option
@rules_option
@config_option
@zone_option
@listen_options(8080)
@log_option
def command(
    store_path: Place, rules_path: Path | None, config_path: Path | None, zone: str, host: str, port: int
) -> None:
    """Serve one-click links (acknowledge, snooze, flag) until SIGTERM or ctrl+c, and /healthz.

    It speaks plain HTTP: put a proxy with TLS before it, and write the address that people see into web.url. Links need
    web.secret, the same one that `sla run` has.
    """
    from engine.delivery.lane import links_of
    from engine.in_force import InForce
    from engine.settings import load
    from engine.store.opening import open_store

    settings = load(config_path)
    links = links_of(settings)
    if links is None:
        raise SlaError(
            "there are no links to serve: web.url and web.secret are not both set",
            help="set web.url in sla.toml and SLA_WEB__SECRET in the environment",
            exit_code=FINDINGS,
        )
    with extra("sla serve", "web", WEB):
        from reports.web.app import create
        from reports.web.oneclick import Office, routes

    def opened(write: bool) -> SqlStore:
        return open_store(store_path, read_only=not write)

    def alive() -> None:
        opened(False).close()

    alive()
    fixed = graph_from_file(rules_path) if rules_path is not None else None
    in_force = InForce()
    office = Office(opened, lambda store: fixed or in_force(store), links, lambda: int(time.time()), zone)
    app = create(routes(office), alive=alive, prefix=urlsplit(settings.web.url).path)
    serve_until_told(app, host, port)
