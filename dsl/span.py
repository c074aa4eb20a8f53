"""Where something stands in a rule file.

The model keeps positions relative to their declaration, so that an edit above a declaration changes neither
its value nor its digest; `Loaded.locate` turns such an `Origin` into a `Span` when somebody wants to see it.
"""

from __future__ import annotations

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


def span_of(path: str, text: str, start: int, end: int) -> Span:
    """A span of a file's text, with lines and columns counted."""
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    end_line = line + text.count("\n", start, end)
    end_column = end - text.rfind("\n", 0, end)
    return Span(path, start, end, line, column, end_line, end_column)
