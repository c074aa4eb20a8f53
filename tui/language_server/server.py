"""The edge: messages of the protocol in, answers and diagnostics out.

What is open is read anew a moment after each change, in a thread of its own, so that typing never waits. Requests about
places wait for the reading of the texts as they are; completion does not, and takes the names of the last one.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from dsl.errors import SlaError
from dsl.format import format_text
from dsl.language_server.completion import complete
from dsl.language_server.positions import Lines
from engine.wall import local_date
from tui.language_server import answers, convert
from tui.language_server.sites import Reading, Sites
from tui.plain import plain
from tui.version import __version__

RUN = "sla.run"
"""The command behind the lens of a scenario or a check; its arguments are the file's URI, the keyword and the title."""

_DELAY = 0.02  # seconds: what an editor sends in one go is read in one go
_WATCHED = ("**/*.rules", "**/*.ics")

T = TypeVar("T")


class _Protocol(LanguageServerProtocol):
    """Leaves texts to the server: pygls ends lines where Python does, editors only at LF, CR LF and CR."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = None  # UTF-16, which every editor speaks
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


class RulesServer(LanguageServer):
    """A server for one editor. `now` tells the time, in UTC seconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__("sla", __version__, protocol_cls=_Protocol)
        self._now = now
        self._texts: dict[Path, str] = {}
        self._uris: dict[Path, str] = {}
        self._readings: dict[Path, Reading] = {}
        self._shown: set[Path] = set()
        self._sites = Sites()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="rules")
        self._dirty = False
        self._working: asyncio.Task[None] | None = None
        self._register()

    def shutdown(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)
        super().shutdown()  # type: ignore[no-untyped-call]

    # ------------------------------------------------------------ texts

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        path = _path(params.text_document.uri)
        if path is not None:
            self._uris[path] = params.text_document.uri
            self._texts[path] = params.text_document.text
            self._changed()

    def _edited(self, params: types.DidChangeTextDocumentParams) -> None:
        path = _path(params.text_document.uri)
        if path not in self._texts:
            return
        text = self._texts[path]
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                lines = Lines(text)
                begin, end = change.range.start, change.range.end
                start = lines.offset(begin.line, begin.character)
                text = text[:start] + change.text + text[lines.offset(end.line, end.character) :]
            else:
                text = change.text
        self._texts[path] = text
        self._changed()

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        path = _path(params.text_document.uri)
        if path is not None and self._texts.pop(path, None) is not None:
            self._uris.pop(path, None)
            self._readings.pop(path, None)
            self._changed()

    def _on_disk(self, params: types.DidSaveTextDocumentParams | types.DidChangeWatchedFilesParams) -> None:
        self._changed()

    async def _ready(self, params: types.InitializedParams) -> None:
        workspace = self.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched is not None and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration("rules", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await self.client_register_capability_async(types.RegistrationParams([registration]))

    # ------------------------------------------------------------ reading

    def _changed(self) -> None:
        self._dirty = True
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())
            self._working.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._working = None
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._complain(f"internal error: {type(problem).__name__}: {problem}")

    async def _work(self) -> None:
        while self._dirty:
            await asyncio.sleep(_DELAY)
            self._dirty = False
            today = local_date(self._now(), "UTC")
            readings, found = await self._in_worker(self._read, dict(self._texts), today)
            self._readings = readings
            self._publish(found)

    def _read(
        self, texts: dict[Path, str], today: date
    ) -> tuple[dict[Path, Reading], dict[Path, list[types.Diagnostic]]]:
        first = not self._readings
        readings: dict[Path, Reading] = {}
        for path in texts:
            known = next((one for one in readings.values() if one.shown(path)), None)
            if reading := known or self._sites.read(path, texts, today):
                readings[path] = reading
        if first:
            gc.freeze()  # what is read once stays: looking it through again and again is most of what a pause costs
        found: dict[Path, list[types.Diagnostic]] = {}
        for reading in {id(one): one for one in readings.values()}.values():
            found |= convert.published(reading, texts)
        return readings, found

    def _publish(self, found: dict[Path, list[types.Diagnostic]]) -> None:
        for path in sorted({*found, *self._shown}):
            uri = self._uris.get(path) or path.as_uri()
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found.get(path, [])))
        self._shown = {path for path, diagnostics in found.items() if diagnostics}

    async def _current(self, uri: str) -> answers.Page | None:
        """What is known of an open file, of the texts as they are."""
        while self._working is not None:
            await asyncio.shield(self._working)
        path = _path(uri)
        reading = self._readings.get(path) if path is not None else None
        return (
            answers.Page(reading, reading.shown(path)) if reading is not None and path is not None else None
        )

    async def _in_worker(self, work: Callable[..., T], *given: Any) -> T:  # noqa: ANN401 - handed on as they are
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *given)

    async def _asked(self, uri: str, work: Callable[[answers.Page], T], otherwise: T) -> T:
        page = await self._current(uri)
        return await self._in_worker(work, page) if page is not None else otherwise

    # ------------------------------------------------------------ requests

    def _complete(self, params: types.CompletionParams) -> types.CompletionList | None:
        path = _path(params.text_document.uri)
        if path is None or path not in self._texts:
            return None
        text, reading = self._texts[path], self._readings.get(path)
        lines = Lines(text)
        offset = lines.offset(params.position.line, params.position.character)
        found = complete(text, offset, reading.loaded.sheets if reading else ())
        where = types.Range(*(types.Position(*lines.position(place)) for place in (found.start, found.end)))
        items = [convert.completion(item, where, order) for order, item in enumerate(found.items)]
        return types.CompletionList(is_incomplete=reading is None, items=items)

    async def _hover(self, params: types.HoverParams) -> types.Hover | None:
        now = self._now()
        return await self._asked(
            params.text_document.uri, lambda page: page.hover(params.position, now), None
        )

    async def _define(self, params: types.DefinitionParams) -> list[types.Location]:
        return await self._asked(params.text_document.uri, lambda page: page.definitions(params.position), [])

    async def _refer(self, params: types.ReferenceParams) -> list[types.Location]:
        own = params.context.include_declaration
        return await self._asked(
            params.text_document.uri, lambda page: page.references(params.position, declaration=own), []
        )

    async def _may_rename(self, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        return await self._allowed(params.text_document.uri, lambda page: page.may_rename(params.position))

    async def _rename(self, params: types.RenameParams) -> types.WorkspaceEdit | None:
        new = params.new_name
        return await self._allowed(params.text_document.uri, lambda page: page.rename(params.position, new))

    async def _allowed(self, uri: str, work: Callable[[answers.Page], T | None]) -> T | None:
        try:
            return await self._asked(uri, work, None)
        except SlaError as error:
            raise JsonRpcException(plain(error, 2000), types.LSPErrorCodes.RequestFailed) from None

    async def _format(self, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        path = _path(params.text_document.uri)
        text = self._texts.get(path) if path is not None else None
        if text is None:
            return []
        formatted = (await asyncio.to_thread(format_text, text)).text
        whole = types.Range(types.Position(0, 0), types.Position(*Lines(text).end()))
        return [] if formatted == text else [types.TextEdit(whole, formatted)]

    async def _mend(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        if any(str(kind).startswith("source") for kind in params.context.only or ()):
            return await self._asked(params.text_document.uri, lambda page: page.all_fixes(), [])
        return await self._asked(params.text_document.uri, lambda page: page.actions(params.range), [])

    async def _lenses(self, params: types.CodeLensParams) -> list[types.CodeLens]:
        return await self._asked(
            params.text_document.uri, lambda page: page.lenses(params.text_document.uri, RUN), []
        )

    async def _hints(self, params: types.InlayHintParams) -> list[types.InlayHint]:
        return await self._asked(params.text_document.uri, lambda page: page.hints(params.range), [])

    async def _symbols(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await self._asked(params.text_document.uri, lambda page: page.symbols(), [])

    async def _folds(self, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        return await self._asked(params.text_document.uri, lambda page: page.folds(), [])

    async def _run(self, uri: str, kind: str, title: str) -> None:
        """Run a scenario or a check, and show how it came out."""
        page = await self._current(uri)
        if page is None:
            return
        try:
            said, held = await self._in_worker(page.run, kind, title)
        except SlaError as error:
            self._complain(str(error))
            return
        self._publish(convert.published(page.reading, dict(self._texts)))
        kind_ = types.MessageType.Info if held else types.MessageType.Warning
        self.window_show_message(types.ShowMessageParams(kind_, plain(said, 2000)))

    def _complain(self, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, plain(message, 2000)))

    def _register(self) -> None:
        """pygls marks what it registers, which no method takes: hence a `partial` of each."""
        handlers: tuple[tuple[str, Callable[..., object], object], ...] = (
            (types.INITIALIZED, self._ready, None),
            (types.TEXT_DOCUMENT_DID_OPEN, self._opened, None),
            (types.TEXT_DOCUMENT_DID_CHANGE, self._edited, None),
            (types.TEXT_DOCUMENT_DID_CLOSE, self._closed, None),
            (types.TEXT_DOCUMENT_DID_SAVE, self._on_disk, None),
            (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._on_disk, None),
            (
                types.TEXT_DOCUMENT_COMPLETION,
                self._complete,
                types.CompletionOptions(trigger_characters=[" ", '"']),
            ),
            (types.TEXT_DOCUMENT_HOVER, self._hover, None),
            (types.TEXT_DOCUMENT_DEFINITION, self._define, None),
            (types.TEXT_DOCUMENT_REFERENCES, self._refer, None),
            (types.TEXT_DOCUMENT_PREPARE_RENAME, self._may_rename, None),
            (types.TEXT_DOCUMENT_RENAME, self._rename, types.RenameOptions(prepare_provider=True)),
            (types.TEXT_DOCUMENT_FORMATTING, self._format, None),
            (
                types.TEXT_DOCUMENT_CODE_ACTION,
                self._mend,
                types.CodeActionOptions(
                    code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]
                ),
            ),
            (types.TEXT_DOCUMENT_CODE_LENS, self._lenses, types.CodeLensOptions()),
            (types.TEXT_DOCUMENT_INLAY_HINT, self._hints, None),
            (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, self._symbols, None),
            (types.TEXT_DOCUMENT_FOLDING_RANGE, self._folds, None),
        )
        for method, handler, options in handlers:
            self.feature(method, options)(partial(handler))
        self.command(RUN)(partial(self._run))


def _path(uri: str) -> Path | None:
    """The file that a URI means, None for what is no file."""
    found = to_fs_path(uri)
    return Path(found) if found else None
