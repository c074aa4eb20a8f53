"""Applies safe fixes to texts: what a finding offers and keeps what the author plainly meant."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from dsl.diagnostic import Diagnostic, Edit
from dsl.span import Lines, Span


class Mended(NamedTuple):
    """Texts by shown path after one round, the findings whose fix went in, and what happened to each file."""

    files: dict[str, str]
    applied: tuple[Diagnostic, ...]
    edits: Mapping[str, Edits]


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
            insort(accepted.setdefault(edit.span.path, []), edit, key=_start)
        applied.append(one)
    done = {path: Edits(edits) for path, edits in accepted.items()}
    out = {path: edits.of(files[path]) for path, edits in done.items()}
    return Mended({**files, **out}, tuple(applied), done)


class Edits:
    """Edits of one text in their order, none of which touches another."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        grown = [len(edit.text) - (edit.span.end - edit.span.start) for edit in edits]
        self._grown = [0, *accumulate(grown)]
        self._starts = [edit.span.start + grown for edit, grown in zip(edits, self._grown, strict=False)]

    def of(self, text: str) -> str:
        """The text with all of them."""
        out: list[str] = []
        at = 0
        for edit in self._edits:
            out += (text[at : edit.span.start], edit.text)
            at = edit.span.end
        return "".join((*out, text[at:]))

    def back(self, offset: int) -> int:
        """An offset of the edited text as one of the text before."""
        number = bisect_right(self._starts, offset)
        if not number:
            return offset
        edit, start = self._edits[number - 1], self._starts[number - 1]
        if offset < start + len(edit.text):
            return min(edit.span.start + offset - start, edit.span.end)
        return offset - self._grown[number]


def before(span: Span, rounds: Sequence[Mended], lines: Lines) -> Span:
    """Where something stood in the text, of `lines`, that the first round began with; what a fix wrote is where it wrote it."""
    start, end = span.start, span.end
    for edits in [one.edits[span.path] for one in reversed(rounds) if span.path in one.edits]:
        start, last = edits.back(start), edits.back(end - 1)
        end = max(start, last + 1)
    return lines.span(start, min(end, lines.length))


def _start(edit: Edit) -> int:
    return edit.span.start


def _clashes(edit: Edit, others: Sequence[Edit]) -> bool:
    """Whether an edit touches a character of one of others, which are in their order, or inserts at the same place."""
    at = bisect_right(others, edit.span.start, key=_start)
    return any(
        edit.span.start <= other.span.end and other.span.start <= edit.span.end
        for other in others[max(at - 1, 0) : at + 1]
    )
