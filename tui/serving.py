"""What commands that serve pages share: where they listen, what they need, and how they say so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsl.errors import SlaError
from tui.logs import say

if TYPE_CHECKING:
    from starlette.types import ASGIApp

F = TypeVar("F", bound=Callable[..., Any])

WEB = frozenset({"jinja2", "markupsafe", "starlette", "uvicorn"})
"""What the extra `web` brings."""


def listen_options(port: int) -> Callable[[F], F]:
    """`--host` and `--port`."""

    def options(function: F) -> F:
        help_text = "The port; 0 takes a free one."
        wanted = click.IntRange(0, 65_535)
        function = click.option("--port", type=wanted, default=port, show_default=True, help=help_text)(
            function
        )
        return click.option(
            "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
        )(function)

    return options


@contextmanager
def extra(command: str, name: str, modules: Collection[str]) -> Iterator[None]:
    """Say in words that a command needs an extra, where one of its modules is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in modules:
            raise
        raise SlaError(
            f"{command} needs an extra that is not installed", help=f"pip install 'tiercel[{name}]'"
        ) from error


def trouble(words: str) -> None:
    """Say what went wrong behind a page."""
    say(words, event="web-trouble", level=logging.WARNING)


def serve_until_told(app: ASGIApp, host: str, port: int) -> None:
    """Answer until SIGTERM or ctrl+c, and say where. Raises SlaError where it cannot listen."""
    from reports.web.serve import listen, serve

    with listen(host, port) as sock:
        name, number = sock.getsockname()[:2]
        say(f"listening on http://{f'[{name}]' if ':' in name else name}:{number}", event="listening")
        serve(app, sock, trouble)
