"""A scenario from a ticket of the store, printed or appended to a rule file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from tui.options import rules_from_file
from tui.plain import plain
from tui.rewrite import replace, show_diff

if TYPE_CHECKING:
    from engine.store.place import Place


def record_ticket(key: str, store_path: Place, rules: Path, output: Path | None, *, dry: bool) -> int:
    """Write it, and answer the exit code. Raises SlaError when there is no such ticket."""
    from dsl.scenario_text import free_title, scenario_text
    from engine.graph import Graph
    from engine.scenario.record import record
    from engine.store.opening import open_store

    loaded = rules_from_file(rules)
    assert loaded.ruleset is not None
    store = open_store(store_path, read_only=True)
    try:
        found = store.find(key)
        ticket = next(iter(store.tickets([found])), None) if found is not None else None
    finally:
        store.close()
    if ticket is None:
        raise SlaError(
            f"no ticket {plain(key)!r} in {store_path}", help="sla tickets lists them", exit_code=FINDINGS
        )
    title = free_title(f"ticket {plain(ticket.key, 100)}", loaded.ruleset.scenarios)
    text = scenario_text(record(ticket, Graph.compile(loaded), title))
    if output is None:
        click.echo(text, nl=False)
        return 0
    before = output.read_bytes() if output.exists() else b""
    after = before + (b"\n" if before else b"") + text.encode()
    if dry:
        show_diff(str(output), before, after)
    elif before:
        replace(output, after)
    else:
        output.write_bytes(after)
    click.echo(f'scenario "{title}" {"would be " if dry else ""}added to {plain(output)}', err=True)
    return 0
