"""Merges two changes of a rule file declaration by declaration: both sides may add a customer at one place.

A declaration is known by its kind and name, wherever it stands. What both sides changed is handed to a merge of lines, so
that a real conflict has its markers inside the one declaration that it is about; one that only layout makes is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from dsl.cut import cut
from dsl.spacing import BLANK

MergeLines = Callable[[str, str, str], tuple[str, bool]]
"""Base, ours and theirs to a merged text, and whether it holds a conflict."""

_HEAD = re.compile(r'[ \t]*([a-z-]+)(?:[ \t]+([a-z0-9-]+|"(?:[^"\\\n]|\\.)*"))?')
_WHITE = BLANK + "\n"
_NAMELESS = frozenset(("language", "priorities", "statuses", "default"))


class Merged(NamedTuple):
    """The merged text, and the declarations (`customer acme`) that hold a conflict."""

    text: str
    conflicts: tuple[str, ...]


class _Piece(NamedTuple):
    """A declaration with the comment right above it, or a comment for itself; `gap` are the blank lines before it."""

    gap: str
    text: str


def merge(base: str, ours: str, theirs: str, *, merge_lines: MergeLines) -> Merged:
    """The text that has both changes. Order is ours; what only they have follows what it follows in theirs."""
    old, mine, other = (_pieces(text) for text in (base, ours, theirs))
    out: list[_Piece] = []
    conflicts: list[str] = []
    for key in _order(mine, other):
        chosen, conflict = _settled(old.get(key), mine.get(key), other.get(key), merge_lines)
        if conflict:
            conflicts.append(key.split("\0", 1)[0])
        if chosen is not None:
            out.append(chosen)
    return Merged(_joined(out), tuple(conflicts))


def _settled(
    base: _Piece | None, ours: _Piece | None, theirs: _Piece | None, merge_lines: MergeLines
) -> tuple[_Piece | None, bool]:
    """What becomes of one declaration; None where it goes."""
    old, mine, other = (None if piece is None else piece.text for piece in (base, ours, theirs))
    if other in (mine, old):
        return ours, False
    if mine == old:
        return theirs if theirs is None or ours is None else theirs._replace(gap=ours.gap), False
    text, conflict = merge_lines(*(_line(text) for text in (old, mine, other)))
    if conflict:
        laid_out, differ = merge_lines(*(_laid_out(text) for text in (old, mine, other)))
        text, conflict = (text, True) if differ else (laid_out, False)
    place = ours or theirs
    assert place is not None
    return place._replace(text=text.rstrip("\n")), conflict


def _line(text: str | None) -> str:
    return "" if text is None else f"{text}\n"


def _laid_out(text: str | None) -> str:
    """In the layout of `sla fmt`, in which another layout is no change."""
    from dsl.format import format_text

    return "" if text is None else format_text(f"{text}\n").text


def _order(ours: dict[str, _Piece], theirs: dict[str, _Piece]) -> list[str]:
    """Our keys with theirs between them, each after the one that it follows there."""
    following: dict[str, list[str]] = {}
    before = ""
    for key in theirs:
        if key not in ours:
            following.setdefault(before, []).append(key)
        else:
            before = key
    out = following.get("", [])[:]
    for key in ours:
        out += [key, *following.get(key, ())]
    return out


def _pieces(text: str) -> dict[str, _Piece]:
    """The pieces of a file in their order, by what they are known by."""
    met: Counter[str] = Counter()
    out: dict[str, _Piece] = {}

    def add(key: str, gap: str, body: str) -> None:
        met[key] += 1
        out[f"{key}\0{met[key]}"] = _Piece(gap, body)

    position = 0
    pieces = cut(text)
    for start, chunk in zip([*pieces.starts, len(text)], [*pieces.texts, ""], strict=True):
        gap = text[position:start]
        gap = gap[gap.find("\n") + 1 :] if position else gap  # the end of the line before
        *loose, above = re.split(r"(?:^|(?<=\n))[ \t\r]*\n", gap)
        position = start + len(chunk)
        blank = ""
        for comment in loose:
            if comment.strip(_WHITE):
                add(f"comment {comment.strip(_WHITE)}", blank, comment.rstrip("\n"))
                blank = ""
            blank += "\n"
        if chunk:
            add(_key(chunk), blank, above + chunk)
        elif above.strip(_WHITE):
            add(f"comment {above.strip(_WHITE)}", blank, above.rstrip("\n"))
    return out


def _key(chunk: str) -> str:
    match = _HEAD.match(chunk)
    if match is None:
        return chunk.split("\n", 1)[0]
    kind, name = match[1], match[2]
    return kind if name is None or kind in _NAMELESS else f"{kind} {name}"


def _joined(pieces: list[_Piece]) -> str:
    out = ""
    for index, piece in enumerate(pieces):
        gap = piece.gap
        if index and not gap and ("\n}" in piece.text or out.endswith("}\n")):
            gap = "\n"  # what stood at a file's start now follows something
        out += gap + piece.text + "\n"
    return out
