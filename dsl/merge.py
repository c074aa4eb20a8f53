"""Merges two changes of a rule file declaration by declaration: both sides may add a customer at one place.

A declaration is known by its kind and name, wherever it stands. What both sides changed is handed to a merge of lines, so
that a real conflict has its markers inside the one declaration that it is about; one that only layout makes is none.
`dsl.merge_pieces` says what a piece is, and which pieces of two versions are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dsl.merge_pieces import Piece, contested, edited_comments, following, joined, named, pieces

MergeLines = Callable[[str, str, str], tuple[str, bool]]
"""Base, ours and theirs to a merged text, and whether it holds a conflict."""


class Merged(NamedTuple):
    """The merged text, and the declarations (`customer acme`) that hold a conflict."""

    text: str
    conflicts: tuple[str, ...]


def merge(base: str, ours: str, theirs: str, *, merge_lines: MergeLines) -> Merged:
    """The text that has both changes. Order is ours; what only they have follows what it follows in theirs."""
    old, mine, other = pieces(base, ours, theirs)
    mine, other = (named(side, edited_comments(old, side)) for side in (mine, other))
    mine, other = map(named, (mine, other), contested(old, mine, other))
    out: list[Piece] = []
    conflicts: list[str] = []
    for key in _order(mine, other):
        chosen, conflict = _settled(old.get(key), mine.get(key), other.get(key), merge_lines)
        if conflict:
            conflicts.append(re.split("[\0\n]", key, maxsplit=1)[0])
        if chosen is not None:
            out.append(chosen)
    return Merged(joined(out), tuple(conflicts))


def _settled(
    base: Piece | None, ours: Piece | None, theirs: Piece | None, merge_lines: MergeLines
) -> tuple[Piece | None, bool]:
    """What becomes of one declaration; None where it goes."""
    if _same(theirs, ours) or _same(theirs, base):
        return ours, False
    if _same(ours, base):
        return theirs if theirs is None or ours is None else theirs._replace(gap=ours.gap), False
    old, mine, other = (None if piece is None else piece.text for piece in (base, ours, theirs))
    text, conflict = merge_lines(*(_line(text) for text in (old, mine, other)))
    if conflict:
        laid_out, differ = merge_lines(*(_laid_out(text) for text in (old, mine, other)))
        text, conflict = (text, True) if differ else (laid_out, False)
    place = ours or theirs
    assert place is not None
    return place._replace(text=text.rstrip("\n")), conflict


def _same(one: Piece | None, other: Piece | None) -> bool:
    """Whether they differ in blank lines at most."""
    return one == other if one is None or other is None else one[1:] == other[1:]


def _line(text: str | None) -> str:
    return "" if text is None else f"{text}\n"


def _laid_out(text: str | None) -> str:
    """In the layout of `sla fmt`, in which another layout is no change."""
    from dsl.format import format_text

    return "" if text is None else format_text(f"{text}\n").text


def _order(ours: dict[str, Piece], theirs: dict[str, Piece]) -> list[str]:
    """Our keys with theirs between them, each after the one that it follows there; a comment keeps what is right below it."""
    new = following(theirs, ours)
    out = [*new.get("", ())]
    waiting: list[str] = []
    for key, piece in ours.items():
        if not piece.under:
            out += waiting
            waiting = []
        out.append(key)
        waiting += new.get(key, ())
    return [*out, *waiting]
