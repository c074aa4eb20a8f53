"""`sla portal`: the web portal of customers, who may sign in to it, what was handed out, and who looked at what."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from tui.chapters import Serving
from tui.logs import log_option, say
from tui.options import (
    InstantParam,
    config_option,
    graph_from_file,
    graph_of,
    rules_option,
    store_option,
)
from tui.plain import plain
from tui.portal_desk import account_of, note, portal_desk, trouble

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.sql import SqlStore
    from reports.portal.desk import Desk
    from reports.portal.links import Kind
    from reports.portal.passes import Purpose
    from reports.portal.scope import Views

_TIME = re.compile(r"[0-9]+[mhdw]")
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@click.group(cls=Serving, epilog="Example: sla portal --store sla.db; sla portal invite acme jo@acme.example")
def command() -> None:
    """The client portal. Without a command it is served: each customer sees its own figures, tickets and reports, and nothing else."""


@command.command(epilog="Example: sla portal --store sla.db --host 127.0.0.1 --port 8081")
@store_option
@rules_option
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8081,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option("--check", is_flag=True, help="Say what is missing, and end.")
@log_option
def serve(
    store_path: Place, rules_path: Path | None, config_path: Path | None, host: str, port: int, check: bool
) -> int:
    """Serve the portal until SIGTERM or ctrl+c, and /healthz.

    The store is only read. Accounts, sessions, links and the audit log are in portal.database. It speaks plain HTTP: put a proxy
    with TLS before it, and write the address that customers see into portal.url.
    """
    with portal_desk(config_path) as (desk, settings):
        from reports.portal.app import create
        from reports.web.serve import listen
        from reports.web.serve import serve as answer

        views = _views(store_path, rules_path, desk)
        views.check()
        lacking = _lacking(desk, mail=bool(settings.mail.host and settings.mail.sender))
        if check:
            for line in lacking or ["all is there"]:
                click.echo(line)
            return FINDINGS if lacking else 0
        for line in lacking:
            trouble(line)
        app, door = create(desk, views)
        with closing(door), listen(host, port) as sock:
            name = sock.getsockname()
            say(
                f"listening on http://{f'[{name[0]}]' if ':' in name[0] else name[0]}:{name[1]}",
                event="listening",
            )
            answer(app, sock, trouble)
    return 0


def _views(store_path: Place, rules_path: Path | None, desk: Desk) -> Views:
    from engine.in_force import InForce
    from engine.store.opening import open_store
    from reports.portal.scope import Views

    fixed = graph_from_file(rules_path) if rules_path is not None else None
    in_force = InForce()

    def opened() -> SqlStore:
        return open_store(store_path, read_only=True)

    return Views(opened, lambda store: fixed or in_force(store), desk.now)


def _lacking(desk: Desk, *, mail: bool) -> list[str]:
    found = []
    if not mail:
        found.append("mail.host and mail.from are not both set: no invitation and no new password leaves")
    if not desk.safe and not re.match(r"http://(localhost|127\.|\[::1\])", desk.settings.url):
        found.append("portal.url is not https: passwords would cross the network in the clear")
    return found


# ---------------------------------------------------------------- accounts


@command.command(epilog="Example: sla portal invite acme jo@acme.example")
@click.argument("customer")
@click.argument("email")
@click.option("--print", "shown", is_flag=True, help="Print the link instead of mailing it.")
@store_option
@rules_option
@config_option
def invite(
    customer: str,
    email: str,
    shown: bool,
    store_path: Place,
    rules_path: Path | None,
    config_path: Path | None,
) -> None:
    """Let EMAIL sign in as CUSTOMER: mail it a link to choose a password. Inviting it again ends the link before."""
    name = _customer(customer, store_path, rules_path)
    with portal_desk(config_path) as (desk, _):
        from engine.channels.door import NeverError
        from engine.channels.email import mail_address
        from reports.portal.passes import Purpose

        try:
            address = mail_address(email)
        except NeverError as error:
            raise SlaError(f"{plain(email, 100)} is not a mail address", exit_code=USAGE) from error
        account = desk.accounts.invite(address, name, desk.now())
        note(desk, "invite", name, account.id)
        _way_in(desk, Purpose.INVITATION, account.id, account.email, desk.settings.invitation, shown=shown)


@command.command(epilog="Example: sla portal reset jo@acme.example")
@click.argument("email")
@click.option("--print", "shown", is_flag=True, help="Print the link instead of mailing it.")
@click.option("--without-codes", is_flag=True, help="Also do without one-time codes: the telephone is gone.")
@config_option
def reset(email: str, shown: bool, without_codes: bool, config_path: Path | None) -> None:
    """Mail EMAIL a link to choose a new password. Until then the one before works."""
    with portal_desk(config_path) as (desk, _):
        from reports.portal.accounts import Standing
        from reports.portal.passes import Purpose

        account = account_of(desk, email)
        if account.standing is not Standing.ACTIVE:
            raise SlaError(
                f"{plain(account.email)} is {account.standing.value}",
                help="sla portal invite",
                exit_code=FINDINGS,
            )
        if without_codes:
            desk.second_factor.drop(account.id)
        note(desk, "reset", account.customer, account.id, "without codes" if without_codes else "")
        _way_in(desk, Purpose.RESET, account.id, account.email, desk.settings.reset, shown=shown)


def _way_in(desk: Desk, purpose: Purpose, account: int, email: str, seconds: int, *, shown: bool) -> None:
    now = desk.now()
    address = desk.address(f"/password/{desk.passes.make(account, purpose, now + seconds)}")
    if shown:
        click.echo(address)
        return
    desk.post.way_in(purpose, email, address, seconds, now)
    click.echo(f"mailed to {plain(email)}")


@command.command("list", epilog="Example: sla portal list --customer acme")
@click.option("--customer", default="", help="Only those of one customer.")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@config_option
def list_accounts(customer: str, form: str, config_path: Path | None) -> None:
    """Show the accounts: customer, address, invited, active or revoked, and whether codes are asked for."""
    with portal_desk(config_path) as (desk, _):
        for account in desk.accounts.all(customer):
            if form == "jsonl":
                shown = {
                    "customer": account.customer,
                    "email": account.email,
                    "standing": account.standing.value,
                }
                shown_more = {"codes": account.second_factor, "created": _iso(account.created)}
                click.echo(json.dumps(shown | shown_more))
            else:
                codes = ", codes" if account.second_factor else ""
                click.echo(
                    f"{plain(account.customer)}  {plain(account.email)}  {account.standing.value}{codes}"
                )


@command.command(epilog="Example: sla portal revoke jo@acme.example")
@click.argument("email")
@click.option("--erase", is_flag=True, help="Also take the address out of the database and of the audit log.")
@config_option
def revoke(email: str, erase: bool, config_path: Path | None) -> None:
    """End the account of EMAIL, its sessions, and the calendars and badges that it made."""
    with portal_desk(config_path) as (desk, _):
        account = account_of(desk, email)
        desk.accounts.revoke(account.id, desk.now())
        note(desk, "revoke", account.customer, account.id, "erased" if erase else "")
        if erase:
            desk.accounts.erase(account.id)
        click.echo(f"{plain(account.email)} is {'erased' if erase else 'revoked'}")


@command.command("sign-out", epilog="Example: sla portal sign-out jo@acme.example")
@click.argument("email")
@config_option
def sign_out(email: str, config_path: Path | None) -> None:
    """End every session of EMAIL."""
    with portal_desk(config_path) as (desk, _):
        account = account_of(desk, email)
        count = desk.sessions.end_all(account.id)
        note(desk, "sign-out", account.customer, account.id)
        click.echo(f"{count} session{'' if count == 1 else 's'} ended")


# ---------------------------------------------------------------- links


@command.command(epilog="Example: sla portal link 12 --expires 14d")
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
    name = _customer(customer, store_path, rules_path)
    with portal_desk(config) as (desk, _):
        token = desk.links.make(kind, name, desk.now())
        note(desk, kind.value, name)
        click.echo(desk.address(path.format(token)))


@command.command(epilog="Example: sla portal badge acme")
@click.argument("customer")
@store_option
@rules_option
@config_option
def badge(customer: str, store_path: Place, rules_path: Path | None, config_path: Path | None) -> None:
    """Print the address of a status badge of CUSTOMER: an SVG with its compliance of the month so far."""
    from reports.portal.links import Kind

    _link_for(Kind.BADGE, "/badge/{}.svg", customer, store_path, rules_path, config_path)


@command.command(epilog="Example: sla portal feed acme")
@click.argument("customer")
@store_option
@rules_option
@config_option
def feed(customer: str, store_path: Place, rules_path: Path | None, config_path: Path | None) -> None:
    """Print the address of a calendar of CUSTOMER's due times (iCalendar)."""
    from reports.portal.links import Kind

    _link_for(Kind.FEED, "/calendar/{}.ics", customer, store_path, rules_path, config_path)


