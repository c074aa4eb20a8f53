"""An app on a socket, until it is told to end."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from engine.errors import EngineError
from reports.web.connection import PLACES, Connection

GRACE = 10
"""Seconds that requests under way have to end in."""

AT_ONCE = 3 * PLACES
"""Whole requests at a time; who asks more is asked to come again. The server counts all connections, so those that come in one go
and those that are being cut have to fit in."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises EngineError where that is not possible."""
    try:
        family, kind, protocol, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With its protocol: asyncio sends at once only what it is told is TCP.
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(PLACES)  # from here on nobody is turned away
    except OSError as error:
        raise EngineError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            help="choose others with --host and --port",
        ) from error
    return made


def configured(app: ASGIApp) -> uvicorn.Config:
    """How an app is served."""
    return uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who may speak for others is a setting, not a default
        lifespan="off",
        ws="none",
        backlog=PLACES,  # no more are let in before some are let go
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE,
    )


def serve(app: ASGIApp, sock: socket.socket, said: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT; requests under way are finished.

    `said` hears in one line each of what goes wrong. Addresses of requests are not logged: they are keys.
    """
    log = logging.getLogger("uvicorn")
    log.handlers, log.propagate = [_Said(said)], False
    server = uvicorn.Server(configured(app))

    def end(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises a signal anew when it has ended: that must find somebody who is content with that.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    server.run([sock])


class _Said(logging.Handler):
    """Passes on a line for each record; a traceback only where SLA_DEBUG asks for it."""

    def __init__(self, said: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        if os.environ.get("SLA_DEBUG"):
            self._said(self.format(record))
            return
        error = record.exc_info[1] if record.exc_info else None
        text = record.getMessage().splitlines()[0] if record.getMessage() else ""
        self._said(f"{text.strip()}: {type(error).__name__}: {error}" if error else text)
