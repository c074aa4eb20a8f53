"""What a change touches: findings in declarations whose text is another one, and findings that were not there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dsl.cut import cut
from dsl.diagnostic import Diagnostic
from dsl.span import Span


class Before(NamedTuple):
    """A rule set as it was: its findings and its files."""

    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]


def touched(
    diagnostics: Iterable[Diagnostic], files: Mapping[str, str], before: Before
) -> tuple[Diagnostic, ...]:
    """The findings of the change from `before` to `files`. A declaration that only moved has not changed."""
    known = {piece for text in before.files.values() for piece in cut(_lines(text)).texts}
    changed = {path: list(_changed(text, known)) for path, text in files.items()}
    old = Counter(map(_identity, before.diagnostics))
    out: list[Diagnostic] = []
    for one in diagnostics:
        new = not old[_identity(one)]
        old[_identity(one)] -= not new
        if new or any(_within(span, changed) for span in (one.span, *(label.span for label in one.labels))):
            out.append(one)
    return tuple(out)


def _identity(one: Diagnostic) -> tuple[str, str, str]:
    """As the fingerprint, without the file: moving a declaration is no change."""
    return (one.code, one.context, one.message)


def _changed(text: str, known: set[str]) -> Iterable[tuple[int, int]]:
    pieces = cut(text)
    for start, piece in zip(pieces.starts, pieces.texts, strict=True):
        if _lines(piece) not in known:
            yield start, start + len(piece)


def _within(span: Span, changed: Mapping[str, list[tuple[int, int]]]) -> bool:
    return any(start <= span.start < end for start, end in changed.get(span.path, ()))


def _lines(text: str) -> str:
    """Git may keep other line ends than the working tree has."""
    return text.replace("\r\n", "\n").rstrip("\r")
