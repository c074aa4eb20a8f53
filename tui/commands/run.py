"""`sla run`: the engine without a screen, for a service manager."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click

from dsl.errors import FINDINGS
from engine.cycle import Turn
from engine.run import Engine
from engine.run import run as turn_until
from engine.snapshot import RulesStatus
from tui.commands.watch import line, record
from tui.options import rule_file_option, store_option
from tui.plain import plain


@click.command(epilog="Example: sla run --rules sla.rules --store sla.db")
@store_option
@rule_file_option("The rules to put in force, and to reload when they change.")
@click.option("--format", "form", type=click.Choice(["plain", "jsonl"]), default="plain", show_default=True)
@click.option("--once", is_flag=True, help="Catch up with the store and end.")
def command(store_path: Path, rules_path: Path, form: str, once: bool) -> int:
    """Evaluate the store until SIGTERM or ctrl+c, printing a line for every transition.

    What happens to the rules goes to standard error. With broken rules on disk the last good ones of the store stay in
    force; --once then ends with exit code 1.
    """
    from engine.store.sqlite import SqliteStore

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def told(turn: Turn) -> None:
        for item in turn.transitions:
            click.echo(json.dumps(record(item)) if form == "jsonl" else line(item))
        if once:
            stop.set()

    log = RulesLog()
    store = SqliteStore.open(store_path, create=True)
    try:
        turn_until(Engine(store, rules_path), rules_path, stop, told, log)
    finally:
        store.close()
    return FINDINGS if once and log.broken else 0


class RulesLog:
    """Says on standard error what happens to the rules, each thing once."""

    def __init__(self) -> None:
        self.broken = False
        self._said: tuple[str, ...] = ()

    def __call__(self, status: RulesStatus) -> None:
        self.broken = bool(status.broken)
        said = tuple(words(status))
        if said != self._said:
            self._said = said
            for text in said:
                click.echo(f"sla: {text}", err=True)


def words(status: RulesStatus) -> Iterator[str]:
    """What there is to say of the rules: a line for each finding of a refused edit, and what is in force."""
    for item in status.broken:
        yield plain(f"{item.span}: {item.severity} {item.code}: {item.message}", 1000)
    stays = "the last good rules stay in force: " if status.broken else "rules in force: "
    yield f"{stays}generation {status.generation}, digest {status.digest[:12]}"
    if not status.broken:
        yield from (f"  {plain(moved, 500)}" for moved in status.moved)
