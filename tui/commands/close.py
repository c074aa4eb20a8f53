"""`sla close`: freezes a month, so that what was told of it stays told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from engine.facts import Instant
from engine.wall import format_instant
from tui.options import graph_of, month_of_text, store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.store.place import Place
    from reports.closing import Done


@click.command(epilog="Example: sla close 2026-10")
@click.argument("month")
@click.option("--customer", default="", help="Only this customer's month.  [default: everybody's]")
@click.option("--format", "form", type=click.Choice(["plain", "json"]), default="plain", show_default=True)
@store_option
def command(month: str, customer: str, form: str, store_path: Place) -> None:
    """Close a MONTH like 2026-10, each customer's in its own zone: keep its figures and clocks as they are now, with the digest of
    rules and data.

    What is heard later about it corrects the next month. Closing again changes nothing; there is no way to open it again.
    """
    from engine.store.opening import open_store
    from reports.closing import UnsettledError, close
    from reports.render.words import exact

    period = month_of_text(month, "MONTH")
    with closing(open_store(store_path)) as store:
        graph = graph_of(store, None)
        declared = graph.customer(customer) if customer else None
        name = declared.name if declared else customer
        try:
            done = close(store, graph, Instant(int(time.time())), period, name)
        except UnsettledError as error:
            for whose, why in error.reasons.items():
                click.echo(f"{plain(whose)}: {plain(why, 2000)}", err=True)
            raise
    if form == "json":
        click.echo(json_text([_record(item) for item in done]))
        return
    for item in done:
        figures = item.figures
        if not (item.anew or customer) or (
            not item.closing.customer and not figures.tally.met + figures.tally.failed
        ):
            continue
        percent = f"{figures.percent} %" if figures.percent else "-"
        failed = figures.breached + figures.missed
        more = f", {item.corrections:,} corrections" if item.corrections else ""
        paid = ", ".join(exact(value) for value in item.settlement.credits)
        more += f", credits {paid}" if paid else ""
        click.echo(
            f"{plain(item.closing.customer or '(no customer)')}: {percent}, {figures.met:,} met, {failed:,} breached, {figures.excluded:,} excluded{more}"
        )
    click.echo(
        f"{period.name} is closed for {', '.join(_closed(done))}"
        if any(item.anew for item in done)
        else f"{period.name} was closed before: nothing has changed"
    )


def _closed(done: list[Done]) -> Iterator[str]:
    """For whom it is closed that it was not before: `3 customers`, `all others`."""
    named = sum(item.anew for item in done if item.closing.customer)
    if named:
        yield f"{named:,} customer{'s' if named > 1 else ''}"
    if any(item.anew and not item.closing.customer for item in done):
        yield "all others"


def _record(item: Done) -> dict[str, object]:
    """The documented JSON object of a closing."""
    return {
        "period": item.closing.period,
        "customer": item.closing.customer,
        "zone": item.closing.zone,
        "start": format_instant(item.closing.start),
        "end": format_instant(item.closing.end),
        "closed": format_instant(item.closing.at),
        "rules": item.closing.rules,
        "data": item.closing.data,
        "met": item.figures.met,
        "breached": item.figures.breached,
        "missed": item.figures.missed,
        "excluded": item.figures.excluded,
        "running": item.figures.running,
        "paused": item.figures.paused,
        "percent": item.figures.percent or None,
        "corrections": item.corrections,
        "credits": [
            {"amount": f"{value.amount:f}", "currency": value.currency} for value in item.settlement.credits
        ],
        "statement": item.settlement.digest,
        "anew": item.anew,
    }
