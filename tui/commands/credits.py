"""`sla credits`: the credits of a closed month for accounting, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from tui.options import month_of_text, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.place import Place
    from reports.postings import Posting
    from reports.render.sheet import Cell

HEADER = (
    *("id", "customer", "period", "of", "currency", "amount", "credits", "rule", "reason", "rule_at"),
    *("closed", "statement"),
)


@click.command(epilog="Example: sla credits 2026-10 --format csv > credits-2026-10.csv")
@click.argument("month", metavar="PERIOD")
@store_option
@click.option("--customer", default="", help="Only this customer, by its name or an alias.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def command(month: str, store_path: Place, customer: str, form: str) -> None:
    """Export the credits of a closed month PERIOD like 2026-10: a line for each line of the statements, corrections of earlier months
    too.

    The same line has the same `id` whenever it is exported, so that taking it in twice can be found out. Customers whose month is
    not closed are named, and the exit code is 1.
    """
    from reports import ledger
    from reports.postings import postings
    from tui.export import Sheet, write

    period = month_of_text(month, "PERIOD")
    with world(store_path, None, None) as (store, graph, _):
        known = ledger.register(store)
        names = sorted({*graph.ruleset.customers, *known.customers() - {""}})
        if customer:
            declared = graph.customer(customer)
            name = known.name_in(period.name, customer, declared.name if declared else "")
            if name not in names:
                raise SlaError(
                    f"there is no customer {plain(customer, 60)!r} in the rules", exit_code=FINDINGS
                )
            names = [name]
        found, waiting = postings(store, graph, period, names)
    if len(waiting) < len(names):
        click.echo(write(Sheet("credits", HEADER, [_row(one) for one in found]), form), nl=False)
    waiting = [name for name in waiting if customer or name in graph.ruleset.customers]
    if waiting:
        raise SlaError(
            f"{period.name} is not closed for {', '.join(plain(name) for name in waiting)}",
            help=f"when the month is over: sla close {period.name}",
            exit_code=FINDINGS,
        )


def _row(one: Posting) -> tuple[Cell, ...]:
    from engine.wall import format_instant
    from reports.render.words import amount

    month, line = one.settlement, one.entry.line
    assert month.closing is not None, "only closed months are posted"
    return (
        one.id,
        month.customer,
        month.period,
        one.entry.of or None,
        line.amount.currency,
        amount(line.amount),
        line.credits,
        line.rule,
        line.because,
        one.entry.where,
        format_instant(month.closing.at),
        month.digest,
    )
