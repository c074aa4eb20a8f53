"""Who may sign in to the portal: invitations, new passwords, and their end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from tui.options import config_option, rules_option, store_option
from tui.plain import json_text, plain
from tui.portal.desk import account_of, customer_named, iso, note, portal_desk

if TYPE_CHECKING:
    from engine.store.place import Place
    from reports.portal.desk import Desk
    from reports.portal.passes import Purpose


@click.command(epilog="Example: sla portal invite acme jo@acme.example")
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
    name = customer_named(customer, store_path, rules_path)
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


@click.command(epilog="Example: sla portal reset jo@acme.example")
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


@click.command("list", epilog="Example: sla portal list --customer acme")
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
                shown_more = {"codes": account.second_factor, "created": iso(account.created)}
                click.echo(json_text(shown | shown_more, indent=None))
            else:
                codes = ", codes" if account.second_factor else ""
                click.echo(
                    f"{plain(account.customer)}  {plain(account.email)}  {account.standing.value}{codes}"
                )


@click.command(epilog="Example: sla portal revoke jo@acme.example")
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


@click.command("sign-out", epilog="Example: sla portal sign-out jo@acme.example")
@click.argument("email")
@config_option
def sign_out(email: str, config_path: Path | None) -> None:
    """End every session of EMAIL."""
    with portal_desk(config_path) as (desk, _):
        account = account_of(desk, email)
        count = desk.sessions.end_all(account.id)
        note(desk, "sign-out", account.customer, account.id)
        click.echo(f"{count} session{'' if count == 1 else 's'} ended")


COMMANDS = (invite, reset, list_accounts, revoke, sign_out)
