"""The line of a rule file that something is about, cut to a width, and what of it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dsl.span import Span
from tui.plain import plain


class Excerpt(NamedTuple):
    """A line with its number, harmless; `width` characters from `start` on are meant."""

    line: int
    text: str
    start: int
    width: int


def excerpt(span: Span, files: Mapping[str, str], most: int) -> Excerpt:
    """The first line of a span, at most `most` characters around what is pointed at; each character stays one."""
    source = files.get(span.path, "")
    start = span.start - span.column + 1
    end = source.find("\n", start)
    line = source[start : end if end >= 0 else len(source)]
    first = max(span.column - 1 - most // 2, 0) if len(line) > most else 0
    shown = "".join(plain(character) or " " for character in line[first : first + most])
    at = span.column - 1 - first
    width = (span.end_column if span.end_line == span.line else len(line) + 1) - span.column
    return Excerpt(span.line, shown.rstrip(), at, max(min(width, len(shown) - at), 1))
