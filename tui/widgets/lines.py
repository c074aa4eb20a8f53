"""A page of lines with roles that scrolls; the lines are made for the width there is and painted as they come into sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.glyphs import Glyphs
from tui.line import Line, clip, width
from tui.themes import NO_COLOR, role_styles

Draw = Callable[[int], Sequence[Line]]
"""Lines for a width in cells."""


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows what `draw` answers for its width."""

    DEFAULT_CSS = """
    Lines { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; padding: 0 1; }
    """

    def __init__(self, glyphs: Glyphs, draw: Draw | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._draw: Draw = draw or (lambda _: ())
        self._lines: Sequence[Line] = ()
        self._roles: Mapping[str, Style] = MappingProxyType({})

    @property
    def lines(self) -> Sequence[Line]:
        """What is on the page."""
        return self._lines

    def show(self, draw: Draw) -> None:
        """Show another page, or the same one anew; the place on it stays."""
        self._draw = draw
        self._redraw()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._restyle())
        self._restyle()

    def _restyle(self) -> None:
        self._roles = role_styles(NO_COLOR if self.app.no_color else self.app.theme)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        cells = self.scrollable_content_region.width
        if cells <= 0:
            return
        before = self._lines
        self._lines = tuple(clip(line, cells) for line in self._draw(cells))
        self.virtual_size = Size(cells, len(self._lines))
        if len(before) != len(self._lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh_line(y)

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        cells = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        if at >= len(self._lines):
            return Strip.blank(cells, base)
        line = self._lines[at]
        roles = self._roles
        segments = [
            Segment(self._glyphs.text(text), base + roles.get(role, roles[""])) for text, role in line
        ]
        return Strip(segments, width(line)).adjust_cell_length(cells, base)
