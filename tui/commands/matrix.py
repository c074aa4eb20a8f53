"""`sla matrix`: the whole effective contract as a table, for terminals, spreadsheets, merge requests and browsers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.collector import uncollected
from dsl.errors import USAGE, SlaError
from dsl.suggest import nearest
from tui.date_param import DateParam
from tui.failure import failing_in, failure_json
from tui.options import graph_from_file
from tui.period_text import period_text
from tui.plain import json_text, plain
from tui.rule_path import rules_above_option

if TYPE_CHECKING:
    from engine.contract.table import Contract
    from tui.contract_table import Block, Cells
    from tui.export import Sheet

_NAMED = 12


def _csv_failure(_: SlaError) -> str:
    from tui.contract_table import FLAT
    from tui.export import Sheet, write

    return write(Sheet("contract", FLAT, ()), "csv").rstrip()


def _html_failure(error: SlaError) -> str:
    from reports.html_table import page, paragraph

    return "\n".join(page("The contract", [paragraph(str(error)), paragraph(error.help)]))


@click.command(
    epilog="""\b
Examples:
  sla matrix acme --on 2026-12-01             what acme is promised on that day
  sla matrix --format csv > contract.csv      every customer, for a spreadsheet
  sla matrix acme --origins --format html > acme.html"""
)
@click.argument("customers", nargs=-1, metavar="[CUSTOMER]...")
@rules_above_option("The rule file or its folder.")
@click.option(
    "--on",
    type=DateParam(),
    help="Only what holds on this local date of the customer.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json", "markdown", "html"]),
    default="text",
    show_default=True,
)
@click.option(
    "--origins", is_flag=True, help="Say which declaration decides, and its line (csv and json always do)."
)
@uncollected()
@failing_in({"json": failure_json, "csv": _csv_failure, "html": _html_failure})
def command(customers: tuple[str, ...], rules_path: Path, on: date | None, form: str, origins: bool) -> None:
    """Show what is promised to each CUSTOMER (all, and `default` for those not declared): every priority, metric and case, by date.

    CUSTOMER is a name, a title or an alias, as in tickets. Dates are those on which a ticket opens. Customers that are promised the same share a table.
    """
    from engine.contract.table import Contract
    from tui.contract_table import Tables
    from tui.export import write

    contract = Contract(graph_from_file(rules_path))
    chosen = list(dict.fromkeys(_declared(contract, text) for text in customers)) or contract.customers
    tables = Tables(contract, origins=origins)
    if form == "csv":
        click.echo(write(tables.flat(chosen, on), form), nl=False)
        return
    if form == "json":
        click.echo(_json(tables.flat(chosen, on)))
        return
    blocks = tables.blocks(chosen, on)
    made = {"text": _text, "markdown": _markdown, "html": _html}[form](blocks, tables.header(), on)
    for piece in made:
        click.echo(piece)


def _declared(contract: Contract, text: str) -> str:
    """The customer of the contract that a ticket with this text has. Raises SlaError where nobody is meant."""
    if text in contract.customers:
        return text
    found = contract.graph.customer(text)
    if found is not None:
        return found.name
    known = contract.graph.ruleset.customers.values()
    meant = nearest(text, contract.customers) or nearest(text, [one.title for one in known if one.title])
    raise SlaError(
        f"no customer {plain(text)!r} is declared",
        help=f"did you mean {plain(meant)}?" if meant else "without a name every customer is shown",
        exit_code=USAGE,
    )


def _json(sheet: Sheet) -> str:
    return json_text([dict(zip(sheet.header, row, strict=True)) for row in sheet.rows])


def _heading(block: Block) -> str:
    from tui.contract_table import name_of

    names = [name_of(name) for name in block.customers[:_NAMED]]
    rest = len(block.customers) - _NAMED
    return ", ".join(names) + (f" and {rest:,} more" if rest > 0 else "")


def _text(blocks: Iterable[Block], header: Cells, on: date | None) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield plain(_heading(block), 2000)
        for part in block.parts:
            yield plain(f"  {_when(part.start, part.end, on)}: {part.terms}", 2000)
            if part.about:
                yield plain(f"  {part.about}", 2000)
            if part.rows:
                yield from (f"    {line}" for line in columns([header, *part.rows]))


def columns(rows: list[Cells], width: int | None = None) -> list[str]:
    """Rows as lines whose columns stand under each other; columns without content below the header are left out. Where that is wider
    than `width` cells stand behind each other instead, for whoever folds the lines."""
    from rich.cells import cell_len

    shown = _filled([tuple(plain(cell, 200) for cell in row) for row in rows])
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(
            cell + " " * (wide - cell_len(cell)) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in shown
    ]
    if width is None or max(map(cell_len, lines)) <= width:
        return lines
    return ["  ".join(filter(None, row)) for row in shown]


def _filled(rows: Sequence[Cells]) -> list[Cells]:
    """The header and its rows without columns that have no content below the header."""
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    return [tuple(row[column] for column in kept) for row in rows]


def _markdown(blocks: Iterable[Block], header: Cells, on: date | None) -> Iterator[str]:
    from tui.export import Sheet, write
    from tui.plain import markdown

    for block in blocks:
        yield f"## {markdown(_heading(block))}\n"
        for part in block.parts:
            yield f"{markdown(_when(part.start, part.end, on))}: {markdown(part.terms)}\n"
            if part.about:
                yield f"{markdown(part.about)}\n"
            if part.rows:
                kept, *rows = _filled([header, *part.rows])
                yield write(Sheet("contract", kept, rows), "md")


def _html(blocks: Iterable[Block], header: Cells, on: date | None) -> Iterator[str]:
    from reports.html_table import page, paragraph, section, table

    def parts(block: Block) -> Iterator[str]:
        for part in block.parts:
            yield section(3, f"{_when(part.start, part.end, on)}: {part.terms}")
            if part.about:
                yield paragraph(part.about)
            if part.rows:
                kept, *rows = _filled([header, *part.rows])
                yield table(kept, rows)

    def body() -> Iterator[str]:
        for block in blocks:
            yield section(2, _heading(block))
            yield from parts(block)

    return page("The contract" + (f" on {on.isoformat()}" if on else ""), body())


def _when(start: str, end: str, on: date | None) -> str:
    held = period_text((start, end)) or "always"
    return f"on {on.isoformat()} ({held})" if on else held
