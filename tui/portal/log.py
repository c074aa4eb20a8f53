"""Who looked at what in the portal, and what was done to it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine.facts import Instant
from tui.options import InstantParam, config_option
from tui.plain import json_text, plain, spreadsheet
from tui.portal.desk import iso, portal_desk


@click.command(epilog="Example: sla portal audit --since 2026-11-01 --format csv")
@click.option("--since", type=InstantParam(), default=None, help="Only what happened since then.")
@click.option("--customer", default="", help="Only what was one customer's.")
@click.option("--account", default="", help="Only what one address did.")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl", "csv"]), default="text", show_default=True
)
@config_option
def audit(since: Instant | None, customer: str, account: str, form: str, config_path: Path | None) -> None:
    """Show who asked for what, when, from where, and what came of it, the oldest first."""
    header = ("at", "account", "link", "customer", "address", "method", "route", "status", "outcome")
    with portal_desk(config_path) as (desk, _):
        if form == "csv":
            click.echo(",".join(header))
        for entry, email in desk.audit.entries(since=since or 0, customer=customer, email=account):
            told = asdict(entry) | {"at": iso(entry.at), "account": email}
            if form == "jsonl":
                click.echo(json_text({name: told[name] for name in header}, indent=None))
            elif form == "csv":
                cells = ("" if told[name] is None else spreadsheet(told[name]) for name in header)
                click.echo(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
            else:
                who = email or (f"link {entry.link}" if entry.link else "-")
                words = f"{told['at']}  {who}  {entry.customer or '-'}  {entry.address or '-'}"
                click.echo(
                    plain(
                        f"{words}  {entry.method} {entry.route}  {entry.status or ''}  {entry.outcome}".rstrip(),
                        500,
                    )
                )
