"""Applies safe fixes to texts: what a finding offers and keeps what the author plainly meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dsl.diagnostic import Diagnostic, Edit
from dsl.span import Lines, Span


class Mended(NamedTuple):
    """Texts by shown path after one round, the findings whose fix went in, and the edits of each file in their order."""

    files: dict[str, str]
    applied: tuple[Diagnostic, ...]
    edits: Mapping[str, Sequence[Edit]]


def mended(diagnostics: Iterable[Diagnostic], files: Mapping[str, str]) -> Mended:
    """One round of safe fixes, each whole or not at all; one that overlaps another waits for the next round."""
    accepted: dict[str, list[Edit]] = {}
    applied: list[Diagnostic] = []
    for one in diagnostics:
        fix = next((fix for fix in one.fixes if fix.safe), None)
        if fix is None or not fix.edits:
            continue
        if any(_clashes(edit, accepted.get(edit.span.path, ())) for edit in fix.edits):
            continue
        for edit in fix.edits:
            accepted.setdefault(edit.span.path, []).append(edit)
        applied.append(one)
    ordered = {path: sorted(edits, key=lambda one: one.span.start) for path, edits in accepted.items()}
    out = {path: _edited(files[path], edits) for path, edits in ordered.items()}
    return Mended({**files, **out}, tuple(applied), ordered)


def before(span: Span, rounds: Sequence[Mended], text: str) -> Span:
    """Where something stood in the `text` that the first round began with; what a fix wrote is where it wrote it."""
    start, end = span.start, span.end
    for edits in (one.edits.get(span.path, ()) for one in reversed(rounds)):
        start, last = _back(start, edits), _back(end - 1, edits)
        end = max(start, last + 1)
    return Lines(span.path, text).span(start, min(end, len(text)))


def _back(offset: int, edits: Sequence[Edit]) -> int:
    """An offset of the edited text as one of the text before."""
    for edit in edits:
        at = edit.span.start
        if offset < at or (offset == at and edit.text):
            break
        if offset < at + len(edit.text):
            return min(offset, edit.span.end)
        offset += edit.span.end - at - len(edit.text)
    return offset


def _clashes(edit: Edit, others: Iterable[Edit]) -> bool:
    """Whether two edits touch one character, or insert at one place."""
    return any(edit.span.start <= other.span.end and other.span.start <= edit.span.end for other in others)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
