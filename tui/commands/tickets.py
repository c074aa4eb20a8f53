"""`sla tickets`: every ticket with all its clocks, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.clock import Clock
from engine.evaluate import Evaluated
from engine.facts import Instant, Ticket
from engine.preview import preview
from engine.wall import format_instant
from tui.options import at_option, rules_option, store_option, world
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place


def record(ticket: Ticket, evaluated: Evaluated) -> dict[str, Any]:
    """The documented JSON object of one ticket: instants are ISO 8601 in UTC, lengths are open seconds."""
    fields = evaluated.fields
    return {
        "ticket": ticket.key,
        "customer": evaluated.customer or fields.get("customer", ""),
        "priority": fields.get("priority", ""),
        "status": fields.get("status", ""),
        "tier": evaluated.tier,
        "opened": format_instant(evaluated.opened),
        "clocks": [clock_record(clock) for clock in evaluated.clocks],
    }


def clock_record(clock: Clock) -> dict[str, Any]:
    """The documented JSON object of one clock."""
    return {
        "metric": clock.metric,
        "cycle": clock.cycle,
        "state": clock.state.value,
        "target_seconds": clock.target,
        "due": _instant(clock.due),
        "elapsed_seconds": clock.elapsed,
        "paused_seconds": clock.paused,
        "stopped": _instant(clock.stopped),
    }


def _instant(value: int | None) -> str | None:
    return None if value is None else format_instant(value)


@click.command(epilog="Example: sla tickets --store sla.db --at 2026-03-06T16:00:00Z --format jsonl")
@store_option
@rules_option
@at_option
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def command(store_path: Place, rules_path: Path | None, at: Instant | None, form: str) -> None:
    """One line a ticket with all its clocks, evaluated now or at an instant. Nothing is written."""
    with world(store_path, rules_path, at) as (store, graph, now):
        seen = preview(store, graph, now)
        if form == "jsonl":
            for ticket, evaluated in seen:
                click.echo(json_text(record(ticket, evaluated), indent=None))
            return
        for line in _table(seen):
            click.echo(line)


COLUMNS = (
    ("TICKET", 14),
    ("CUSTOMER", 16),
    ("PRIORITY", 9),
    ("STATUS", 16),
    ("TIER", 10),
    ("OPENED", 20),
    ("CLOCKS", 0),
)


def _table(seen: Iterable[tuple[Ticket, Evaluated]]) -> Iterator[str]:
    yield _line([title for title, _ in COLUMNS])
    for ticket, evaluated in seen:
        line = record(ticket, evaluated)
        clocks = ", ".join(_short(clock) for clock in line["clocks"]) or "-"
        yield _line(
            [line[name] for name in ("ticket", "customer", "priority", "status", "tier")]
            + [line["opened"][:16], clocks]
        )


def _line(cells: list[Any]) -> str:
    from rich.cells import set_cell_size

    padded = [
        set_cell_size(plain(cell), width) if width else plain(cell)
        for cell, (_, width) in zip(cells, COLUMNS, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _short(clock: dict[str, Any]) -> str:
    due = f" due {clock['due'][:16]}" if clock["due"] else ""
    cycle = f"#{clock['cycle']}" if clock["cycle"] > 1 else ""
    return f"{clock['metric']}{cycle} {clock['state']}{due}"
