"""`sla why`: the reasoning behind a due time, from the line of the rule to the hour of the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.explain.clocks import why
from engine.facts import Instant
from engine.wall import format_instant
from tui.options import at_option, rules_option, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.place import Place


@click.command(epilog="Example: sla why INC0000057 resolution --store sla.db")
@click.argument("ticket")
@click.argument("metric", required=False)
@store_option
@rules_option
@at_option
def command(
    ticket: str, metric: str | None, store_path: Place, rules_path: Path | None, at: Instant | None
) -> None:
    """Which rule decided TICKET's targets and from which line, then how each due time came about, day by day."""
    with world(store_path, rules_path, at) as (store, graph, now):
        found = store.find(ticket)
        if found is None:
            raise SlaError(
                f"no ticket {plain(ticket)!r} in {store_path}",
                help="sla tickets lists them",
                exit_code=FINDINGS,
            )
        facts = next(iter(store.tickets([found], until=now)), None)
        if facts is None:
            raise SlaError(
                f"ticket {plain(ticket)} has not happened yet at {format_instant(now)}", exit_code=FINDINGS
            )
        decisions = [item for item in store.decisions(found) if item.found <= now]
        for line in why(facts, graph, now, metric, decisions):
            click.echo(plain(line, 2000))
