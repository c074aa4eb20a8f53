"""`sla repin`: give open tickets the terms of today's rules, after showing what that moves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.clock import Clock
from engine.cycle import CHUNK, written
from engine.facts import Instant
from engine.looks import judged
from engine.repin import Proposal, proposals
from engine.wall import format_instant
from tui.options import graph_of, rules_option, store_option
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.place import Place


def lines(proposal: Proposal) -> list[str]:
    """What a repin does to one ticket: its tier, and each open clock that moves."""
    tier = f"tier {proposal.before.tier or 'none'} -> {proposal.after.tier or 'none'}"
    return [f"{plain(proposal.ticket.key)}: {tier}"] + [
        f"  {plain((before or after).metric)}: {_clock(before)} -> {_clock(after)}"  # type: ignore[union-attr]
        for before, after in proposal.moves()
    ]


def _clock(clock: Clock | None) -> str:
    if clock is None:
        return "no clock"
    due = "no due time" if clock.due is None else f"due {format_instant(clock.due)}"
    return f"{clock.state} {due}"


@click.command(epilog="Example: sla repin --store sla.db, then the same with --apply")
@store_option
@rules_option
@click.option("--apply", "do", is_flag=True, help="Do it. Without this nothing is written.")
@click.option("--ticket", "keys", multiple=True, help="Only this ticket; may be given several times.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="End with exit code 2 when there is something to change."
)
def command(
    store_path: Place, rules_path: Path | None, do: bool, keys: tuple[str, ...], detailed_exitcode: bool
) -> int:
    """Show which open tickets would get other terms under the rules in force, and what that would move."""
    from dsl.errors import CHANGES, FINDINGS, SlaError
    from engine.store.opening import open_store

    now = Instant(int(time.time()))
    store = open_store(store_path, read_only=not do)
    try:
        graph = graph_of(store, rules_path)
        chosen: list[int] | None = None
        if keys:
            found = {key: store.find(key) for key in keys}
            missing = [plain(key) for key, id_ in found.items() if id_ is None]
            if missing:
                raise SlaError(f"no ticket {', '.join(missing)} in {store_path}", exit_code=FINDINGS)
            chosen = [id_ for id_ in found.values() if id_ is not None]
        changed = list(proposals(store.tickets(chosen or store.affected_tickets(None, None)), graph, now))
        for proposal in changed:
            for text in lines(proposal):
                click.echo(text)
        if do:
            for start in range(0, len(changed), CHUNK):
                with store.cycle():
                    part = changed[start : start + CHUNK]
                    store.write(
                        written(judged(item.ticket, item.after, now, before=item.before)) for item in part
                    )
            click.echo(f"{len(changed)} tickets have new terms from {format_instant(now)} on")
        else:
            click.echo(f"{len(changed)} tickets would get new terms; --apply does it")
        return CHANGES if detailed_exitcode and changed else 0
    finally:
        store.close()
