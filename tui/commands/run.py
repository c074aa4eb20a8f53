"""`sla run`: the engine without a screen, for a service manager."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Event

import click

from engine.cycle import Turn
from engine.run import Engine
from engine.run import run as turn_until
from tui.commands.watch import line
from tui.options import rule_file_option, store_option


@click.command(epilog="Example: sla run --rules sla.rules --store sla.db")
@store_option
@rule_file_option("The rules to put in force, and to reload when they change.")
@click.option("--format", "form", type=click.Choice(["plain", "jsonl"]), default="plain", show_default=True)
@click.option("--once", is_flag=True, help="Catch up with the store and end.")
def command(store_path: Path, rules_path: Path, form: str, once: bool) -> None:
    """Evaluate the store until SIGTERM or ctrl+c, printing a line for every transition."""
    from engine.store.sqlite import SqliteStore

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def told(turn: Turn) -> None:
        for item in turn.transitions:
            click.echo(json.dumps(asdict(item)) if form == "jsonl" else line(item))
        if once:
            stop.set()

    store = SqliteStore.open(store_path, create=True)
    try:
        engine = Engine(store, rules_path)
        turn_until(engine, rules_path, stop, told)
        if engine.rules.now is not None and engine.rules.now.status.broken:
            print(f"sla: {rules_path} has errors; the last good rules stay in force", file=sys.stderr)
    finally:
        store.close()
