"""The command `sla`: runs one command line and turns whatever happens into words and an exit code."""

from __future__ import annotations

import codecs
import os
import sys
from io import TextIOWrapper

from dsl.errors import INTERNAL, UNREACHABLE, USAGE, SlaError
from tui.version import __version__


def main() -> None:
    """Run `sla`; never returns. Exit codes as documented in docs/commands.md."""
    if sys.argv[1:] == ["--version"]:
        raise SystemExit(_print(f"sla {__version__}"))
    if sys.argv[1:2] == ["check"]:
        from dsl.verdict import unchanged

        if summary := unchanged(sys.argv[2:]):
            raise SystemExit(_print(summary))
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and answer its exit code. Only this function turns exceptions into messages."""
    import threading

    import click

    from tui.group import NoReaderError, sla

    def ended(gone: threading.ExceptHookArgs) -> None:
        """Say what ended a thread, a lane of the delivery for example; whoever keeps it starts another."""
        name = gone.thread.name if gone.thread else "a thread"
        _say(f"internal error in {name}: {gone.exc_type.__name__}: {gone.exc_value}", code=INTERNAL)

    _escape_unencodable()
    if not os.environ.get("SLA_DEBUG"):
        threading.excepthook = ended
    try:
        outcome = sla.main(args=arguments, prog_name="sla", standalone_mode=False)
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
    except (NoReaderError, BrokenPipeError):
        return _nobody_reads()
    except KeyboardInterrupt:
        return _say("interrupted", code=130)
    except OSError as error:
        return _unreachable(error)
    except Exception as error:  # the last line of defence: no traceback reaches a user
        if os.environ.get("SLA_DEBUG"):
            raise
        return _say(
            f"internal error: {type(error).__name__}: {error}",
            help_="run again with SLA_DEBUG=1 for the traceback and report it",
            code=INTERNAL,
        )
    return outcome if isinstance(outcome, int) else 0


def _escape_unencodable() -> None:
    """Let streams write an escape for what their encoding lacks: only UTF-8 has every name that a customer may have."""

    def escaped(error: UnicodeError) -> tuple[str, int]:
        from tui.plain import escapes

        if not isinstance(error, UnicodeEncodeError):
            raise error
        return escapes(error.object[error.start : error.end]), error.end

    codecs.register_error("escapes", escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="escapes")


def _print(line: str) -> int:
    try:
        print(line, flush=True)
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        return _unreachable(error)
    return 0


def _unreachable(error: OSError) -> int:
    return _say(
        f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", code=UNREACHABLE
    )


def _nobody_reads() -> int:
    """Whoever read our output has gone; keep the interpreter from complaining when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _say(message: str, *, code: int, help_: str = "") -> int:
    from tui.logs import failed
    from tui.plain import plain

    if failed(message, help_, code):
        return code
    print(f"sla: {plain(message, 2000)}", file=sys.stderr)
    if help_:
        print(f"  help: {plain(help_, 2000)}", file=sys.stderr)
    return code
