"""The inbox's table: as quick over a million rows as over ten, because only the lines on the screen are looked at."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from engine.snapshot import Row
from tui.glyphs import UNICODE, Glyphs
from tui.line import Line
from tui.moment import countdown
from tui.standing import standing
from tui.view import Arranged, Layout, View, heading, lay_out, row_head, row_lines, row_tail
from tui.widgets.rows import Rows

_KEPT = 1000  # painted rows that are remembered


class Table(Rows[Row]):
    """Rows of an `Arranged`, one or two lines each, under a heading that stays."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, now: Callable[[], int], id: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs, now=now, id=id)
        self._view = View()
        self._layout_now = lay_out(120)
        self._strips: dict[tuple[object, ...], tuple[Strip, ...]] = {}
        self._tails: dict[tuple[int, bool, int], list[Segment]] = {}

    @property
    def view(self) -> View:
        """The view that the rows were arranged for."""
        return self._view

    @property
    def layout_now(self) -> Layout:
        """The columns that are shown."""
        return self._layout_now

    @property
    def row_height(self) -> int:
        return self._layout_now.height

    @property
    def row_reach(self) -> int | None:
        return self._layout_now.reach

    def id_of(self, row: Row) -> int:
        return row.id

    def show(self, arranged: Arranged) -> None:
        """Show these rows; the cursor stays on its ticket, or near where it was if that has gone."""
        self._view = arranged.view
        self.put(arranged.rows, arranged.where)

    def refit(self) -> None:
        super().refit()
        self._layout_now = lay_out(max(1, self.cells), self._view.columns)
        self._strips.clear()
        self._tails.clear()

    def heading_line(self) -> Line:
        return heading(self._layout_now, self._view, self.glyphs)

    def row_face(self, index: int, now: int) -> tuple[object, ...]:
        row = self._rows[index]
        snoozed = row.snoozed_until is not None and row.snoozed_until > now
        return (row.id, countdown(row.due, now), standing(row, now), snoozed, (now - row.opened) // 60)

    def row_strip(self, index: int, part: int) -> Strip:
        row = self._rows[index]
        under, marked = index == self.cursor, row.id in self.marked
        key = (self._faces[index], under, marked)
        strips = self._strips.get(key)
        if strips is None:
            if len(self._strips) > _KEPT:
                self._strips.clear()
                self._tails.clear()
            made = self._paint_row(row, self._now(), self.style_of(index), under=under, marked=marked)
            strips = self._strips[key] = made
        return strips[part]

    def _paint_row(self, row: Row, now: int, style: Style, *, under: bool, marked: bool) -> tuple[Strip, ...]:
        layout, glyphs = self._layout_now, self.glyphs
        if layout.cards:
            lines = row_lines(row, now, layout, glyphs, marked=marked)
            return tuple(Strip(self.segments(line, style), layout.width) for line in lines)
        place = (row.id, under, (now - row.opened) // 60)
        tail = self._tails.get(place)
        if tail is None:
            tail = self._tails[place] = self.segments(row_tail(row, now, layout, glyphs), style)
        head = self.segments(row_head(row, now, layout, glyphs, marked=marked), style)
        return (Strip(head + tail, layout.width),)
