"""Values of ours as values of the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from lsprotocol import types

from dsl.diagnostic import Diagnostic, Edit, Severity
from dsl.language_server.completion import KEYWORD, VALUE, Item
from dsl.places import Place
from tui.language_server.sites import Reading
from tui.plain import plain

_WIDE = 2000
_KINDS = {
    "tier": types.SymbolKind.Class,
    "customer": types.SymbolKind.Object,
    "group": types.SymbolKind.Namespace,
    "calendar": types.SymbolKind.Interface,
    "holidays": types.SymbolKind.Interface,
    "escalation": types.SymbolKind.Function,
    "scenario": types.SymbolKind.Method,
    "check": types.SymbolKind.Method,
    "field": types.SymbolKind.Field,
    "pause": types.SymbolKind.Event,
}
_ITEMS = {
    KEYWORD: types.CompletionItemKind.Keyword,
    VALUE: types.CompletionItemKind.Value,
    "status": types.CompletionItemKind.EnumMember,
    "priority": types.CompletionItemKind.EnumMember,
    "field": types.CompletionItemKind.Field,
    "event": types.CompletionItemKind.Event,
}


class Paper:
    """Turns offsets of one reading's files into ranges."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._uris: dict[str, str] = {}

    def uri(self, shown: str) -> str:
        uri = self._uris.get(shown)
        if uri is None:
            uri = self._uris[shown] = self.reading.path(shown).as_uri()
        return uri

    def range(self, shown: str, start: int, end: int) -> types.Range:
        lines = self.reading.lines(shown)
        return types.Range(types.Position(*lines.position(start)), types.Position(*lines.position(end)))

    def location(self, place: Place) -> types.Location:
        return types.Location(self.uri(place.path), self.range(place.path, place.start, place.end))

    def diagnostic(self, one: Diagnostic) -> types.Diagnostic:
        """A finding as editors show it: help and notes below the message, labels as related places."""
        more = [f"help: {one.help}"] if one.help else []
        more += [*one.notes]
        return types.Diagnostic(
            self.range(one.span.path, one.span.start, one.span.end),
            "\n".join(plain(line, _WIDE) for line in (one.message, *more)),
            severity=types.DiagnosticSeverity.Error
            if one.severity is Severity.ERROR
            else types.DiagnosticSeverity.Warning,
            code=one.code,
            source="sla",
            related_information=[
                types.DiagnosticRelatedInformation(
                    types.Location(
                        self.uri(label.span.path),
                        self.range(label.span.path, label.span.start, label.span.end),
                    ),
                    plain(label.text, _WIDE),
                )
                for label in one.labels
            ],
            data=one.fingerprint,
        )

    def edits(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Edits of any number of files."""
        return self.replace((edit.span.path, edit.span.start, edit.span.end, edit.text) for edit in edits)

    def replace(self, parts: Iterable[tuple[str, int, int, str]]) -> types.WorkspaceEdit:
        """Replace ranges of files, given as (path as shown, start, end, text)."""
        changes: dict[str, list[types.TextEdit]] = {}
        for shown, start, end, text in parts:
            changes.setdefault(self.uri(shown), []).append(
                types.TextEdit(self.range(shown, start, end), text)
            )
        return types.WorkspaceEdit(changes=changes)


def published(reading: Reading, texts: Mapping[Path, str]) -> dict[Path, list[types.Diagnostic]]:
    """What is to be shown for each file of a site that has findings or is open."""
    paper = Paper(reading)
    out: dict[Path, list[types.Diagnostic]] = {path: [] for path in texts if reading.shown(path)}
    for one in reading.diagnostics:
        out.setdefault(reading.path(one.span.path), []).append(paper.diagnostic(one))
    return out


def symbol_kind(kind: str) -> types.SymbolKind:
    """The protocol's kind that is nearest to a declaration's."""
    return _KINDS.get(kind, types.SymbolKind.Constant)


def completion(item: Item, where: types.Range, order: int) -> types.CompletionItem:
    """A completion that replaces what has been typed of it."""
    return types.CompletionItem(
        item.text,
        kind=_ITEMS.get(item.kind, types.CompletionItemKind.Reference),
        detail=plain(f"{item.kind} {item.about}".strip()),
        text_edit=types.TextEdit(where, item.text),
        sort_text=f"{order:05}",
    )
