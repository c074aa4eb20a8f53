"""An editor on ten thousand customers: from a keystroke to its diagnostics, over the protocol, against a loader that keeps nothing."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench_dsl import CUSTOMERS, site
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from dsl.load import load_texts

KEYS = 25
NAME = "sla.rules"


class Typist:
    """One that types, and looks at what is found."""

    def __init__(self, folder: Path, text: str) -> None:
        self.uri = (folder / NAME).as_uri()
        self.lines = text.split("\n")
        self.client = LanguageClient("typist", "1")
        self.news: asyncio.Queue[list[str]] = asyncio.Queue()
        self.version = 1

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.news.put_nowait([str(one.code) for one in params.diagnostics])

    async def start(self, folder: Path) -> float:
        """Seconds until the first diagnostics."""
        await self.client.start_io(str(Path(sys.executable).with_name("sla")), "lsp")
        await self.client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(), root_uri=folder.as_uri())
        )
        begin = time.perf_counter()
        item = types.TextDocumentItem(self.uri, "sla-rules", 1, "\n".join(self.lines))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        assert await self.news.get() == []
        return time.perf_counter() - begin

    async def key(self, line: int, column: int, end: int, text: str, *, sound: bool) -> float:
        """Seconds from a change to its diagnostics."""
        self.version += 1
        where = types.Range(types.Position(line, column), types.Position(line, end))
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = types.TextDocumentContentChangePartial(where, text)
        begin = time.perf_counter()
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        found = await self.news.get()
        assert (found == []) is sound, found
        return time.perf_counter() - begin

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def measured(text: str) -> tuple[float, float, float, float]:
    """Seconds: until the first answer; for a sound edit and a broken one in a customer; for one in a tier."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_text(text)
        typist = Typist(Path(folder), text)
        first = await typist.start(Path(folder))
        alias = next(n for n, line in enumerate(typist.lines) if 'alias "CUST-05000"' in line)
        target = next(n for n, line in enumerate(typist.lines) if "within 1h" in line)
        sound, broken, tier = [], [], []
        for _ in range(KEYS):
            sound.append(await typist.key(alias, 9, 9, "x", sound=True))
            broken.append(await typist.key(alias, 8, 9, "", sound=False))  # without its first quote
            broken.append(await typist.key(alias, 8, 8, '"', sound=True))
        column = typist.lines[target].index("1h")
        for step in range(KEYS):
            tier.append(await typist.key(target, column, column + 1, str(1 + step % 2), sound=True))
        await typist.stop()
    return first, statistics.median(sound), statistics.median(broken), statistics.median(tier)


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    text = site(CUSTOMERS)
    begin = time.perf_counter()
    load_texts(NAME, {NAME: text})
    afresh = time.perf_counter() - begin
    first, sound, broken, tier = asyncio.run(measured(text))
    against = f"reading all of it afresh: {afresh * 1000:.0f} ms"
    what = f"`sla lsp`, {CUSTOMERS:,} customers in one file, from a key to its diagnostics (20 ms of it waiting for more keys)"
    return [
        (f"{what}, in a customer", "100 ms", f"{sound * 1000:.0f} ms", against),
        (f"{what}, breaking a customer and mending it", "100 ms", f"{broken * 1000:.0f} ms", against),
        (f"{what}, in a tier that all of them have", "-", f"{tier * 1000:.0f} ms", against),
        ("`sla lsp`, opening that file", "-", f"{first:.1f} s", against),
    ]
