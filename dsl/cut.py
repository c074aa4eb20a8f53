"""Cuts a rule file into declarations without parsing it: a head and its closing brace stand in column 1.

So a missing brace harms one declaration, and an edit costs the parsing of what it touched. A file of ten thousand
customers passes through here at every reload, so the expression never tries a line twice. It does so without
possessive quantifiers, which early releases of Python 3.11 get wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

# A head; then lines that are blank, indented or comments; then a line that closes in column 1.
_BLOCK = re.compile(r"^[ \t]*[^\s#}].*(?:\n+[ \t\r#].*)*(?:\n+\}.*)?", re.MULTILINE)
_STRAY = re.compile(r"^[ \t]*(\}.*)", re.MULTILINE)


class Cut(NamedTuple):
    """The declarations of one file: the offset of each head, and the text from there to its end."""

    starts: list[int]
    texts: list[str]


def cut(text: str, start: int = 0, end: int | None = None) -> Cut:
    """Cut `text[start:end]`; offsets count from the start of `text`."""
    starts: list[int] = []
    texts: list[str] = []
    for match in _BLOCK.finditer(text, start, len(text) if end is None else end):
        chunk = match[0]
        if "\n}" not in chunk:
            chunk = _without_tail(chunk)
        starts.append(match.start())
        texts.append(chunk)
    return Cut(starts, texts)


def _without_tail(chunk: str) -> str:
    """Without the blank lines and comments at its end: they belong to what follows."""
    end = len(chunk)
    while (line := chunk.rfind("\n", 0, end)) >= 0 and chunk[line:end].lstrip("\n\r\t ")[:1] in ("", "#"):
        end = line
    return chunk[:end]


def about(text: str, head: int) -> str:
    """What the `##` comment right above the declaration at `head` says, on one line; "" without one."""
    lines: list[str] = []
    while head > 0:
        start = text.rfind("\n", 0, head - 1) + 1
        line = text[start : head - 1]
        if not line.startswith("##"):
            break
        lines.append(line.lstrip("#").strip())
        head = start
    return " ".join(reversed(lines))


def strays(text: str, pieces: Cut, end: int | None = None) -> Iterator[int]:
    """Offsets of closing braces before `end` that close nothing."""
    last = len(text) if end is None else end
    position = 0
    for start, chunk in zip([*pieces.starts, last], [*pieces.texts, ""], strict=True):
        if text.find("}", position, start) >= 0:
            yield from (match.start(1) for match in _STRAY.finditer(text, position, start))
        position = start + len(chunk)


def recut(old: str, pieces: Cut, new: str) -> tuple[Cut, int, int, int]:
    """Cut `new`, knowing how `old` was cut, by cutting only what lies between their common ends.

    Answers the new pieces and three counts: declarations kept at the start, kept at the end, and new ones
    between them.
    """
    head = _shared(old, new, min(len(old), len(new)))
    tail = _shared_end(old, new, min(len(old), len(new)) - head)
    kept_head = _index(pieces.starts, head)
    while kept_head and not _surely_ends(old, pieces, kept_head - 1, head):
        kept_head -= 1
    first_after = _index(pieces.starts, len(old) - tail)
    while first_after < len(pieces.starts) and not _begins_line(old, pieces, first_after, len(old) - tail):
        first_after += 1
    shift = len(new) - len(old)
    begin = pieces.starts[kept_head - 1] + len(pieces.texts[kept_head - 1]) if kept_head else 0
    finish = pieces.starts[first_after] + shift if first_after < len(pieces.starts) else len(new)
    between = cut(new, begin, finish)
    moved = pieces.starts[first_after:]
    starts = pieces.starts[:kept_head] + between.starts
    starts += [start + shift for start in moved] if shift else moved
    texts = pieces.texts[:kept_head] + between.texts + pieces.texts[first_after:]
    return Cut(starts, texts), kept_head, len(moved), len(between.texts)


def _surely_ends(old: str, pieces: Cut, index: int, latest: int) -> bool:
    """Whether a kept declaration ends where it did: by its own brace, or by a head in the common beginning."""
    if "\n}" in pieces.texts[index]:
        return pieces.starts[index] + len(pieces.texts[index]) < latest
    following = index + 1
    return (
        following < len(pieces.starts)
        and pieces.starts[following] < latest
        and old[pieces.starts[following]] not in " \t"
    )


def _begins_line(old: str, pieces: Cut, index: int, earliest: int) -> bool:
    """Whether a kept declaration surely starts there: its line's beginning is in the common end, and it is a
    head in column 1, so that nothing before it can swallow it."""
    start = pieces.starts[index]
    return start > earliest and old[start] not in " \t"


def _index(starts: list[int], offset: int) -> int:
    return bisect_left(starts, offset)


def _shared(old: str, new: str, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_end(old: str, new: str, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low
