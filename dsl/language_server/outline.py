"""The declarations of a file as a list: what an editor shows beside it, folds, and puts lenses on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from dsl.sheet import Sheet


class Entry(NamedTuple):
    """A declaration from `start` to `end`; `head` is the end of its head's words. `title` is "" where it has none."""

    kind: str
    name: str
    title: str
    start: int
    head: int
    end: int


def outline(sheet: Sheet, first: int = 0, last: int | None = None) -> Iterator[Entry]:
    """The declarations of a file between two offsets, in its order."""
    starts = sheet.cut.starts
    begin = max(bisect_right(starts, first) - 1, 0)
    end = len(starts) if last is None else bisect_right(starts, last)
    for start, unit in zip(starts[begin:end], sheet.units[begin:end], strict=True):
        tree = unit.tree
        title = tree.title.text if tree and tree.title else ""
        head = tree.end if tree else len(unit.text.split("\n", 1)[0])
        yield Entry(unit.kind, unit.name, title, start, start + head, start + len(unit.text.rstrip()))
