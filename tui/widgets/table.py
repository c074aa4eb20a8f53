"""A table that only ever looks at the lines on the screen: as quick over a million rows as over ten.

The cursor and the marks are ids of rows, so they stay with their tickets whatever a refresh brings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from engine.snapshot import Row
from tui.glyphs import UNICODE, Glyphs
from tui.line import Line
from tui.moment import countdown
from tui.standing import standing
from tui.themes import NO_COLOR, cursor_style, role_styles
from tui.view import Arranged, Layout, View, heading, lay_out, row_head, row_lines, row_tail

_KEPT = 1000  # painted rows that are remembered
_NEAR = 500  # rows looked at on either side for a cursor whose row has moved


class Table(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of an `Arranged`, one or two lines each, under a heading that stays."""

    DEFAULT_CSS = """
    Table { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    class Open(Message):
        """A row was double-clicked."""

    class Moved(Message):
        """The cursor is on another row, or marks have changed."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, now: Callable[[], int], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs
        self.marked: set[int] = set()
        self.cursor = 0
        self._now = now
        self._rows: Sequence[Row] = ()
        self._view = View()
        self._layout_now = lay_out(120)
        self._cursor_id: int | None = None
        self._strips: dict[tuple[object, ...], tuple[Strip, ...]] = {}
        self._tails: dict[tuple[int, bool, int], list[Segment]] = {}
        self._painted: dict[int, tuple[object, ...]] = {}
        self._roles: Mapping[str, Style] = MappingProxyType({})
        self._under_cursor = Style.null()
        self._base = Style.null()
        self._top = 0
        self._width = 0

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, shown or further down."""
        return self._rows

    @property
    def view(self) -> View:
        """The view that the rows were arranged for."""
        return self._view

    @property
    def layout_now(self) -> Layout:
        """The columns that are shown."""
        return self._layout_now

    @property
    def current(self) -> Row | None:
        """The row that has the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def wanted(self) -> frozenset[int]:
        """Ids whose place the table wants to know after the next arrangement."""
        return frozenset(self.marked if self._cursor_id is None else {*self.marked, self._cursor_id})

    def chosen(self) -> list[int]:
        """The marked ids, else the one under the cursor."""
        if self.marked:
            return sorted(self.marked)
        row = self.current
        return [] if row is None else [row.id]

    def show(self, arranged: Arranged) -> None:
        """Show these rows; the cursor stays on its ticket, or near where it was if that has gone."""
        top = self.scroll_offset.y
        from_top = self.cursor * self._layout_now.height - top
        self._rows, self._view = arranged.rows, arranged.view
        self._fit()
        self.cursor = self._find(arranged.where)
        row = self.current
        self._cursor_id = row.id if row else None
        self._resize_canvas()
        if top and from_top >= 0:
            # Further down the ticket stays where the eye is; at the top, what is new and urgent must come into sight.
            here = self.cursor * self._layout_now.height - from_top
            self.scroll_to(y=max(0, here), animate=False, immediate=True, force=True)
        self._keep_in_sight()
        self._forget()
        self.refresh()
        self.post_message(self.Moved())

    def _find(self, where: Mapping[int, int]) -> int:
        wanted, rows = self._cursor_id, self._rows
        last = max(0, len(rows) - 1)
        at = min(self.cursor, last)
        if wanted is None or not rows or rows[at].id == wanted:
            return at
        told = where.get(wanted)
        if told is not None and told < len(rows) and rows[told].id == wanted:
            return told
        near = range(max(0, at - _NEAR), min(len(rows), at + _NEAR))
        return next((index for index in near if rows[index].id == wanted), at)

    def forget_marks(self, keep: Collection[int] = ()) -> None:
        """Take all marks away but those on `keep`."""
        self.marked &= set(keep)
        self.refresh()
        self.post_message(self.Moved())

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or not, and go on to the next."""
        row = self.current
        if row is not None:
            self.marked ^= {row.id}
            self.move(1)
            self.refresh()
            self.post_message(self.Moved())

    def mark_all(self) -> None:
        """Mark every row; none if all are marked."""
        ids = {row.id for row in self._rows}
        self.marked = set() if ids <= self.marked else ids
        self.refresh()
        self.post_message(self.Moved())

    def move(self, lines: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self.cursor + lines)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row and bring it into sight."""
        if not self._rows:
            return
        before = self.cursor
        self.cursor = max(0, min(index, len(self._rows) - 1))
        row = self.current
        self._cursor_id = row.id if row else None
        self._keep_in_sight()
        for at in (before, self.cursor):
            self._refresh_rows(at, at)
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, (self.size.height - 1) // self._layout_now.height)

    @property
    def _cells(self) -> int:
        return self.scrollable_content_region.width

    def _keep_in_sight(self) -> None:
        height = self._layout_now.height
        top = self.scroll_offset.y
        first, last = self.cursor * height, (self.cursor + 1) * height
        visible = max(height, self.size.height - 1)
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True, force=True)
        elif last > top + visible:
            self.scroll_to(y=last - visible, animate=False, immediate=True, force=True)

    def tick(self) -> None:
        """Paint anew only what time has changed."""
        now, rows, painted = self._now(), self._rows, self._painted
        changed = [index for index in self._in_sight() if painted.get(index) != _face(rows[index], now)]
        if changed:
            # One region from the first to the last: every region costs more than the lines between.
            self._refresh_rows(changed[0], changed[-1], self._layout_now.reach)

    def _in_sight(self) -> range:
        height = self._layout_now.height
        top = self.scroll_offset.y // height
        return range(top, min(len(self._rows), top + self.size.height // height + 1))

    def _refresh_rows(self, first: int, last: int, cells: int | None = None) -> None:
        """Paint rows anew, as far as their first `cells` or all of them: less to send down a slow line."""
        height, bottom = self._layout_now.height, self.size.height
        top = self.scroll_offset.y
        y = max(1, 1 + first * height - top)
        end = min(bottom, 1 + (last + 1) * height - top)
        if end > y:
            self.refresh(Region(0, y, cells or self.size.width, end - y))

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._restyle())
        self._restyle()

    def _restyle(self) -> None:
        theme = NO_COLOR if self.app.no_color else self.app.theme
        self._roles, self._under_cursor = role_styles(theme), cursor_style(theme)
        self._forget()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._resize_canvas()
        self._keep_in_sight()
        self.refresh()

    def _fit(self) -> None:
        self._layout_now = lay_out(max(1, self._cells), self._view.columns)
        self._forget()

    def _resize_canvas(self) -> None:
        self.virtual_size = Size(self._cells, 1 + len(self._rows) * self._layout_now.height)

    def render_lines(self, crop: Region) -> list[Strip]:
        base = self.rich_style  # costs a walk up the tree: once a paint, not once a line
        if base != self._base:
            self._base = base
            self._forget()
        self._top, self._width = self.scroll_offset.y, self._cells
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        base = self._base
        if y == 0:
            line = heading(self._layout_now, self._view, self.glyphs)
            return Strip(self._segments(line, base), self._layout_now.width)
        index, part = divmod(y - 1 + self._top, self._layout_now.height)
        if index >= len(self._rows):
            return Strip.blank(self._width, base)
        row, now = self._rows[index], self._now()
        face = self._painted[index] = _face(row, now)
        under, marked = index == self.cursor, row.id in self.marked
        key = (face, under, marked)
        strips = self._strips.get(key)
        if strips is None:
            if len(self._strips) > _KEPT:
                self._strips.clear()
                self._tails.clear()
            style = base + self._under_cursor if under else base
            strips = self._strips[key] = self._paint_row(row, now, style, under=under, marked=marked)
        return strips[part]

    def _paint_row(self, row: Row, now: int, style: Style, *, under: bool, marked: bool) -> tuple[Strip, ...]:
        layout, glyphs = self._layout_now, self.glyphs
        if layout.cards:
            lines = row_lines(row, now, layout, glyphs, marked=marked)
            return tuple(Strip(self._segments(line, style), layout.width) for line in lines)
        place = (row.id, under, (now - row.opened) // 60)
        tail = self._tails.get(place)
        if tail is None:
            tail = self._tails[place] = self._segments(row_tail(row, now, layout, glyphs), style)
        head = self._segments(row_head(row, now, layout, glyphs, marked=marked), style)
        return (Strip(head + tail, layout.width),)

    def _segments(self, line: Line, base: Style) -> list[Segment]:
        roles = self._roles
        return [Segment(text, base + roles[role] if role in roles else base) for text, role in line]

    def _forget(self) -> None:
        self._strips.clear()
        self._tails.clear()
        self._painted.clear()

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            return
        index = (event.y - 1 + self.scroll_offset.y) // self._layout_now.height
        if index < len(self._rows):
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Open())


def _face(row: Row, now: int) -> tuple[object, ...]:
    """What time changes about a row."""
    snoozed = row.snoozed_until is not None and row.snoozed_until > now
    return (row.id, countdown(row.due, now), standing(row, now), snoozed, (now - row.opened) // 60)
