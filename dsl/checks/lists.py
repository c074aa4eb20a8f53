"""Lists in which a word stands twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dsl import syntax
from dsl.finding import Finding, here


def repeated(words: Sequence[syntax.Word]) -> Iterable[Finding]:
    """A finding for each word that is there already, at the first place where it is."""
    return _repeated(words) if len(words) > 1 else ()


def _repeated(words: Sequence[syntax.Word]) -> Iterator[Finding]:
    seen: dict[str, syntax.Word | None] = {}
    for word in words:
        first = seen.setdefault(word.text, word)
        if first is not None and first is not word:
            seen[word.text] = None
            yield Finding(
                "E0308",
                f"`{word.text}` is in this list twice",
                here(word),
                "remove one of them",
                labels=((here(first), "here first"),),
            )
