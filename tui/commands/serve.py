"""`sla serve`: the web pages behind the links in messages, and the ear for Alertmanager."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from dsl.errors import FINDINGS, SlaError
from tui.logs import log_option
from tui.options import config_option, graph_from_file, rules_option, store_option, zone_option
from tui.serving import WEB, extra, listen_options, serve_until_told, trouble

if TYPE_CHECKING:
    from starlette.routing import Route

    from engine.graph import Graph
    from engine.store.place import Place
    from engine.store.protocol import Store
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
    """Serve one-click links (acknowledge, snooze, flag), Alertmanager's notifications and /healthz until SIGTERM or ctrl+c.

    It speaks plain HTTP: put a proxy with TLS before it, and write the address that people see into web.url. Links need
    web.secret, the same one that `sla run` has; POST /alertmanager needs alertmanager.token.
    """
    from engine.delivery.lane import links_of
    from engine.in_force import InForce
    from engine.intake.alertmanager import Labels
    from engine.settings import load, secret
    from engine.store.opening import open_store

    settings = load(config_path)
    links, alerts = links_of(settings), settings.alertmanager
    token = secret(alerts.token, alerts.token_file)
    if links is None and not token:
        raise SlaError(
            "there is nothing to serve: neither web.url and web.secret are set nor alertmanager.token",
            help="set web.url in sla.toml and SLA_WEB__SECRET in the environment, or SLA_ALERTMANAGER__TOKEN",
            exit_code=FINDINGS,
        )
    with extra("sla serve", "web", WEB):
        from reports.web import alerts as hearing
        from reports.web.app import create
        from reports.web.oneclick import Office, routes

    def opened(write: bool) -> SqlStore:
        return open_store(store_path, read_only=not write)

    def alive() -> None:
        opened(False).close()

    alive()
    fixed = graph_from_file(rules_path) if rules_path is not None else None
    in_force = InForce()

    def graph(store: Store) -> Graph:
        return fixed or in_force(store)

    def now() -> int:
        return int(time.time())

    served: list[Route] = []
    if links is not None:
        served += routes(Office(opened, graph, links, now, zone))
    if token:
        labels = Labels(alerts.service_label, alerts.customer_label)
        served += hearing.routes(hearing.Receiver(lambda: opened(True), graph, token, labels, now, trouble))
    app = create(
        served,
        alive=alive,
        prefix=urlsplit(settings.web.url).path,
        bodies={hearing.PATH: hearing.LONGEST_BODY},
    )
    serve_until_told(app, host, port)
