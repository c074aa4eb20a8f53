"""Where something stands in a rule file.

The model keeps positions relative to their declaration, so that an edit above a declaration changes neither
its value nor its digest; `Loaded.locate` turns such an `Origin` into a `Span` when somebody wants to see it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A range inside one declaration: `declaration` is its key (`"tier gold"`), offsets count from its head."""

    declaration: str
    start: int
    end: int


NOWHERE = Origin("", 0, 0)


class Lines:
    """Where the lines of a text begin, so that many places are found without counting from the start each time."""

    __slots__ = ("_path", "_starts")

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Span:
        """The range between two offsets of the text."""
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Span(
            self._path,
            start,
            end,
            line,
            start - self._starts[line - 1] + 1,
            end_line,
            end - self._starts[end_line - 1] + 1,
        )
