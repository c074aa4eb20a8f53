"""`sla demo`: the whole product on a made-up help desk, in a store that is gone afterwards."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

import rules as site
from engine.commitment.outage import Outage
from engine.facts import Instant
from engine.run import Engine
from engine.simulate import DAY, HOUR, MINUTE, SOURCE, Desk, Simulation
from engine.store import outages
from engine.store.protocol import Store
from engine.store.sqlite import SqliteStore
from tui.named_path import NamedPath
from tui.options import graph_from_file, world, zone_option

HISTORY = 21 * DAY
PAST_GAP = 75 * 60
"""Seconds between two tickets of the past, on average in busy hours."""

BUSY = 12 * HOUR
BUSY_GAP = 11 * 60
BUSY_PACE = 2.2
"""The last hours were busy and the desk has fallen behind: there is something to see."""

LIVE_GAP = 25
LIVE_PACE = 0.06


def site_rules() -> Path:
    """The rule files that come with the program."""
    return Path(site.__file__).resolve().parent.parent / "sla.rules"


@click.command(epilog="Example: sla demo, then edit rules/tiers.rules in another window and save")
@click.option(
    "--rules",
    "rules_path",
    type=NamedPath(),
    default=None,
    help="Rules to try in place of ours.",
)
@click.option("--seed", default=7, show_default=True, help="Another number tells another story.")
@click.option(
    "--plain",
    "as_plain",
    is_flag=True,
    help="Print inbox, health and customers and end, as without a terminal.",
)
@zone_option
def command(rules_path: Path | None, seed: int, as_plain: bool, zone: str) -> None:
    """Open the console on a help desk that moves while you watch. Nothing is kept.

    Without a terminal it prints inbox, health and customers, and ends.
    """
    root = rules_path or site_rules()
    desk = Desk.of(graph_from_file(root).ruleset)
    with tempfile.TemporaryDirectory(prefix="sla-demo-") as folder:
        path = Path(folder) / "demo.db"
        now = Instant(int(time.time()))
        simulation = Simulation(desk, seed, Instant(now - HISTORY))
        _prepare(path, root, simulation, now)
        if as_plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
            _print(path, now, zone)
        else:
            _open(path, root, simulation, zone)


def _prepare(path: Path, root: Path, simulation: Simulation, now: Instant) -> None:
    store = SqliteStore.open(path, create=True)
    try:
        calm = simulation.until(Instant(now - BUSY), PAST_GAP, 1.0)
        store.add_events(SOURCE, calm + simulation.until(now, BUSY_GAP, BUSY_PACE))
        outages.record(store.connection, _outages(root, now))
        Engine(store, root).start(now)
    finally:
        store.close()


def _outages(root: Path, now: Instant) -> list[Outage]:
    """Yesterday the first service was down for half an hour, and for a moment when all began."""
    names = list(graph_from_file(root).ruleset.services)
    spans = ((DAY, 31 * MINUTE), (HISTORY - DAY, 4 * MINUTE))
    return [
        Outage(
            service, "", Instant(now - ago), Instant(now - ago + lasting), SOURCE, f"outage {ago}", "made up"
        )
        for service in names[:1]
        for ago, lasting in spans
    ]


def _print(path: Path, now: Instant, zone: str) -> None:
    from tui.commands.customers import customers_of, print_customers
    from tui.commands.health import print_health
    from tui.commands.inbox import print_inbox

    print_inbox(path, None, now, zone, limit=30)
    click.echo()
    print_health(path, None, now, zone)
    click.echo()
    with world(path, None, now) as (store, graph, _):
        print_customers(customers_of(store, graph, now), "", now, zone)


def _open(path: Path, root: Path, simulation: Simulation, zone: str) -> None:
    from tui import startup

    startup.hold()
    from tui.launch import show
    from tui.source import Sight, StoreSource

    def moving(store: Store, now: Instant) -> None:
        happened = simulation.until(now, LIVE_GAP, LIVE_PACE)
        if happened:
            store.add_events(SOURCE, happened)

    sight = Sight(path, root, write=True, zone=zone, person="you")
    show(StoreSource(sight, moving), zone=zone, at=None, store="demo")
