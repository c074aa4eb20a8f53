"""Diagnostics as people and programs read them: with the source and carets, a line each, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from dsl.diagnostic import Diagnostic, Severity
from dsl.span import Span
from dsl.verdict import counted
from tui.plain import plain

FORMATS = ("human", "compact", "json")
_RED, _YELLOW, _BLUE, _BOLD, _END = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_WIDTH = 160


class Findings(Protocol):
    """What is rendered: diagnostics, and the texts that they point into by shown path."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...
    @property
    def files(self) -> Mapping[str, str]: ...


def render(found: Findings, format_: str = "human", *, color: bool = False) -> str:
    """All diagnostics in one of FORMATS, without a newline at the end. Nothing found gives "" (JSON: an empty list)."""
    if format_ == "json":
        return json.dumps([record(one) for one in found.diagnostics], indent=2, ensure_ascii=False)
    if format_ == "compact":
        return "\n".join(_compact(one) for one in found.diagnostics)
    blocks = ["\n".join(_human(one, found.files, color=color)) for one in found.diagnostics]
    return "\n\n".join([*blocks, _totals(found.diagnostics)] if blocks else [])


def wants_color() -> bool:
    """Colour on a terminal, unless NO_COLOR is set to anything."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


# ---------------------------------------------------------------- programs


def record(one: Diagnostic) -> dict[str, object]:
    """A diagnostic as plain data; the names are stable."""
    data: dict[str, object] = {
        "code": one.code,
        "severity": one.severity.value,
        "message": plain(one.message),
        "file": one.span.path,
        "span": _span(one.span),
        "labels": [
            {"file": label.span.path, "span": _span(label.span), "text": plain(label.text)}
            for label in one.labels
        ],
        "help": plain(one.help),
        "notes": [plain(note) for note in one.notes],
        "fixes": [
            {
                "title": plain(fix.title),
                "applicability": "safe" if fix.safe else "maybe",
                "edits": [
                    {"file": edit.span.path, "span": _span(edit.span), "text": edit.text}
                    for edit in fix.edits
                ],
            }
            for fix in one.fixes
        ],
        "fingerprint": one.fingerprint,
    }
    return data | {"example": one.example} if one.example else data


def _span(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "start": span.start,
        "end": span.end,
    }


def _compact(one: Diagnostic) -> str:
    return plain(
        f"{one.span}: {one.severity} {one.code}: {one.message}" + (f" ({one.help})" if one.help else "")
    )


# ---------------------------------------------------------------- people


def _human(one: Diagnostic, files: Mapping[str, str], *, color: bool) -> Iterator[str]:
    paint = _RED if one.severity is Severity.ERROR else _YELLOW
    head = f"{one.severity}[{one.code}]"
    yield f"{_painted(head, paint + _BOLD, color)}: {plain(one.message)}"
    gutter = len(str(max([one.span.line, *(label.span.line for label in one.labels)])))
    yield f"{' ' * gutter}--> {plain(one.span)}"
    yield from _excerpt(one.span, files, gutter, "^", "", paint if color else "")
    for label in one.labels:
        if label.span.path != one.span.path:
            yield f"{' ' * gutter}::: {plain(label.span)}"
        yield from _excerpt(label.span, files, gutter, "-", plain(label.text), _BLUE if color else "")
    if one.help:
        yield f"{' ' * gutter} = help: {plain(one.help)}"
    for note in one.notes:
        yield f"{' ' * gutter} = note: {plain(note)}"
    if one.example:
        yield ""
        yield from (plain(line, 2000) for line in one.example.splitlines())


def _excerpt(
    span: Span, files: Mapping[str, str], gutter: int, mark: str, text: str, paint: str
) -> Iterator[str]:
    source = files.get(span.path, "")
    start = span.start - span.column + 1
    end = source.find("\n", start)
    line = source[start : end if end >= 0 else len(source)]
    # A long line is shown around what is pointed at; each character stays one cell wide.
    first = max(span.column - 1 - _WIDTH // 2, 0) if len(line) > _WIDTH else 0
    shown = "".join(plain(character) or " " for character in line[first : first + _WIDTH])
    width = (span.end_column if span.end_line == span.line else len(line) + 1) - span.column
    width = max(min(width, len(shown) - (span.column - 1 - first)), 1)
    marks = f"{' ' * (span.column - 1 - first)}{_painted(mark * width, paint, bool(paint))}"
    yield f"{span.line:>{gutter}} | {shown.rstrip()}"
    yield f"{' ' * gutter} | {marks}{' ' + text if text else ''}"


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{_END}" if color else text


def _totals(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(one.severity is Severity.ERROR for one in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [counted(errors, "error")] if errors else []
    parts += [counted(warnings, "warning")] if warnings else []
    return f"{' and '.join(parts)}; `sla explain CODE` tells more about a code"
