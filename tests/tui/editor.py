"""An editor for tests: a small site in it, and a client of the language server with what the server has sent."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = """\
language 1
include "rules/*.rules"
priorities critical, low
statuses {
  working "New"
  waiting "Waiting"
  resolved "Resolved"
}
## For whoever pays.
tier gold "Gold" {
  calendar office
  target critical, low response within 4h
}
"""
REST = """\
calendar office "Office" {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
customer acme "Acme \U0001f680" {
  tier gold
}
customer globex "Globex" {
  tier gold
}
"""
TESTS = """\
scenario "in the night" {
  zone Europe/Berlin
  ticket t1 customer acme priority low
  at 2026-10-02 17:00 opened
  expect response due 2026-10-05 11:00
}
scenario "wrong" {
  zone Europe/Berlin
  ticket t1 customer acme priority low
  at 2026-10-02 10:00 opened
  expect response due 2026-10-02 15:00
}
"""


class Editor:
    """A client with what the server has sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient("editor", "1")
        self.found: dict[str, list[types.Diagnostic]] = {}
        self.said: list[str] = []
        self.news = asyncio.Event()
        self.version = 1

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.found[params.uri] = list(params.diagnostics)
            self.news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def said(params: types.ShowMessageParams) -> None:
            self.said.append(params.message)
            self.news.set()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None) -> None:
        text = (self.folder / name).read_text() if text is None else text
        item = types.TextDocumentItem(self.uri(name), "rules", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, name: str, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        self.version += 1
        where = types.Range(types.Position(*start), types.Position(*end))
        change = types.TextDocumentContentChangePartial(where, text)
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri(name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def until(self, holds) -> None:
        async with asyncio.timeout(20):
            while not holds():
                self.news.clear()
                await self.news.wait()

    def codes(self, name: str) -> list[str] | None:
        found = self.found.get(self.uri(name))
        return None if found is None else [one.code for one in found]

    def at(self, name: str, line: int, column: int) -> dict:
        return {"text_document": self.document(name), "position": types.Position(line, column)}


@asynccontextmanager
async def editing(folder: Path):
    editor = Editor(folder)
    await editor.client.start_io(str(Path(sys.executable).with_name("sla")), "lsp", cwd=folder)
    encodings = [types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16]
    general = types.GeneralClientCapabilities(position_encodings=encodings)
    asked = types.InitializeParams(types.ClientCapabilities(general=general), root_uri=folder.as_uri())
    answer = await editor.client.initialize_async(asked)
    assert answer.capabilities.position_encoding == types.PositionEncodingKind.Utf16
    editor.client.initialized(types.InitializedParams())
    try:
        yield editor
    finally:
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        async with asyncio.timeout(10):
            await editor.client.stop()
