"""A list beside the inbox on the screen: whatever its items are, they come from a `Part`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.strip import Strip

from tui.columns import CARDS_BELOW, fill
from tui.glyphs import Glyphs
from tui.line import Line
from tui.lists import Part, Widths, Wish, card_lines, fit_columns, item_line, order_words, title_line
from tui.widgets.rows import Rows


class Listing(Rows[Any]):
    """Items of one part, a line each, or two where the part has cards and there is no room for columns."""

    def __init__(self, glyphs: Glyphs, part: Part[Any, Any], *, now: Callable[[], int]) -> None:
        super().__init__(glyphs, now=now)
        self._part = part
        self._wish = Wish()
        self._widths: Widths[Any] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the columns that fit."""
        return tuple(column.key for column, _ in self._widths)

    @property
    def chosen_items(self) -> list[Any]:
        """The marked items, else the one under the cursor."""
        wanted = set(self.chosen())
        return [item for item in self.rows if self.id_of(item) in wanted]

    def show(self, part: Part[Any, Any], items: Sequence[Any], wish: Wish) -> None:
        """Show these items; another part starts at its top without marks."""
        if part.key != self._part.key:
            self.marked.clear()
            self.cursor = 0
            self._cursor_id = None
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self._part, self._wish = part, wish
        self.marked &= {part.ident(item) for item in items}
        self.put(items, {})

    def id_of(self, row: Any) -> int:  # noqa: ANN401 - what an item is only its part knows
        return self._part.ident(row)

    def refit(self) -> None:
        super().refit()
        self._widths = fit_columns(self._part, max(1, self.cells))

    @property
    def row_height(self) -> int:
        return 2 if self._part.card is not None and self.cells < CARDS_BELOW else 1

    def heading_line(self) -> Line:
        if self.row_height > 1:
            return fill(
                [(f"   {order_words(self._part, self._wish)}", "title")], self.cells, self.glyphs.more
            )
        return title_line(self._widths, self.cells, self._wish, self.glyphs)

    def row_face(self, index: int, now: int) -> tuple[Line, ...]:
        item = self.rows[index]
        marked = self.id_of(item) in self.marked
        if self.row_height > 1:
            return card_lines(self._part, item, now, self.cells, self.glyphs, marked=marked)
        return (item_line(item, now, self._widths, self.cells, self.glyphs, marked=marked),)

    def row_strip(self, index: int, part: int) -> Strip:
        line = self.row_face(index, self._now())[part]
        return Strip(self.segments(line, self.style_of(index)), self.cells)
