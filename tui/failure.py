"""What a command prints for programs when it cannot answer, so that they read a document of their format all the same.

People read the reason on standard error; the exit code is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

import click

from dsl.diagnostic import Diagnostic
from dsl.errors import FINDINGS, SlaError
from dsl.listed import listed
from tui.findings.record import record
from tui.plain import json_text

F = TypeVar("F", bound=Callable[..., Any])


class BrokenRulesError(SlaError):
    """Rules with errors; `findings` are all that was found in them."""

    def __init__(self, message: str, findings: tuple[Diagnostic, ...], *, help: str) -> None:  # noqa: A002
        super().__init__(message, help=help, exit_code=FINDINGS)
        self.findings = findings


@contextmanager
def failing(say: Callable[[SlaError], object] | None) -> Iterator[None]:
    """Let `say`, if there is one, print what ends the block early; the failure goes on."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (SlaError, OSError) as error:
        if say is not None:
            say(error if isinstance(error, SlaError) else _of_the_system(error))
        raise


def failing_in(documents: Mapping[str, Callable[[SlaError], str]]) -> Callable[[F], F]:
    """The same around a whole command: the text that its format, the parameter `form`, has for a failure."""

    def decorate(function: F) -> F:
        @wraps(function)
        def call(*given: Any, form: str, **named: Any) -> Any:  # noqa: ANN401
            made = documents.get(form)
            with failing(None if made is None else lambda error: click.echo(made(error))):
                return function(*given, form=form, **named)

        return cast("F", call)

    return decorate


def failure_json(error: SlaError) -> str:
    """The documented JSON object of a failure."""
    found = error.findings if isinstance(error, BrokenRulesError) else ()
    data = {
        "error": str(error),
        "help": error.help,
        "findings": [record(one) for one in listed(found)],
    }
    return json_text(data)


def _of_the_system(error: OSError) -> SlaError:
    name = f"{error.filename}: " if error.filename else ""
    return SlaError(f"{name}{(error.strerror or str(error)).lower()}")
