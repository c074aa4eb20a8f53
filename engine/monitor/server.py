"""`/metrics` and `/healthz` on a socket of their own: plain HTTP, GET only, no login. Meant for loopback or a network that is ours.

A thread of the program, so that it answers while a cycle takes its time. What is asked of the store is asked once for all
who come within a few seconds.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

from engine.errors import EngineError, StoreError
from engine.monitor.address import address_of
from engine.monitor.metrics import Metrics
from engine.monitor.pulse import Pulse
from engine.store.standing import Standing

AT_ONCE = 16
"""Connections at a time; more are closed unheard."""

PATIENCE = 5
"""Seconds that a connection may take for what it has to say."""

FRESH = 3.0
"""Seconds for which what the store said holds."""

Answer = tuple[int, str, bytes]
"""Status, content type and body."""


class Reading:
    """How the store stands, read at most every FRESH seconds; and why not, where it cannot be."""

    def __init__(self, read: Callable[[], Standing]) -> None:
        self._read = read
        self._lock = Lock()
        self._until = 0.0
        self._found: Standing | None = None
        self._trouble = ""

    def __call__(self) -> Standing | None:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._found, self._trouble = self._read(), ""
                except StoreError as error:
                    self._found, self._trouble = None, str(error)
                self._until = time.monotonic() + FRESH
            return self._found

    def trouble(self) -> str:
        """Why the store cannot be read, "" if it can."""
        self()
        return self._trouble


class Monitor:
    """The server; `address` is where it listens. Raises EngineError where it cannot."""

    def __init__(self, listen: str, metrics: Metrics, pulse: Pulse, reading: Reading) -> None:
        host, port = address_of(listen)
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            self._server = _server(family)((host, port), _handler(metrics, pulse, reading))
        except OSError as error:
            raise EngineError(
                f"cannot listen on {host} port {port}: {error.strerror or error}",
                help="choose another address with --listen HOST:PORT",
            ) from error
        name = self._server.server_address
        self.address = f"[{name[0]!s}]:{name[1]}" if family == socket.AF_INET6 else f"{name[0]!s}:{name[1]}"
        self._thread = Thread(target=self._server.serve_forever, name="sla-monitor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _server(family: socket.AddressFamily) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        address_family = family
        daemon_threads = True
        block_on_close = False
        _free = BoundedSemaphore(AT_ONCE)

        def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library has it
            if self._free.acquire(blocking=False):
                super().process_request(request, client_address)
            else:
                self.shutdown_request(request)

        def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library has it
            try:
                super().process_request_thread(request, client_address)
            finally:
                self._free.release()

        def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library has it
            """Who hangs up is nobody's trouble."""

    return Server


def _handler(metrics: Metrics, pulse: Pulse, reading: Reading) -> type[BaseHTTPRequestHandler]:
    def answer(path: str, accept: str) -> Answer:
        if path == "/metrics":
            body, kind = metrics.text(accept)
            return 200, kind, body
        if path == "/healthz":
            well, record = pulse.health(time.monotonic(), reading.trouble())
            return 200 if well else 503, "application/json", json.dumps(record).encode() + b"\n"
        return 404, "text/plain; charset=utf-8", b"there are /metrics and /healthz\n"

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version = "sla"
        sys_version = ""

        def do_GET(self) -> None:
            status, kind, body = answer(self.path.partition("?")[0], self.headers.get("accept", ""))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody wants to read that a scrape has come."""

    return Handler
