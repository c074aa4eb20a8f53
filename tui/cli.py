"""The command `sla`: finds the command's module, runs it, and turns whatever happens into words and an exit code.

A command is a module of `tui/commands` with a click command called `command`; it is imported only when it is used.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from keyword import iskeyword

from dsl.errors import INTERNAL, UNREACHABLE, USAGE, SlaError
from tui.version import __version__

COMMANDS: dict[str, str] = {
    "check": "Report every problem of the rule files in one pass.",
    "fmt": "Format rule files.",
    "explain": "Explain a diagnostic code.",
    "graph": "Draw the evaluation graph.",
    "due": "Compute due instants and open time on a calendar.",
    "import": "Load ticket events from CSV or JSON Lines.",
    "tickets": "One line a ticket with all its clocks.",
    "inbox": "Tickets that need a person, most urgent first.",
    "health": "Compliance, breaches and what is about to happen.",
    "why": "Which rule decided, and how the due time came about.",
    "watch": "One line for everything that happens to a clock.",
    "run": "The engine without a screen.",
    "console": "The live console.",
    "demo": "The console on a small, moving, made-up help desk.",
    "repin": "Give open tickets the terms of today's rules.",
    "db": "Look after the store.",
}


def main() -> None:
    """Run `sla`; never returns. Exit codes as documented in docs/commands.md."""
    if sys.argv[1:] == ["--version"]:
        print(f"sla {__version__}")
        raise SystemExit(0)
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and answer its exit code. Only this function turns exceptions into messages."""
    import click

    try:
        outcome = _group().main(args=arguments, prog_name="sla", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.Abort:
        return _say("interrupted", code=130)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        return _say(error.format_message(), code=UNREACHABLE)
    except SlaError as error:
        return _say(str(error), help_=error.help, code=error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; keep the interpreter from complaining when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _say("interrupted", code=130)
    except OSError as error:
        return _say(
            f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", code=UNREACHABLE
        )
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        if os.environ.get("SLA_DEBUG"):
            raise
        return _say(
            f"internal error: {type(error).__name__}: {error}",
            help_="run again with SLA_DEBUG=1 for the traceback and report it",
            code=INTERNAL,
        )
    return outcome if isinstance(outcome, int) else 0


def _say(message: str, *, code: int, help_: str = "") -> int:
    from tui.plain import plain

    print(f"sla: {plain(message, 2000)}", file=sys.stderr)
    if help_:
        print(f"  help: {plain(help_, 2000)}", file=sys.stderr)
    return code


def _group():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the class needs click, which is imported late
    import click

    class Commands(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in COMMANDS:
                return None
            module = import_module("tui.commands." + (f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name))
            command: click.Command = module.command
            return command

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

    return sla
