"""`sla serve` as a process of its own on loopback, and somebody who asks it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tui.process import going_on


@dataclass
class Server:
    """`errors` is what it said after its first line, once it has ended."""

    address: str
    errors: str = ""


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    """A server over the store in a folder, with the environment as it is; SIGTERM ends it."""
    with going_on(folder, "serve", "--port", "0", *arguments) as program:
        assert program.process.stderr is not None
        said = program.process.stderr.readline()
        found = re.search(r"http://\S+", said)
        assert found, said
        server = Server(found[0])
        yield server
    server.errors = program.errors


def ask(
    address: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer."""
    data = b"" if method == "POST" and body is None else body
    request = urllib.request.Request(address, data=data, method=method, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)
