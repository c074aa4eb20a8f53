"""Other sides on loopback that do what they are told: take, refuse, put off, hang up."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import deque
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


class MailSink:
    """A mail server. `rcpt` and `data` are answered in turn, where there are any; `drop` hangs up at DATA; `pause` is how
    many seconds lie between taking a message and saying so."""

    def __init__(self):
        self.taken, self.rcpt, self.data, self.drop = [], deque(), deque(), 0
        self.sessions, self.pause = 0, 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            return self.rcpt.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.drop:
            self.drop -= 1
            server.transport.close()
            return "250 never heard"
        if self.data:
            return self.data.popleft()
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        await asyncio.sleep(self.pause)
        return f"250 queued as {len(self.taken)}"


def mail_server(sink, **options):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    return controller


class Loopback:
    """An HTTP server on loopback, in a thread of its own."""

    def __init__(self, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?token=geheim"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Hook(Loopback):
    """An HTTP server. Each of `answers` is (status, headers, body) or "drop"; past them 200. `pause` as of the mail server."""

    def __init__(self):
        self.asked, self.answers, self.pause = [], deque(), 0
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.asked.append((self.path, self.headers, body))
                time.sleep(hook.pause)
                answer = hook.answers.popleft() if hook.answers else (200, {}, b"fine")
                if answer == "drop":
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


class Drip(Loopback):
    """An HTTP server that answers with one byte now and then: always in time for a reader that waits for each."""

    def __init__(self, beginning):
        self.cut = threading.Event()
        self._over = threading.Event()
        drip = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                try:
                    self.wfile.write(beginning)
                    for _ in range(100):
                        if drip._over.wait(0.1):
                            return
                        self.wfile.write(b"x")
                    self.wfile.write(b"\r\n\r\n")
                except OSError:
                    drip.cut.set()

            def log_message(self, *_):
                pass

        super().__init__(Handler)

    def close(self):
        self._over.set()
        super().close()
