"""Findings for people: with the source and carets, a line each, or in plain sentences for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dsl.diagnostic import Diagnostic, Severity
from dsl.span import Span
from dsl.verdict import counted
from tui.excerpt import excerpt
from tui.findings.record import sentence
from tui.plain import plain

_RED, _YELLOW, _BLUE, _BOLD, _END = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_WIDTH = 160


def human(diagnostics: Sequence[Diagnostic], files: Mapping[str, str], *, color: bool) -> str:
    """Blocks with source and carets, and how many there are; "" of nothing."""
    shown: set[str] = set()
    blocks = ["\n".join(_block(one, files, shown, color=color)) for one in diagnostics]
    return "\n\n".join(
        [*blocks, f"{totals(diagnostics)}; `sla explain CODE` tells more about a code"] if blocks else []
    )


def compact(one: Diagnostic) -> str:
    """One line, as editors and `grep` read it."""
    return f"{plain(one.span)}: {one.severity} {one.code}: {sentence(one)}"


def spoken(one: Diagnostic) -> str:
    """Sentences without signs that point somewhere: they can be read aloud."""
    parts = [f"{one.severity.capitalize()} {one.code}, {_place(one.span)}: {plain(one.message)}."]
    parts += [f"See {_place(label.span)}: {plain(label.text)}." for label in one.labels]
    if one.help:
        parts.append(f"Help: {plain(one.help)}.")
    parts += [f"Note: {plain(note)}." for note in one.notes]
    return "\n".join(parts)


def totals(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors and 1 warning`."""
    errors = sum(one.severity is Severity.ERROR for one in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [counted(errors, "error")] if errors else []
    parts += [counted(warnings, "warning")] if warnings else []
    return " and ".join(parts)


def _place(span: Span) -> str:
    return f"{plain(span.path)} line {span.line} column {span.column}"


def _block(one: Diagnostic, files: Mapping[str, str], shown: set[str], *, color: bool) -> Iterator[str]:
    """Its lines; of an example that is in `shown` the title, else it is put there."""
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
    if one.example in shown:
        yield f"{' ' * gutter} = note: {plain(one.example.splitlines()[0].removesuffix(' {'))} above shows it"
    elif one.example:
        shown.add(one.example)
        yield ""
        yield from (plain(line, 2000) for line in one.example.splitlines())


def _excerpt(
    span: Span, files: Mapping[str, str], gutter: int, mark: str, text: str, paint: str
) -> Iterator[str]:
    shown = excerpt(span, files, _WIDTH)
    marks = f"{' ' * shown.start}{_painted(mark * shown.width, paint, bool(paint))}"
    yield f"{shown.line:>{gutter}} | {shown.text}"
    yield f"{' ' * gutter} | {marks}{' ' + text if text else ''}"


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{_END}" if color else text