@command.command(epilog="Example: sla portal links --customer acme")
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
                instants = {name: _iso(getattr(one, name)) for name in ("made", "expires", "revoked", "used")}
                told = {
                    "id": one.id,
                    "kind": one.kind.value,
                    "customer": one.customer,
                    "report": one.publication,
                }
                click.echo(json.dumps(told | instants | {"works": one.works(now)}))
                continue
            what = f"report {one.publication}" if one.publication else one.kind.value
            until = f"until {_iso(one.expires)}" if one.expires else "without end"
            used = f"used {_iso(one.used)}" if one.used else "not used"
            click.echo(f"{one.id:>4}  {plain(one.customer)}  {what}  {ended or until}, {used}")


@command.command(epilog="Example: sla portal unlink 4")
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


# ---------------------------------------------------------------- the log


@command.command(epilog="Example: sla portal audit --since 2026-11-01 --format csv")
@click.option("--since", type=InstantParam(), default=None, help="Only what happened since then.")
@click.option("--customer", default="", help="Only what was one customer's.")
@click.option("--account", default="", help="Only what one address did.")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl", "csv"]), default="text", show_default=True
)
@config_option
def audit(since: Instant | None, customer: str, account: str, form: str, config_path: Path | None) -> None:
    """Show who asked for what, when, from where, and what came of it, the oldest first."""
    from tui.plain import spreadsheet

    header = ("at", "account", "link", "customer", "address", "method", "route", "status", "outcome")
    with portal_desk(config_path) as (desk, _):
        if form == "csv":
            click.echo(",".join(header))
        for entry, email in desk.audit.entries(since=since or 0, customer=customer, email=account):
            told = asdict(entry) | {"at": _iso(entry.at), "account": email}
            if form == "jsonl":
                click.echo(json.dumps({name: told[name] for name in header}))
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


def _customer(text: str, store_path: Place, rules_path: Path | None) -> str:
    """The declared customer that a text means."""
    from engine.store.opening import open_store

    with closing(open_store(store_path, read_only=True)) as store:
        found = graph_of(store, rules_path).customer(text)
    if found is None:
        raise SlaError(f"there is no customer {plain(text, 60)!r} in the rules", exit_code=FINDINGS)
    return found.name


def _iso(at: int | None) -> str | None:
    from engine.wall import format_instant

    return None if at is None else format_instant(at)
