"""An editor on ten thousand customers: from a keystroke to its diagnostics and answers, over the protocol, against a loader that keeps nothing."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench_dsl import CUSTOMERS, site

from dsl.load import load_texts

KEYS = 15
NAME = "sla.rules"


def place(line: int, column: int) -> dict[str, int]:
    """A position of the protocol."""
    return {"line": line, "character": column}


class Edit(NamedTuple):
    """A text in place of what is between two positions; `sound` says whether the rules are whole after it."""

    what: str
    start: dict[str, int]
    end: dict[str, int]
    text: str
    sound: bool


class Typist:
    """One that types, and looks at what is found. Like an editor it takes messages as plain JSON."""

    def __init__(self, server: asyncio.subprocess.Process, folder: Path, text: str) -> None:
        self.uri = (folder / NAME).as_uri()
        self.lines = text.split("\n")
        self._server = server
        self._number = 0

    async def send(self, method: str, params: object, number: int | None = None) -> None:
        """A notification, or with a number a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else message | {"id": number}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await self._server.stdin.drain()

    async def until(self, awaited: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that is awaited."""
        assert self._server.stdout is not None
        while True:
            head = await self._server.stdout.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            message = json.loads(await self._server.stdout.readexactly(length))
            assert message.get("method") != "window/showMessage", message
            if awaited(message):
                return dict(message)

    async def answer(self, method: str, params: object) -> Any:
        """What a request is answered."""
        self._number += 1
        await self.send(method, params, self._number)
        message = await self.until(lambda one: one.get("id") == self._number and "method" not in one)
        assert "error" not in message, message
        return message["result"]

    async def found(self) -> list[Any]:
        """The next diagnostics."""
        message = await self.until(lambda one: one.get("method") == "textDocument/publishDiagnostics")
        return list(message["params"]["diagnostics"])

    async def start(self) -> float:
        """Seconds from opening the file to its diagnostics."""
        await self.answer("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        await self.send("initialized", {})
        begin = time.perf_counter()
        document = {"uri": self.uri, "languageId": "sla-rules", "version": 1, "text": "\n".join(self.lines)}
        await self.send("textDocument/didOpen", {"textDocument": document})
        assert await self.found() == []
        return time.perf_counter() - begin

    async def key(self, edit: Edit) -> float:
        """Seconds from a change to its diagnostics."""
        change = {"range": {"start": edit.start, "end": edit.end}, "text": edit.text}
        self._number += 1
        document = {"uri": self.uri, "version": self._number}
        begin = time.perf_counter()
        await self.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        found = await self.found()
        seconds = time.perf_counter() - begin
        assert (found == []) is edit.sound, (edit, found)
        return seconds

    async def ask(self, method: str) -> float:
        """Seconds from a question, about the name of a tier, to its answer."""
        line = next(n for n, line in enumerate(self.lines) if 'alias "CUST-05000"' in line) + 2
        params: dict[str, Any] = {
            "textDocument": {"uri": self.uri},
            "position": {"line": line, "character": 8},
            "range": {"start": place(0, 0), "end": place(60, 0)},
        }
        if method == "references":
            params["context"] = {"includeDeclaration": True}
        begin = time.perf_counter()
        assert await self.answer(f"textDocument/{method}", params) is not None, method
        return time.perf_counter() - begin


QUESTIONS = {
    "completion": "completion",
    "hover": "hover",
    "definition": "definition",
    "references": "references, one for each customer",
    "codeLens": "code lenses",
    "inlayHint": "inlay hints",
    "documentSymbol": "outline, one line for each customer",
}


def edits(lines: list[str], step: int) -> Iterator[Edit]:
    """What is typed, one after the other; at the end only an alias has grown and figures have changed."""

    def at(written: str) -> tuple[int, int]:
        return next((n, line.index(written)) for n, line in enumerate(lines) if written in line)

    def line(
        what: str, where: tuple[int, int], begin: int, end: int, text: str, *, sound: bool = True
    ) -> Edit:
        row, column = where
        return Edit(what, place(row, column + begin), place(row, column + end), text, sound)

    turn = (step + 1) % 2
    alias, head = at('"CUST-05000"'), at("customer c05001 ")
    above, below = place(*head), place(head[0] + 2, 0)
    yield line("in a customer", alias, 1, 1, "x")
    yield line("breaking a customer and mending it", alias, 0, 1, "", sound=False)
    yield line("breaking a customer and mending it", alias, 0, 0, '"')
    yield line("in a tier that all of them have", at("h on always"), -1, 0, str(1 + turn))
    yield line("in the calendar of that tier", at(":00-18:00"), -1, 0, str(7 + turn))
    yield line("in the priorities", at("critical, high, normal, low"), 27, 27, ", none")
    yield line("in the priorities", at("critical, high, normal, low"), 27, 33, "")
    yield Edit("adding a customer and removing it", above, above, "customer added {\n}\n", True)
    yield Edit("adding a customer and removing it", above, below, "", True)
    yield line("renaming a customer", head, 9, 15, "renamed")
    yield line("renaming a customer", head, 9, 16, "c05001")


async def measured(text: str) -> tuple[float, dict[str, float], dict[str, float]]:
    """Seconds until the first diagnostics; and the median of each kind of edit, and of each question."""
    edited: dict[str, list[float]] = {}
    asked: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_text(text)
        server = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("sla"),
            "lsp",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 26,
        )
        typist = Typist(server, Path(folder), text)
        first = await typist.start()
        for step in range(KEYS):
            for edit in edits(typist.lines, step):
                edited.setdefault(edit.what, []).append(await typist.key(edit))
            for method, what in QUESTIONS.items():
                asked.setdefault(what, []).append(await typist.ask(method))
        await typist.answer("shutdown", None)
        await typist.send("exit", None)
        await server.wait()
    return first, _medians(edited), _medians(asked)


def _medians(times: dict[str, list[float]]) -> dict[str, float]:
    return {what: statistics.median(seconds) for what, seconds in times.items()}


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    text = site(CUSTOMERS)
    begin = time.perf_counter()
    load_texts(NAME, {NAME: text})
    afresh = time.perf_counter() - begin
    first, edited, asked = asyncio.run(measured(text))
    against = f"reading all of it afresh: {afresh * 1000:.0f} ms"
    where = f"`sla lsp`, {CUSTOMERS:,} customers in one file"
    typed = f"{where}, from a key to its diagnostics (20 ms of it waiting for more keys)"
    return [
        (f"{where}, opening it", "2 s", f"{first:.1f} s", against),
        *(
            (f"{typed}, {what}", "100 ms", f"{seconds * 1000:.0f} ms", against)
            for what, seconds in edited.items()
        ),
        *(
            (f"{where}, {what}", "100 ms", f"{seconds * 1000:.0f} ms", against)
            for what, seconds in asked.items()
        ),
    ]
