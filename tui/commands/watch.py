"""`sla watch`: one line for everything that happens to a clock, for logs, pipes and screen readers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from engine.snapshot import Transition
from engine.wall import format_instant
from tui.moment import span
from tui.options import store_option
from tui.plain import plain

BATCH = 1_000
PUNCTUAL = 5
"""Seconds within which a transition counts as found in time."""


def record(item: Transition) -> dict[str, object]:
    """The documented JSON object of a transition."""
    return {
        "at": format_instant(item.at),
        "found": format_instant(item.found),
        "ticket": item.ticket,
        "customer": item.customer,
        "metric": item.metric,
        "cycle": item.cycle,
        "what": item.what,
        "cause": item.cause,
    }


def line(item: Transition) -> str:
    """The transition as one harmless line of text."""
    late = f" (found {span(item.found - item.at)} late)" if item.found - item.at > PUNCTUAL else ""
    words = (
        format_instant(item.at),
        item.ticket,
        item.customer,
        item.metric,
        f"cycle {item.cycle}",
        item.what,
    )
    return "  ".join(plain(word) for word in words) + f"  by {item.cause}{late}"


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
    type=click.FloatRange(min=0.05),
    default=1.0,
    show_default=True,
    help="Seconds between looks.",
)
def command(
    store_path: Path, as_plain: bool, form: str, since: int | None, once: bool, interval: float
) -> None:
    """Follow the store and print a line for every warning, breach and outcome, as engines find them."""
    from engine.store.sqlite import SqliteStore

    del as_plain
    store = SqliteStore.open(store_path, read_only=True)
    try:
        after = since if since is not None else (0 if once else store.last_alert())
        while True:
            found = store.recent(after, BATCH)
            for number, item in found:
                after = number
                click.echo(json.dumps({"number": number, **record(item)}) if form == "jsonl" else line(item))
            if len(found) < BATCH:
                if once:
                    return
                time.sleep(interval)
    finally:
        store.close()
