"""`sla inbox`: the console's inbox as text or JSON."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from dsl.errors import USAGE, SlaError
from engine.facts import Instant
from engine.snapshot import Row
from tui.arranging import arrange
from tui.export import FORMATS, inbox_sheet, write
from tui.filter import BadFilter, parse
from tui.glyphs import glyphs_for
from tui.look import look
from tui.options import at_option, rules_option, store_option, world, zone_option
from tui.view import View, inbox_lines

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.protocol import Store

PIPE_WIDTH = 160


@click.command(epilog="Example: sla inbox --plain --filter 'customer:acme due:<30m'")
@store_option
@rules_option
@at_option
@zone_option
@click.option(
    "--plain", "as_plain", is_flag=True, help="Text without colour, one line a ticket (the default)."
)
@click.option("--format", "form", type=click.Choice(["plain", *FORMATS]), default="plain", show_default=True)
@click.option(
    "--filter", "wanted", default="", help="Words and field:value terms, as behind / in the console."
)
@click.option("--at-risk", is_flag=True, help="Only what is breached or past its first warning.")
@click.option("--flagged", is_flag=True, help="Only what is flagged to management (see sla flags).")
@click.option("--limit", type=click.IntRange(min=1), default=None, help="At most this many tickets.")
def command(
    store_path: Place,
    rules_path: Path | None,
    at: Instant | None,
    zone: str,
    as_plain: bool,
    form: str,
    wanted: str,
    at_risk: bool,
    flagged: bool,
    limit: int | None,
) -> None:
    """Open tickets that need a person, most urgent first."""
    problem = parse(wanted)
    if isinstance(problem, BadFilter):
        raise SlaError(f"--filter: {problem.message}", help=problem.help, exit_code=USAGE)
    view = View(filter=f"{wanted} is:flagged" if flagged else wanted, at_risk=at_risk)
    print_inbox(store_path, rules_path, at, zone, view, "plain" if as_plain else form, limit)


def with_steps(rows: Iterable[Row], store: Store) -> list[Row]:
    """The rows with the last step of a ladder that fired for each. Engines decide steps: the store knows, for the present."""
    steps = {row.id: row.step for row in store.rows()}
    return [replace(row, step=steps.get(row.id, "")) for row in rows]


def print_inbox(
    store_path: Place,
    rules_path: Path | None,
    at: Instant | None,
    zone: str = "UTC",
    view: View | None = None,
    form: str = "plain",
    limit: int | None = None,
) -> None:
    """Evaluate the store at `at` and print its inbox."""
    with world(store_path, rules_path, at) as (store, graph, now):
        rows = look(store, graph, now, zone).rows
        arranged = arrange(with_steps(rows, store) if at is None else rows, view or View(), now)
        assert arranged is not None
        if form != "plain":
            click.echo(write(inbox_sheet(arranged.rows[:limit], now, ZoneInfo(zone)), form), nl=False)
            return
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPE_WIDTH
        for line in inbox_lines(
            arranged, now, width=width, glyphs=glyphs_for(sys.stdout.encoding, ""), limit=limit
        ):
            click.echo(line.rstrip())
