"""A scenario from a ticket of the store, printed or appended to a rule file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from dsl.include import matching, root_file
from tui.options import rules_from_file
from tui.plain import plain
from tui.rewrite import replace, show_diff

if TYPE_CHECKING:
    from dsl.diagnostic import Diagnostic
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
    root = root_file(rules)
    part = output is not None and _is_part(output, root.parent, loaded)
    if output is not None and output.suffix != ".rules" and (not part or output.suffix == ".ics"):
        raise SlaError(
            f"{plain(output)} is no rule file", help="name one that ends in `.rules`", exit_code=USAGE
        )
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
    said = _said_of(text, loaded)
    if output is None:
        click.echo(text, nl=False)
        return _warned(said)
    if said:
        click.echo(f"sla: nothing is added to {plain(output)}", err=True)
        return _warned(said)
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
    if part:
        return 0
    click.echo(f"sla: {plain(output)} is no part of {plain(root)}: the scenario does not run", err=True)
    click.echo(f"  help: {_include(output, root)}", err=True)
    return FINDINGS


def _said_of(text: str, loaded: Loaded) -> list[Diagnostic]:
    """What `sla check` says of a scenario where it stands in these rules, each once."""
    from dsl.load import load_texts

    root = next(iter(loaded.files))
    before = f"{loaded.files[root]}\n"
    found = load_texts(root, {**loaded.files, root: before + text}).diagnostics
    here = (one for one in found if one.span.path == root and one.span.start >= len(before))
    return list({(one.code, one.message): one for one in here}.values())


def _warned(found: list[Diagnostic]) -> int:
    from dsl.diagnostic import Severity

    for one in found:
        click.echo(f"sla: sla check says {one.code} of the scenario: {plain(one.message, 2000)}", err=True)
    if not found:
        return 0
    broken = any(one.severity is Severity.ERROR for one in found)
    put_aside = f'# sla:ignore {", ".join(dict.fromkeys(one.code for one in found))} until DATE reason ".."'
    help_ = f"declare what it names, or print it without --output and write above it: {put_aside}"
    click.echo(f"  help: {'it cannot be a part of rules' if broken else help_}", err=True)
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
