"""The click group: lists the commands without importing them."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from tui.version import __version__

COMMANDS: dict[str, str] = {
    "check": "Report every problem of the rule files in one pass.",
    "fmt": "Format rule files.",
    "lsp": "The language server for editors.",
    "test": "Run the scenarios and checks of the rules.",
    "fix": "Apply the safe fixes of findings.",
    "init": "Lay out a new site: rules that work, CI and git.",
    "merge-driver": "Merge rule files by declarations, for git.",
    "explain": "Explain a diagnostic code.",
    "graph": "Draw the evaluation graph.",
    "matrix": "The whole effective contract as a table.",
    "diff": "What two versions of the rules decide differently.",
    "plan": "What a change of the rules would have done to real tickets.",
    "analyse": "What the rules can never do, leave out or promise twice.",
    "due": "Compute due instants and open time on a calendar.",
    "import": "Load ticket events from CSV or JSON Lines.",
    "tickets": "One line a ticket with all its clocks.",
    "inbox": "Tickets that need a person, most urgent first.",
    "health": "Compliance, breaches and what is about to happen.",
    "uptime": "Uptime of services: error budget left, and how fast it goes.",
    "outage": "When services did not run.",
    "maintenance": "Announcements of planned work.",
    "why": "Which rule decided, and how the due time came about.",
    "report": "The figures of a period, as a file for a customer.",
    "reports": "The reports that the rules declare: when each is due, and making one now.",
    "publications": "Reports that customers may have, and taking them back.",
    "excuse": "Take a breach out of compliance, with a reason and a name.",
    "close": "Freeze a month: what was told of it stays told.",
    "invoice": "What a closed month comes to: retainer, credits and what they follow from.",
    "credits": "The credits of a closed month for accounting, one line each.",
    "renegotiation": "Customers whose contract needs another talk, with evidence and trend.",
    "flags": "Tickets flagged to management, and the log of their reviews.",
    "notices": "The inbox of a person or a team.",
    "watch": "One line for everything that happens to a clock.",
    "run": "The engine without a screen.",
    "deliver": "Send what waits in the outbox.",
    "outbox": "Messages that wait, were sent, or could not be delivered.",
    "notify": "Try a channel with a test message.",
    "config": "Show and check the settings.",
    "serve": "The web pages behind the links in messages.",
    "console": "The live console.",
    "demo": "The console on a small, moving, made-up help desk.",
    "repin": "Give open tickets the terms of today's rules.",
    "forget": "Erase the personal text of a customer; figures stay.",
    "retain": "Erase personal text when its time has come.",
    "archive": "Move closed months into Parquet files.",
    "replay": "What would have come of a period under other rules.",
    "db": "Look after the store.",
}


class NoReaderError(Exception):
    """Whoever read our output has gone."""


class Commands(click.Group):
    """A command is a module of `tui/commands` with a click command called `command`, imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module("tui.commands." + (f"{name}_" if iskeyword(name) else name))
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            raise NoReaderError from gone  # click would make an exit code 1 of it

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: sla demo",
)
@click.version_option(__version__, prog_name="sla", message="%(prog)s %(version)s")
def sla() -> None:
    """Service-level tracking as code."""
