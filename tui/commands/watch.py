"""`sla watch`: one line for everything that happens to a clock, for logs, pipes and screen readers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from engine.snapshot import Transition
from tui.messages import happening, happening_line, lateness
from tui.options import NumberRange, store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place

BATCH = 1_000


def record(item: Transition) -> dict[str, object]:
    """The documented JSON object of a transition."""
    return happening(item, item.what)


def line(item: Transition) -> str:
    """The transition as one harmless line of text."""
    return f"{happening_line(item, item.what)}  by {item.cause}{lateness(item)}"


@click.command(epilog="Example: sla watch --plain --store sla.db | grep breach")
@store_option
@click.option("--plain", "as_plain", is_flag=True, help="One line of text a transition (the default).")
@click.option("--format", "form", type=click.Choice(["plain", "jsonl"]), default="plain", show_default=True)
@click.option(
    "--since", type=click.IntRange(min=0), default=None, help="Start after this alert number; 0 shows all."
)
@click.option("--once", is_flag=True, help="Print what there is and end.")
@click.option(
    "--interval",
    type=NumberRange(min=0.05),
    default=1.0,
    show_default=True,
    help="Seconds between looks.",
)
def command(
    store_path: Place, as_plain: bool, form: str, since: int | None, once: bool, interval: float
) -> None:
    """Follow the store and print a line for every warning, breach and outcome, as engines find them."""
    from engine.errors import UnreachableError
    from engine.store.opening import open_store

    del as_plain
    gone = ""
    store = open_store(store_path, read_only=True)
    try:
        after = since if since is not None else (0 if once else store.last_alert())
        while True:
            try:
                found = store.recent(after, BATCH)
            except UnreachableError as error:
                if once:
                    raise
                if not gone:
                    click.echo(f"sla: {plain(error, 1000)}; trying again", err=True)
                gone = str(error)
                time.sleep(interval)
                continue
            if gone:
                click.echo("sla: the store is back", err=True)
                gone = ""
            for number, item in found:
                after = number
                click.echo(
                    json_text({"number": number, **record(item)}, indent=None)
                    if form == "jsonl"
                    else line(item)
                )
            if len(found) < BATCH:
                if once:
                    return
                time.sleep(interval)
    finally:
        store.close()
