"""One-line widgets: they show a line of pieces in the roles' colours and never interpret it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.keymap import ALWAYS_SHOWN, Key
from tui.line import Line, Piece, clip, width
from tui.themes import NO_COLOR, role_styles


class Bar(Widget):
    """One line; hidden while it is empty if `folds`."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; background: $panel; }
    Bar.alarm { background: $alarm; }
    Bar.notice { background: $notice; }
    Bar.calm { background: $calm; }
    """

    def __init__(self, glyphs: Glyphs, id: str, *, folds: bool = False, kind: str = "") -> None:  # noqa: A002
        super().__init__(id=id, classes=kind)
        self._glyphs = glyphs
        self._draw: Callable[[int], Line] = lambda _: ()
        self._line: Line = ()
        self._folds = folds
        if folds:
            self.display = False

    @property
    def line(self) -> Line:
        """What it shows now."""
        return self._line

    def show(self, draw: Callable[[int], Line] | Line) -> None:
        """Show a line, or what makes one for a width."""
        self._draw = draw if callable(draw) else (lambda _: draw)
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        line = self._draw(max(0, (self.size.width or self.app.size.width) - 2))
        if self._folds:
            self.display = bool(line)
        if line != self._line:
            self._line = line
            self.refresh()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        roles = role_styles(NO_COLOR if self.app.no_color else self.app.theme)
        cells = self.size.width
        line = clip(((" ", ""), *self._line), cells)
        segments = [
            Segment(self._glyphs.text(text), base + roles.get(role, roles[""])) for text, role in line
        ]
        return Strip(segments, width(line)).adjust_cell_length(cells, base)


class PlainScrollBar(ScrollBarRender):
    """A scroll bar for terminals that know ASCII only: whole cells, without fractions of one."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


_GAP = 2


def _size(key: Key) -> int:
    return len(key.shown) + 1 + len(key.label) + _GAP


class KeyBar(Bar):
    """The footer: keys and what they do, from the key table; those that are off are dim and say why when used."""

    class Pressed(Message):
        """A key of the footer was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, glyphs: Glyphs, id: str) -> None:  # noqa: A002
        super().__init__(glyphs, id)
        self._spots: list[tuple[int, int, Key]] = []

    def show_keys(self, keys: list[Key], off: Callable[[Key], str]) -> None:
        """Show the keys that have a label, as many as fit."""

        def draw(cells: int) -> Line:
            labelled = [key for key in keys if key.label]
            always = [key for key in labelled if key.id in ALWAYS_SHOWN]
            room = cells - sum(_size(key) for key in always)
            shown = []
            for key in labelled:
                if key.id not in ALWAYS_SHOWN and room - _size(key) >= -_GAP:
                    shown.append(key)
                    room -= _size(key)
            pieces: list[Piece] = []
            self._spots = []
            used = 0
            for key in (*shown, *always):
                quiet = bool(off(key))
                words = f" {key.label}"
                pieces += [(key.shown, "off" if quiet else "key"), (words, "off" if quiet else "muted")]
                pieces.append((" " * _GAP, ""))
                self._spots.append((used, used + _size(key), key))
                used += _size(key)
            return tuple(pieces[:-1])

        self.show(draw)

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spots:
            if start <= event.x - 1 < end:
                self.post_message(self.Pressed(key))
