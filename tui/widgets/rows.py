"""Lines that have a cursor and marks: what the inbox's table and the lists of the other screens have in common.

Only the lines on the screen are ever painted. Cursor and marks are ids, so they stay with their rows whatever a refresh brings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.glyphs import UNICODE, Glyphs
from tui.line import Line
from tui.themes import NO_COLOR, cursor_style, role_styles

T = TypeVar("T")
_NEAR = 500  # rows looked at on either side for a cursor whose row has moved


class Rows(ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """A heading that stays, and under it rows of `row_height` lines each. Subclasses say what a row looks like."""

    DEFAULT_CSS = """
    Rows { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
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
        self._rows: Sequence[T] = ()
        self._cursor_id: int | None = None
        self._roles: Mapping[str, Style] = MappingProxyType({})
        self._under_cursor = Style.null()
        self._base = Style.null()
        self._top = 0
        self._faces: dict[int, object] = {}

    # What a subclass answers

    @property
    def row_height(self) -> int:
        """Lines a row."""
        return 1

    def id_of(self, row: T) -> int:
        """What tells a row from all others."""
        raise NotImplementedError

    def heading_line(self) -> Line:
        """The line above all rows, for the width there is."""
        raise NotImplementedError

    def row_strip(self, index: int, part: int) -> Strip:
        """Line `part` of a row."""
        raise NotImplementedError

    def row_face(self, index: int, now: int) -> object:
        """What time changes about a row: painted anew where this differs from the last time."""
        raise NotImplementedError

    @property
    def row_reach(self) -> int | None:
        """How many cells from the left time can change; None if it can change all."""
        return None

    def refit(self) -> None:
        """The width, the look or the rows have changed: nothing that was painted holds any more."""
        self._faces.clear()

    # Rows, cursor and marks

    @property
    def rows(self) -> Sequence[T]:
        """All rows, shown or further down."""
        return self._rows

    @property
    def current(self) -> T | None:
        """The row that has the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def wanted(self) -> frozenset[int]:
        """Ids whose place is worth knowing after the next arrangement."""
        return frozenset(self.marked if self._cursor_id is None else {*self.marked, self._cursor_id})

    def chosen(self) -> list[int]:
        """The marked ids, else the one under the cursor."""
        if self.marked:
            return sorted(self.marked)
        row = self.current
        return [] if row is None else [self.id_of(row)]

    def put(self, rows: Sequence[T], where: Mapping[int, int]) -> None:
        """Show these rows; the cursor stays on its row, or near where it was if that has gone. `where` helps to find it."""
        top = self.scroll_offset.y
        from_top = self.cursor * self.row_height - top
        self._rows = rows
        self.refit()
        self.cursor = self._find(where)
        row = self.current
        self._cursor_id = None if row is None else self.id_of(row)
        self._resize_canvas()
        if top and from_top >= 0:
            # Further down the row stays where the eye is; at the top, what is new and urgent must come into sight.
            here = self.cursor * self.row_height - from_top
            self.scroll_to(y=max(0, here), animate=False, immediate=True, force=True)
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Moved())

    def _find(self, where: Mapping[int, int]) -> int:
        wanted, rows = self._cursor_id, self._rows
        last = max(0, len(rows) - 1)
        at = min(self.cursor, last)
        if wanted is None or not rows or self.id_of(rows[at]) == wanted:
            return at
        told = where.get(wanted)
        if told is not None and told < len(rows) and self.id_of(rows[told]) == wanted:
            return told
        near = range(max(0, at - _NEAR), min(len(rows), at + _NEAR))
        return next((index for index in near if self.id_of(rows[index]) == wanted), at)

    def forget_marks(self, keep: Collection[int] = ()) -> None:
        """Take all marks away but those on `keep`."""
        self.marked &= set(keep)
        self.refresh()
        self.post_message(self.Moved())

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or not, and go on to the next."""
        row = self.current
        if row is not None:
            self.marked ^= {self.id_of(row)}
            self.move(1)
            self.refresh()
            self.post_message(self.Moved())

    def mark_all(self) -> None:
        """Mark every row; none if all are marked."""
        ids = {self.id_of(row) for row in self._rows}
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
        self._cursor_id = None if row is None else self.id_of(row)
        self._keep_in_sight()
        for at in (before, self.cursor):
            self._refresh_rows(at, at)
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, (self.size.height - 1) // self.row_height)

    # Painting

    @property
    def cells(self) -> int:
        """The width there is for a row."""
        return self.scrollable_content_region.width

    def _keep_in_sight(self) -> None:
        height = self.row_height
        top = self.scroll_offset.y
        first, last = self.cursor * height, (self.cursor + 1) * height
        visible = max(height, self.size.height - 1)
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True, force=True)
        elif last > top + visible:
            self.scroll_to(y=last - visible, animate=False, immediate=True, force=True)

    def tick(self) -> None:
        """Paint anew only what time has changed."""
        now, faces = self._now(), self._faces
        changed = [index for index in self._in_sight() if faces.get(index) != self.row_face(index, now)]
        if changed:
            # One region from the first to the last: every region costs more than the lines between.
            self._refresh_rows(changed[0], changed[-1], self.row_reach)

    def _in_sight(self) -> range:
        height = self.row_height
        top = self.scroll_offset.y // height
        return range(top, min(len(self._rows), top + self.size.height // height + 1))

    def _refresh_rows(self, first: int, last: int, cells: int | None = None) -> None:
        """Paint rows anew, as far as their first `cells` or all of them: less to send down a slow line."""
        height, bottom = self.row_height, self.size.height
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
        self.refit()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.refit()
        self._resize_canvas()
        self._keep_in_sight()
        self.refresh()

    def _resize_canvas(self) -> None:
        self.virtual_size = Size(self.cells, 1 + len(self._rows) * self.row_height)

    def render_lines(self, crop: Region) -> list[Strip]:
        base = self.rich_style  # costs a walk up the tree: once a paint, not once a line
        if base != self._base:
            self._base = base
            self.refit()
        self._top = self.scroll_offset.y
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return Strip(self.segments(self.heading_line(), self._base)).adjust_cell_length(
                self.cells, self._base
            )
        index, part = divmod(y - 1 + self._top, self.row_height)
        if index >= len(self._rows):
            return Strip.blank(self.cells, self._base)
        self._faces[index] = self.row_face(index, self._now())
        return self.row_strip(index, part)

    def style_of(self, index: int) -> Style:
        """What lies under a row: another ground where the cursor is."""
        return self._base + self._under_cursor if index == self.cursor else self._base

    def segments(self, line: Line, base: Style) -> list[Segment]:
        """A line in the colours of its roles."""
        roles = self._roles
        return [Segment(text, base + roles[role] if role in roles else base) for text, role in line]

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            return
        index = (event.y - 1 + self.scroll_offset.y) // self.row_height
        if index < len(self._rows):
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Open())
