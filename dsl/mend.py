"""Applies safe fixes to texts: what a finding offers and keeps what the author plainly meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dsl.diagnostic import Diagnostic, Edit


class Mended(NamedTuple):
    """Texts by shown path after one round, and the findings whose fix went in."""

    files: dict[str, str]
    applied: tuple[Diagnostic, ...]


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
    out = {path: _edited(files[path], edits) for path, edits in accepted.items()}
    return Mended({**files, **out}, tuple(applied))


def _clashes(edit: Edit, others: Iterable[Edit]) -> bool:
    """Whether two edits touch one character, or insert at one place."""
    return any(edit.span.start <= other.span.end and other.span.start <= edit.span.end for other in others)


def _edited(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda one: one.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
