"""What the portal shows without an account: links to reports, badges, calendars, and their end."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from tui.options import config_option, rules_option, store_option
from tui.plain import json_text, plain
from tui.portal.desk import customer_named, iso, note, portal_desk

if TYPE_CHECKING:
    from engine.store.place import Place
    from reports.portal.links import Kind

_TIME = re.compile(r"[0-9]+[mhdw]")
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@click.command(epilog="Example: sla portal link 12 --expires 14d")
@click.argument("report", type=click.IntRange(1))
@click.option("--expires", default="14d", show_default=True, help="For how long it works, like 12h or 14d.")
@store_option
@config_option
def link(report: int, expires: str, store_path: Place, config_path: Path | None) -> None:
    """Print a link to the published REPORT, for people without an account. Whoever has it can read the report."""
    from engine.store.opening import open_store
    from engine.store.publications import everything

    if not _TIME.fullmatch(expires) or not 0 < int(expires[:-1]) * _UNITS[expires[-1]] <= 366 * 86_400:
        raise SlaError("--expires: write it like 12h or 14d, at most a year", exit_code=USAGE)
    seconds = int(expires[:-1]) * _UNITS[expires[-1]]
    with closing(open_store(store_path, read_only=True)) as store:
        known = next((one for one in everything(store.connection) if one.id == report), None)
    if known is None or known.withdrawn_at is not None:
        raise SlaError(f"report {report} is not published", exit_code=FINDINGS)
    with portal_desk(config_path) as (desk, _):
        from reports.portal.links import Kind

        now = desk.now()
        token = desk.links.make(Kind.REPORT, known.customer, now, publication=report, expires=now + seconds)
        note(desk, "link", known.customer, more=f"report {report}")
        click.echo(desk.address(f"/shared/{token}"))


def _link_for(
    kind: Kind, path: str, customer: str, store_path: Place, rules_path: Path | None, config: Path | None
) -> None:
    name = customer_named(customer, store_path, rules_path)
    with portal_desk(config) as (desk, _):
        token = desk.links.make(kind, name, desk.now())
        note(desk, kind.value, name)
        click.echo(desk.address(path.format(token)))


@click.command(epilog="Example: sla portal badge acme")
@click.argument("customer")
@store_option
@rules_option
@config_option
def badge(customer: str, store_path: Place, rules_path: Path | None, config_path: Path | None) -> None:
    """Print the address of a status badge of CUSTOMER: an SVG with its compliance of the month so far."""
    from reports.portal.links import Kind

    _link_for(Kind.BADGE, "/badge/{}.svg", customer, store_path, rules_path, config_path)


@click.command(epilog="Example: sla portal feed acme")
@click.argument("customer")
@store_option
@rules_option
@config_option
def feed(customer: str, store_path: Place, rules_path: Path | None, config_path: Path | None) -> None:
    """Print the address of a calendar of CUSTOMER's due times (iCalendar)."""
    from reports.portal.links import Kind

    _link_for(Kind.FEED, "/calendar/{}.ics", customer, store_path, rules_path, config_path)


@click.command(epilog="Example: sla portal links --customer acme")
@click.option("--customer", default="", help="Only those of one customer.")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@config_option
def links(customer: str, form: str, config_path: Path | None) -> None:
    """Show what was handed out: links to reports, badges and calendars, each with its number. Their addresses are not kept."""
    with portal_desk(config_path) as (desk, _):
        now = desk.now()
        for one in desk.links.all(customer):
            ended = "revoked" if one.revoked is not None else "" if one.works(now) else "expired"
            if form == "jsonl":
                instants = {name: iso(getattr(one, name)) for name in ("made", "expires", "revoked", "used")}
                told = {
                    "id": one.id,
                    "kind": one.kind.value,
                    "customer": one.customer,
                    "report": one.publication,
                }
                click.echo(json_text(told | instants | {"works": one.works(now)}, indent=None))
                continue
            what = f"report {one.publication}" if one.publication else one.kind.value
            until = f"until {iso(one.expires)}" if one.expires else "without end"
            used = f"used {iso(one.used)}" if one.used else "not used"
            click.echo(f"{one.id:>4}  {plain(one.customer)}  {what}  {ended or until}, {used}")


@click.command(epilog="Example: sla portal unlink 4")
@click.argument("number", type=click.IntRange(1))
@config_option
def unlink(number: int, config_path: Path | None) -> None:
    """Revoke the link, badge or calendar of that NUMBER."""
    with portal_desk(config_path) as (desk, _):
        known = next((one for one in desk.links.all() if one.id == number), None)
        if known is None or not desk.links.revoke(number, desk.now()):
            raise SlaError(
                f"there is no link {number} that works", help="sla portal links", exit_code=FINDINGS
            )
        note(desk, "unlink", known.customer, more=str(number))
        click.echo(f"link {number} is revoked")


COMMANDS = (link, badge, feed, links, unlink)
