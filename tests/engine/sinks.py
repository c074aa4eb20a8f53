"""Servers on loopback that take what is sent and remember under which key it came."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

SLOW = 0.005
"""Seconds between taking and saying so: a sender that dies then cannot know."""


class Taken:
    """Keys with how often each came, and by key what was in it."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.texts: dict[str, set[bytes]] = {}
        self._came = threading.Condition()

    def take(self, key: str, content: bytes) -> None:
        with self._came:
            self.keys[key] += 1
            self.texts.setdefault(key, set()).add(content)
            self._came.notify_all()

    def wait_for(self, more: int) -> bool:
        """Wait until so many more have come; whether they have, within a few seconds."""
        with self._came:
            wanted = self.keys.total() + more
            return self._came.wait_for(lambda: self.keys.total() >= wanted, 20)

    @property
    def again(self) -> int:
        """How many came more than once."""
        return sum(count - 1 for count in self.keys.values())


@contextmanager
def web_sink() -> Iterator[tuple[str, Taken]]:
    """An HTTP server that takes everything: its address, and what came."""
    taken = Taken()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.take(self.headers["Idempotency-Key"], body)
            time.sleep(SLOW)
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", taken
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def mail_sink() -> Iterator[tuple[int, Taken]]:
    """A mail server that takes everything: its port, and what came."""
    taken = Taken()

    class Handler:
        async def handle_DATA(self, _server, _session, envelope) -> str:
            content = envelope.content
            taken.take(message_from_bytes(content)["X-Sla-Key"], content)
            await asyncio.sleep(SLOW)
            return "250 taken"

    controller = Controller(Handler(), hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield controller.port, taken
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
