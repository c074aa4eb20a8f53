"""The answer to each request about a file, as values of the protocol."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from dsl.errors import SlaError
from dsl.language_server.outline import Entry, outline
from dsl.language_server.rename import renamable, renamed
from dsl.mend import mended
from dsl.places import Place, Thing, declared, dependants, meant, mention_at, uses
from dsl.sheet import Sheet
from dsl.verdict import counted
from tui.language_server import convert, insight
from tui.language_server.hover import COUNTED, hover, used_by
from tui.language_server.sites import Reading
from tui.plain import plain

_RUNNABLE = ("scenario", "check")


class Page:
    """A file of a reading: `shown` is its path in it."""

    def __init__(self, reading: Reading, shown: str) -> None:
        self.reading = reading
        self._shown = shown
        self._paper = convert.Paper(reading)

    # ------------------------------------------------------------ names

    def hover(self, at: types.Position, now: int) -> types.Hover | None:
        """What is to be said of a place."""
        text, place = hover(self.reading, self._shown, self._offset(at), now)
        if not text:
            return None
        where = self._paper.range(place.path, place.start, place.end) if place else None
        return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, text), where)

    def definitions(self, at: types.Position) -> list[types.Location]:
        """Where the name at a place is declared."""
        found = self._thing(at)
        return [self._paper.location(place) for place in declared(self._sheets, found[1])] if found else []

    def references(self, at: types.Position, *, declaration: bool) -> list[types.Location]:
        """Every place of the name at a place."""
        found = self._thing(at)
        places = uses(self._sheets, found[1]) if found else []
        return [self._paper.location(place) for place in places if declaration or not place.mention.declares]

    def may_rename(self, at: types.Position) -> types.PrepareRenamePlaceholder | None:
        """The name that would be changed. Raises SlaError where it cannot be."""
        found = self._thing(at)
        if found is None:
            return None
        place, thing = found
        renamable(self._sheets, thing)
        if place.mention.quoted:
            raise SlaError(
                "this is what the ticket system writes; rename where the name stands without quotes"
            )
        return types.PrepareRenamePlaceholder(
            self._paper.range(place.path, place.start, place.end), thing.name
        )

    def rename(self, at: types.Position, new: str) -> types.WorkspaceEdit | None:
        """The edits of all files. Raises SlaError where the name cannot be given."""
        found = self._thing(at)
        if found is None:
            return None
        places = renamed(self._sheets, found[1], new)
        return self._paper.replace((place.path, place.start, place.end, new) for place in places)

    def _thing(self, at: types.Position) -> tuple[Place, Thing] | None:
        place = mention_at(self._sheets, self._shown, self._offset(at))
        return (place, meant(self._sheets, place.mention)) if place else None

    # ------------------------------------------------------------ the file

    def symbols(self) -> list[types.DocumentSymbol]:
        """The declarations of the file."""
        return [
            types.DocumentSymbol(
                plain(entry.name or entry.title or entry.kind) or entry.kind,
                convert.symbol_kind(entry.kind),
                self._paper.range(self._shown, entry.start, entry.end),
                self._paper.range(self._shown, entry.start, entry.head),
                detail=plain(f"{entry.kind} {entry.title if entry.title != entry.name else ''}".strip()),
            )
            for entry in self._entries()
        ]

    def folds(self) -> list[types.FoldingRange]:
        """The blocks of the file."""
        lines = self.reading.lines(self._shown)
        rows = ((lines.position(entry.start)[0], lines.position(entry.end)[0]) for entry in self._entries())
        return [types.FoldingRange(first, last - 1) for first, last in rows if last - first > 1]

    def actions(self, where: types.Range) -> list[types.CodeAction]:
        """The fixes of what is found in a range."""
        first, last = self._offset(where.start), self._offset(where.end)
        return [
            types.CodeAction(
                plain(fix.title, 200),
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[self._paper.diagnostic(one)],
                is_preferred=fix.safe,
                edit=self._paper.edits(fix.edits),
            )
            for one in self.reading.diagnostics
            if one.span.path == self._shown and one.span.start <= last and first <= one.span.end
            for fix in one.fixes
        ]

    def all_fixes(self) -> list[types.CodeAction]:
        """What `sla fix` would do to this file, as one action."""
        text = self.reading.loaded.files[self._shown]
        own = [
            one
            for one in self.reading.diagnostics
            if all(edit.span.path == self._shown for fix in one.fixes for edit in fix.edits)
        ]
        new = mended(own, self.reading.loaded.files).files[self._shown]
        if new == text:
            return []
        edit = self._paper.replace([(self._shown, 0, len(text), new)])
        return [types.CodeAction("apply all safe fixes", kind=types.CodeActionKind.SourceFixAll, edit=edit)]

    def lenses(self, uri: str, command: str) -> list[types.CodeLens]:
        """Who uses what is declared, and scenarios to run with `command`."""
        counts = dependants(self._sheets)
        out: list[types.CodeLens] = []
        for entry in self._entries():
            where = self._paper.range(self._shown, entry.start, entry.head)
            if entry.kind in _RUNNABLE:
                run = types.Command(f"run {entry.kind}", command, arguments=[uri, entry.kind, entry.name])
                out.append(types.CodeLens(where, run))
            elif entry.kind in COUNTED:
                said = used_by(counts[Thing(entry.kind, entry.name)])
                out.append(types.CodeLens(where, types.Command(said, "")))
        return out

    def hints(self, where: types.Range) -> list[types.InlayHint]:
        """When tickets that scenarios open are due."""
        first, last = self._offset(where.start), self._offset(where.end)
        rules, locate = self.reading.loaded.ruleset, self.reading.loaded.locate
        visible = [entry.name for entry in self._entries(first, last) if entry.kind == "scenario"]
        out: list[types.InlayHint] = []
        for told in (rules.scenarios[name] for name in visible if rules and name in rules.scenarios):
            assert self.reading.graph is not None
            for one in insight.promised(told, self.reading.graph):
                due = ", ".join(f"{metric} due {at}" for metric, at in one.due) or "nothing is due"
                end = locate(one.line.origin).end
                position = self._paper.range(self._shown, end, end).start
                out.append(types.InlayHint(position, plain(due), padding_left=True))
        return out

    def run(self, kind: str, title: str) -> tuple[str, bool]:
        """Run a scenario or a check: how it came out, in words, and whether all of it held. Raises SlaError."""
        graph = self.reading.graph
        if graph is None:
            raise SlaError("these rules have errors: mend them first")
        result = insight.run(graph, self.reading.loaded.locate, kind, title)
        if result is None:
            raise SlaError(f'there is no {kind} "{title}"')
        others = [one for one in self.reading.failures if one.context != f"{kind} {title}"]
        self.reading.failures = (*others, *(failure.diagnostic for failure in result.failures))
        failed = len(result.failures)
        said = (
            f"{failed} of {counted(result.expectations, 'expectation')} failed"
            if failed
            else "everything holds"
        )
        return f'{kind} "{title}": {said}', not failed

    # ------------------------------------------------------------

    @property
    def _sheets(self) -> list[Sheet]:
        return list(self.reading.loaded.sheets)

    def _entries(self, first: int = 0, last: int | None = None) -> Iterator[Entry]:
        sheet = next((sheet for sheet in self._sheets if sheet.path == self._shown), None)
        return outline(sheet, first, last) if sheet else iter(())

    def _offset(self, at: types.Position) -> int:
        return self.reading.lines(self._shown).offset(at.line, at.character)
