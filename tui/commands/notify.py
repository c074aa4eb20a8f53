"""`sla notify`: tries a channel, so that it is not a breach that tries it first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, UNREACHABLE, SlaError
from dsl.ladder import BUILT_IN_CHANNELS, EMAIL, INBOX
from tui.options import config_option, graph_from_file, rule_file_option
from tui.plain import plain

if TYPE_CHECKING:
    from dsl.model import RuleSet
    from engine.settings import Settings


@click.group(epilog="Example: sla notify test email --to duty-manager")
def command() -> None:
    """Try the ways out."""


@command.command("test", epilog="Example: sla notify test email --to duty-manager --dry-run")
@click.argument("channel")
@rule_file_option("The rules that declare channels and people.")
@config_option
@click.option("--to", default="", help="A person of the rules, or an address; of e-mail only.")
@click.option("--dry-run", is_flag=True, help="Show the message and send nothing.")
def try_(channel: str, rules_path: Path, config_path: Path | None, to: str, dry_run: bool) -> None:
    """Send one message that is marked as a test by CHANNEL, and say what the other side answered.

    Exit code 0: it was taken. 1: it cannot work like this: no such channel, something is not set up, or the other side
    refuses it. 4: the other side cannot be reached, or says that it does not work now.
    """
    from engine.channels.door import NeverError
    from engine.delivery.deliver import send_test
    from engine.settings import load

    settings = load(config_path)
    rules = graph_from_file(rules_path).ruleset
    _look(channel, to, rules)
    _ready(channel, settings, rules)
    try:
        answer = send_test(channel, to, settings, rules, dry_run=dry_run)
    except SlaError as error:
        error.exit_code = FINDINGS if isinstance(error.__cause__, NeverError) else UNREACHABLE
        raise
    if not dry_run:
        click.echo(f"{channel}: taken by the other side: {plain(answer, 1000)}")
        return
    for line in answer.splitlines():
        click.echo(plain(line, 2000))


def _look(channel: str, to: str, rules: RuleSet) -> None:
    """Refuse what no settings could make work."""
    known = (*BUILT_IN_CHANNELS, *rules.channels)
    if channel not in known:
        raise SlaError(
            f"there is no channel {plain(channel)!r}",
            help=f"the rules know {', '.join(known)}",
            exit_code=FINDINGS,
        )
    if channel == INBOX:
        raise SlaError(
            "the inbox is in the store: nothing has to be sent to it",
            help="sla notices shows it",
            exit_code=FINDINGS,
        )
    if channel != EMAIL:
        return
    person = rules.people.get(to)
    if not to or (not person.email if person else "@" not in to):
        raise SlaError(
            f"{plain(to)!r} is neither an address nor a person with one"
            if to
            else "e-mail needs a recipient",
            help="--to duty-manager, or --to duty-manager@msp.example",
            exit_code=FINDINGS,
        )


def _ready(channel: str, settings: Settings, rules: RuleSet) -> None:
    """Refuse what the settings do not make work."""
    from engine.settings_problems import problems

    declared = rules.channels.get(channel)
    about = (
        {declared.name, declared.url, declared.secret}
        if declared
        else {"mail.host", "mail.from", "mail.password"}
    )
    missing = [item for item in problems(settings, rules) if item.key in about]
    if channel == EMAIL and not (settings.mail.host and settings.mail.sender) and not missing:
        raise SlaError("mail is not set up", help="mail.host and mail.from are needed", exit_code=FINDINGS)
    if missing:
        raise SlaError(
            "; ".join(plain(f"{item.key}: {item.message}", 300) for item in missing),
            help="; ".join(plain(item.help, 300) for item in missing if item.help),
            exit_code=FINDINGS,
        )
