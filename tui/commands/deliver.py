"""`sla deliver`: sends what waits in the outbox, apart from any engine."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.errors import UnreachableError
from engine.facts import Instant
from engine.store.database import POST
from tui.ledger import Entry, Ledger, entry_line, entry_record
from tui.logs import log_option, say
from tui.options import config_option, graph_from_file, graph_of, rules_option, store_option
from tui.plain import json_text

if TYPE_CHECKING:
    from engine.delivery.deliver import Deliverer
    from engine.delivery.lane import Delivered
    from engine.delivery.outbox import Outbox
    from engine.graph import Graph
    from engine.store.place import Place

LOOK = 0.5
"""Seconds between two looks at what the lanes have done."""


@click.command(epilog="Example: sla deliver --store sla.db --once")
@store_option
@rules_option
@config_option
@click.option(
    "--once", is_flag=True, help="Send what is due now and end; exit code 1 if something was not taken."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be sent to whom.")
@click.option("--format", "form", type=click.Choice(["plain", "jsonl"]), default="plain", show_default=True)
@log_option
def command(
    store_path: Place, rules_path: Path | None, config_path: Path | None, once: bool, dry_run: bool, form: str
) -> int:
    """Send what waits until SIGTERM or ctrl+c, a line for each batch. Not needed beside `sla run`, which sends by itself.

    Any number of senders may run: each message is claimed by one of them.
    """
    from engine.delivery.deliver import Deliverer
    from engine.settings import load
    from engine.store.opening import listening, open_store
    from tui.foresight import preview_lines

    settings = load(config_path)
    with closing(open_store(store_path)) as store:
        graph_of(store, rules_path)  # says in words what is wrong, before anything is sent
        deliverer = Deliverer(store_path, settings, Rules(store_path, rules_path), told=complain)
        if dry_run:
            now = Instant(int(time.time()))
            for text in preview_lines(deliverer.preview(now), store.outbox, form):
                click.echo(text)
            return 0
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if once:
            done = one_pass(deliverer, store.outbox, stop, form)
            return FINDINGS if done.put_off or done.dead else 0
        ledger = Ledger(store.outbox)
        deliverer.start()
        try:
            with listening(store_path, {POST: deliverer.wake}):
                while not stop.wait(LOOK):
                    with suppress(UnreachableError):  # the lanes say it, and go on by themselves
                        tell(ledger, form)
        finally:
            deliverer.close()
        tell(ledger, form)
    return 0


def one_pass(deliverer: Deliverer, outbox: Outbox, stop: Event, form: str) -> Delivered:
    """Send what is due now and print a line for each batch; once `stop` is set, nothing after what is being sent."""
    ledger = Ledger(outbox)

    def meanwhile() -> None:
        tell(ledger, form)
        if stop.is_set():
            deliverer.stop()

    if stop.is_set():
        deliverer.stop()
    done = deliverer.drain(Instant(int(time.time())), meanwhile)
    tell(ledger, form)
    return done


def tell(ledger: Ledger, form: str) -> None:
    """Print what has become of messages since the last time."""
    for entry in ledger.news():
        click.echo(_told(entry, form))


def _told(entry: Entry, form: str) -> str:
    return json_text(entry_record(entry), indent=None) if form == "jsonl" else entry_line(entry)


def complain(words: str) -> None:
    """Trouble of a lane's, on standard error."""
    say(words, event="delivery-trouble", level=logging.WARNING)


class Rules:
    """The rules in force for threads that open no store of their own; the last ones while the store cannot be read."""

    def __init__(self, store_path: Place, rules_path: Path | None) -> None:
        from engine.in_force import InForce

        self._store_path = store_path
        self._in_force = InForce()
        self._last: Graph | None = None
        self._fixed = graph_from_file(rules_path) if rules_path is not None else None

    def __call__(self) -> Graph | None:
        from engine.store.opening import open_store

        if self._fixed is not None:
            return self._fixed
        try:
            with closing(open_store(self._store_path, read_only=True)) as store:
                self._last = self._in_force.find(store)
        except SlaError as error:
            complain(f"rules: {error}")
        return self._last
