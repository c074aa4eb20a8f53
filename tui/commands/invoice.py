"""`sla invoice`: what a customer's closed month comes to, with everything that it follows from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import USAGE, SlaError
from tui.named_path import OutputPath, never_over
from tui.options import month_of_text, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.place import Place


@click.command(epilog="Example: sla invoice acme 2026-10 --format md --output acme-2026-10.md")
@click.argument("customer")
@click.argument("month", metavar="PERIOD")
@store_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "md"]),
    default=None,
    help="[default: by the ending of --output, else md]",
)
@click.option(
    "--output",
    type=OutputPath(dir_okay=False),
    default=None,
    help="The file to write.  [default: what is printed]",
)
def command(customer: str, month: str, store_path: Place, form: str | None, output: Path | None) -> None:
    """The statement of CUSTOMER (a name or an alias) for a closed month PERIOD like 2026-10: the retainer, credits with what each
    follows from, corrections of earlier months, compliance and uptime.

    It is what `sla close` has kept, and comes out the same whenever it is asked for.
    """
    from reports.invoice import invoice
    from reports.render.invoice import as_csv, as_json, as_markdown

    never_over(output, None, store_path)
    period = month_of_text(month, "PERIOD")
    formats = {"json": as_json, "csv": as_csv, "md": as_markdown}
    if form is None:
        form = output.suffix.lstrip(".").casefold() if output else "md"
    if form not in formats:
        raise SlaError(
            f"{plain(form)!r} is no format of an invoice", help="give --format json|csv|md", exit_code=USAGE
        )
    with world(store_path, None, None) as (store, graph, _):
        found = invoice(store, graph, period, customer)
    text = formats[form](found)
    if output is None:
        click.echo(text, nl=False)
    else:
        from tui.prefs import write_whole

        write_whole(output, text)
