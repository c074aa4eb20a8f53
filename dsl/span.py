"""Where something stands in a rule file.

The model keeps positions relative to their declaration, so that an edit above a declaration changes neither
its value nor its digest; `Loaded.locate` turns such an `Origin` into a `Span` when somebody wants to see it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of one file: `path` as shown to people (relative to the root file's folder).

    `line` and `column` count from 1 in characters, `start` and `end` are character offsets from 0.
    """

    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Origin(NamedTuple):
    """A range inside one declaration: `declaration` is its key (`"tier gold"`), offsets count from its head."""

    declaration: str
    start: int
    end: int


NOWHERE = Origin("", 0, 0)
_FEW = 64


class Lines:
    """The lines of a text, so that many places are found without counting from its start each time.

    A few places are counted: after an edit of one line in a million characters, an index would cost more than it saves.
    """

    __slots__ = ("_asked", "_path", "_starts", "_text")

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._asked = 0
        self._starts: list[int] = []

    @property
    def length(self) -> int:
        """Characters of the text."""
        return len(self._text)

    def span(self, start: int, end: int) -> Span:
        """The range between two offsets of the text."""
        (line, column), (end_line, end_column) = self._place(start), self._place(end)
        return Span(self._path, start, end, line, column, end_line, end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        self._asked += 1
        if self._asked <= _FEW:
            return self._text.count("\n", 0, offset) + 1, offset - self._text.rfind("\n", 0, offset)
        if not self._starts:
            lengths = map(len, self._text.split("\n"))
            self._starts = list(accumulate(lengths, lambda at, length: at + length + 1, initial=0))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
