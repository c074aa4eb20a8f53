"""Columns of any table: what a column is, which of them fit into a width, and how a line of cells is put together.

Pure, and without a word about what the rows are: the inbox and the lists of the other screens share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.glyphs import Glyphs
from tui.line import Line, Piece, cells_of, fit

T = TypeVar("T")

CARDS_BELOW = 60
"""Cells below which a row is a card of two lines."""
LEAD = 3
"""Two cells of marks and a gap before the first column."""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: `least` and `most` cells wide; `rank` says how early it gives way (0 = never).

    `cell` says what stands in it at an instant (UTC seconds); items are sorted by what `order` answers.
    """

    key: str
    title: str
    least: int
    most: int
    rank: int
    cell: Callable[[T, int, Glyphs], Piece]
    order: Callable[[T], object]
    about: str
    right: bool = False


def spread(
    columns: Sequence[Column[T]], width: int, *, wide: str = "", first: int = 0
) -> tuple[tuple[Column[T], int], ...]:
    """The columns that fit into `width` cells, with their widths; a space follows each.

    Those of low rank stay. Of what is left over the column `wide` gets up to `first` cells before the others grow, and all
    that nobody else takes.
    """
    kept = list(columns)
    while len(kept) > 1 and LEAD + sum(column.least + 1 for column in kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    room = width - LEAD - sum(column.least + 1 for column in kept)
    widths = {column.key: column.least for column in kept}
    if wide in widths:
        extra = max(0, min(room, first - widths[wide]))
        widths[wide] += extra
        room -= extra
    for column in kept:
        if column.key != wide:
            # What is left goes half to the short texts, so that the long one grows on.
            extra = max(0, min(column.most - column.least, room // 2 if wide in widths else room))
            widths[column.key] += extra
            room -= extra
    if wide in widths:
        widths[wide] += room
    return tuple((column, widths[column.key]) for column in kept)


def cell(item: T, now: int, glyphs: Glyphs, column: Column[T], size: int) -> Piece:
    """One cell and the space after it."""
    value, role = column.cell(item, now, glyphs)
    return fit(value, size, right=column.right, more=glyphs.more) + " ", role


def titles(
    columns: Sequence[tuple[Column[T], int]], width: int, glyphs: Glyphs, sort: str, *, reverse: bool
) -> Line:
    """The line of column titles; the one that is sorted by carries a sign."""
    pieces: list[Piece] = [(" " * LEAD, "title")]
    for column, cells in columns:
        sign = ""
        if column.key == sort:
            sign = " " + (glyphs.down if reverse else glyphs.up)
        pieces.append((fit(column.title + sign, cells, right=column.right, more=glyphs.more) + " ", "title"))
    return fill(pieces, width, glyphs.more)


def fill(pieces: Sequence[Piece], width: int, more: str) -> Line:
    """The pieces cut or padded to exactly `width` cells."""
    left = width
    out: list[Piece] = []
    for value, role in pieces:
        cells = min(left, cells_of(value))
        if cells > 0:
            out.append((fit(value, cells, more=more), role))
            left -= cells
    if left > 0:
        out.append((" " * left, ""))
    return tuple(out)
