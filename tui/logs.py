"""What a command that runs for long says on standard error: in words for people, or an object a line for what collects logs.

One logger and one handler, so that a command, a thread of it and the last word of a program that fails are told alike.
Addresses lose what may be a secret in them: a webhook's whole path is one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

import click

from tui.plain import plain

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger("tiercel")
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)([^\s/?#'\"]*)([^\s'\"]*)", re.IGNORECASE)
_WITH_A_PATH_TO_SHOW = ("postgresql://", "postgres://")


def masked(text: str) -> str:
    """The text without logins, paths and questions of the addresses in it."""
    return _URL.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    scheme, host, rest = found.groups()
    login, at, name = host.rpartition("@")
    host = f"***@{name}" if login or at else name
    path, question, _ = rest.partition("?")
    if path not in ("", "/") and scheme.lower() not in _WITH_A_PATH_TO_SHOW:
        path = "/***"
    return f"{scheme}{host}{path}{'?***' if question else ''}"


class _Words(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"sla: {masked(record.getMessage())}"


class _Objects(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = getattr(record, "fields", {})
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "log"),
            "message": masked(record.getMessage()),
        }
        return json.dumps(
            line | {key: masked(value) if isinstance(value, str) else value for key, value in fields.items()}
        )


class _StandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def use(form: str) -> None:
    """From now on, all that is said is said as `text` or `json`."""
    handler = _StandardError()
    handler.setFormatter(_Objects() if form == "json" else _Words())
    _LOG.handlers, _LOG.propagate = [handler], False
    _LOG.setLevel(logging.INFO)


def say(
    words: str,
    *,
    event: str,
    level: int = logging.INFO,
    fields: Mapping[str, object] = MappingProxyType({}),
    limit: int = 1000,
) -> None:
    """Say something. `event` names it for programs, `fields` are what they need of it."""
    if not _LOG.handlers:
        use("text")
    _LOG.log(level, "%s", plain(words, limit), extra={"event": event, "fields": dict(fields)})


def failed(words: str, help_: str, code: int) -> bool:
    """The last word of a program, if it speaks in objects; else whether there is somebody else to say it."""
    speaking = any(isinstance(handler.formatter, _Objects) for handler in _LOG.handlers)
    if speaking:
        fields = {"exit_code": code, "help": plain(help_, 2000)}
        say(words, event="failed", level=logging.ERROR, fields=fields, limit=2000)
    return speaking


def log_option(function: F) -> F:
    """`--log-format text|json`, also from SLA_LOG_FORMAT."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        envvar="SLA_LOG_FORMAT",
        show_default=True,
        expose_value=False,
        callback=lambda _, __, value: use(value),
        help="How standard error is written: in words, or an object a line.",
    )(function)
