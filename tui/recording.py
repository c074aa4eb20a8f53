"""A scenario from a ticket of the store, printed or appended to a rule file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from dsl.include import matching, root_file
from tui.options import rules_from_file
from tui.plain import plain
from tui.rewrite import replace, show_diff

if TYPE_CHECKING:
    from dsl.loaded import Loaded
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
    text = scenario_text(record(ticket, Graph.compile(loaded), title), loaded.ruleset.customers)
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
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(after)
    click.echo(f'scenario "{title}" {"would be " if dry else ""}added to {plain(output)}', err=True)
    root = root_file(rules)
    if _is_part(output, root.parent, loaded):
        return 0
    click.echo(f"sla: {plain(output)} is no part of {plain(root)}: the scenario does not run", err=True)
    click.echo(f"  help: {_include(output, root)}", err=True)
    return FINDINGS


def _is_part(file: Path, folder: Path, loaded: Loaded) -> bool:
    """Whether rules whose root file is in `folder` have the file, or would have it if it were there."""
    path = os.path.realpath(file)
    shown = os.path.relpath(path, os.path.realpath(folder)).replace(os.sep, "/")
    return any(os.path.realpath(folder / name) == path for name in loaded.files) or any(
        matching(pattern, [shown]) for pattern in loaded.patterns
    )


def _include(file: Path, root: Path) -> str:
    shown = os.path.relpath(os.path.realpath(file), os.path.realpath(root.parent)).replace(os.sep, "/")
    if shown.startswith("../"):
        return f"only what is below the folder of {plain(root)} can be a part of it"
    return f'add to {plain(root)}: include "{plain(shown)}"'
