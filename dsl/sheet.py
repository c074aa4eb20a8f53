"""The files of a rule set, each cut into units, and the places that keys of declarations stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dsl.cut import Cut
from dsl.finding import FILE
from dsl.span import Lines, Origin, Span
from dsl.unit import Unit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rule file: `units[i]` and `keys[i]` belong to the i-th piece of `cut`. `special` are the units that name
    other files; `conflicted` says that markers of a merge were blanked out before cutting,
    `unread` where reading ended because too much before it is wrong: `cut` has nothing from there on."""

    path: str
    text: str
    cut: Cut
    units: list[Unit]
    keys: list[str]
    special: list[Unit]
    conflicted: bool = False
    unread: int | None = None


class Places:
    """Turns an `Origin` into a `Span`; the index is made when somebody first asks."""

    __slots__ = ("_index", "_lines", "_sheets", "_texts")

    def __init__(self, sheets: Iterable[Sheet], texts: dict[str, str]) -> None:
        self._sheets = list(sheets)
        self._texts = texts
        self._lines: dict[str, Lines] = {}
        self._index: dict[str, tuple[str, int]] | None = None

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The rule files, cut into declarations."""
        return self._sheets

    def locate(self, origin: Origin) -> Span:
        """Where it stands. KeyError for an origin of another rule set."""
        if origin.declaration.startswith(FILE):
            path, start = origin.declaration.removeprefix(FILE), 0
        else:
            if self._index is None:
                self._index = {
                    key: (sheet.path, start)
                    for sheet in self._sheets
                    for key, start in zip(sheet.keys, sheet.cut.starts, strict=True)
                }
            path, start = self._index[origin.declaration]
        return self.span(path, start + origin.start, start + origin.end)

    def span(self, path: str, start: int, end: int) -> Span:
        """A span of a file's text, with lines and columns counted."""
        lines = self._lines.get(path)
        if lines is None:
            lines = self._lines[path] = Lines(path, self._texts[path])
        return lines.span(start, end)
