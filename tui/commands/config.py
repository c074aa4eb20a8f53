"""`sla config`: the settings that are in force, and whether the rules can work with them."""

from __future__ import annotations

from pathlib import Path

import click

from dsl.errors import FINDINGS
from tui.options import config_option, graph_from_file, rule_file_option
from tui.plain import json_text, plain


@click.group(epilog="Example: sla config validate --config sla.toml --rules sla.rules")
def command() -> None:
    """Show and check the settings: mail server, limits, web address."""


@command.command(epilog="Example: sla config show --config sla.toml")
@config_option
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", show_default=True)
def show(config_path: Path | None, form: str) -> None:
    """Print every setting with its value and where that comes from: the file, the environment, or the program.

    Secrets are never printed: they show as ********.
    """
    from engine.settings import load

    found = load(config_path).shown()
    if form == "json":
        click.echo(
            json_text(
                [{"key": key, "value": value, "from": origin} for key, value, origin in found], indent=None
            )
        )
        return
    keys = max(len(key) for key, *_ in found)
    values = min(40, max(len(value) for _, value, _ in found))
    for key, value, origin in found:
        click.echo(f"{plain(key):<{keys}}  {plain(value) or '-':<{values}}  {plain(origin)}")


@command.command(epilog="Example: sla config validate --rules sla.rules --format json")
@config_option
@rule_file_option("The rules whose channels are to work with these settings.")
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", show_default=True)
def validate(config_path: Path | None, rules_path: Path, form: str) -> int:
    """Say what the rules' channels lack: variables, a mail server, secrets, extras. Nothing is called and nothing sent.

    Exit code 1 if something is missing.
    """
    from engine.settings import load
    from engine.settings_problems import problems

    settings = load(config_path)
    found = problems(settings, graph_from_file(rules_path).ruleset)
    if form == "json":
        click.echo(
            json_text(
                [{"key": item.key, "message": item.message, "help": item.help} for item in found], indent=None
            )
        )
    else:
        for item in found:
            click.echo(f"{plain(item.key)}: {plain(item.message, 500)}")
            if item.help:
                click.echo(f"  help: {plain(item.help, 500)}")
        if not found:
            click.echo("nothing is missing")
    return FINDINGS if found else 0
