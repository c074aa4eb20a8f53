"""A site that escalates to a pager, and how commands are run on it."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler

from tests.engine.site import RULES
from tui.cli import run

LADDER = """\
person duty-manager "Duty manager" {
  email "duty-manager@msp.example"
}
channel pager "Pager" {
  url env TEST_PAGER_URL
}
escalation noc "NOC" {
  at breach of response notify duty-manager via inbox, pager
  at breach of response escalate to management
}
team management "Management" {
  lead duty-manager
}
"""
ESCALATING = RULES.replace("  pause by client\n", "  pause by client\n  escalate via noc\n") + LADDER


class Sink(BaseHTTPRequestHandler):
    """Answers with the server's status and remembers what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.came.append((dict(self.headers), json.loads(body)))
        self.server.arrived.set()
        self.server.before(self.path)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"as you like")

    def log_message(self, *_):
        pass


def stamp(ago: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + ago))


def out(capsys, *arguments: str, code: int = 0) -> str:
    got = run(list(arguments))
    caught = capsys.readouterr()
    assert got == code, caught.err
    assert "Traceback" not in caught.err
    return caught.out


def records(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]
