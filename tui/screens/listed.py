"""Screens whose body is rows with a cursor, and a bar below them to filter by: the inbox and the lists beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui.filter import BadFilter, Words, parse
from tui.plain import plain
from tui.screens.page import Page, Setting
from tui.widgets.bars import Bar
from tui.widgets.field import Field
from tui.widgets.lines import Lines
from tui.widgets.rows import Rows

PATIENCE = 0.15  # seconds after the last key before a filter is tried


class Listed(Page):
    """Subclasses give the rows, say what can be filtered by and take what is typed."""

    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    Listed #nothing { height: 1fr; padding: 2 4; display: none; }
    Listed.empty #nothing { display: block; }
    Listed.empty Rows { display: none; }
    Listed #filter { display: none; height: 1; border: none; background: $panel; padding: 0 1; }
    Listed.filtering #filter { display: block; }
    Listed #wrong { display: none; }
    """

    class Enter(Message):
        """A person wants to see a ticket."""

        def __init__(self, ticket_id: int) -> None:
            super().__init__()
            self.ticket_id = ticket_id

    def __init__(self, setting: Setting, rows: Rows[Any]) -> None:
        super().__init__(setting)
        self.list = rows
        self._typing: Timer | None = None

    @property
    def words(self) -> Words:
        """What the filter understands."""
        raise NotImplementedError

    @property
    def filter_now(self) -> str:
        """The filter in force."""
        raise NotImplementedError

    def filter_by(self, words: str) -> None:
        """Put a filter in force; it has been understood."""
        raise NotImplementedError

    def ticket_here(self) -> int:
        """The id of the ticket under the cursor; 0 if there is none."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        yield self.list
        yield Lines(self.setting.glyphs, id="nothing")
        yield from self.below()
        yield Bar(self.setting.glyphs, "wrong", folds=True, kind="alarm")
        yield Field(
            self.filter_now, placeholder=self.words.example, id="filter", compact=True, select_on_focus=False
        )

    def below(self) -> Iterable[Widget]:
        """What stands between the rows and the bar."""
        return ()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#nothing").can_focus = False
        self.query_one(Input).border_title = Content("filter")
        self.set_class(bool(self.filter_now), "filtering")
        self._judge(self.filter_now)

    def show_empty(self, *, empty: bool) -> None:
        """Say in place of the rows why there is none."""
        if empty != self.has_class("empty"):
            self.set_class(empty, "empty")
            if not empty and self.focused is None:
                self.list.focus()

    def on_rows_open(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        ticket = self.ticket_here()
        if ticket:
            self.post_message(self.Enter(ticket))

    def step(self, rows: int) -> int:
        """Move on to the next row of another ticket and answer its id; 0 if there is none."""
        here = self.ticket_here()
        while True:
            before = self.list.cursor
            self.list.move(rows)
            if self.list.cursor == before:
                return 0
            if self.ticket_here() not in {0, here}:
                return self.ticket_here()

    def action_move(self, rows: int) -> None:
        self.list.move(rows)

    def action_move_page(self, pages: int) -> None:
        self.list.move(pages * self.list.page)

    def action_move_end(self, side: int) -> None:
        self.list.move_to(0 if side < 0 else len(self.list.rows) - 1)

    def action_mark(self) -> None:
        self.list.toggle_mark()

    def action_mark_all(self) -> None:
        self.list.mark_all()

    def action_filter(self) -> None:
        self.add_class("filtering")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(PATIENCE, self._apply)

    def _apply(self) -> bool:
        """Filter by what stands in the bar; False, and the bar says why, if it cannot be understood."""
        words = self.query_one(Input).value.strip()
        if not self._judge(words):
            return False
        if words != self.filter_now:
            self.filter_by(words)
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._apply():
            self.set_class(bool(event.value.strip()), "filtering")
            self.list.focus()

    def _judge(self, words: str) -> bool:
        parsed = parse(words, self.words)
        bar = self.query_one("#wrong", Bar)
        if isinstance(parsed, BadFilter):
            place = f"at {parsed.at + 1}: " if parsed.at else ""
            shown = f'still showing "{self.filter_now}"' if self.filter_now else "showing all"
            bar.show(
                (
                    ("not applied: ", "breached"),
                    (plain(f"{place}{parsed.message}", 200), "strong"),
                    (plain(f"  {parsed.help}", 300), ""),
                    (plain(f"  ({shown})", 200), "muted"),
                )
            )
            return False
        bar.show(())
        return True

    def take_filter(self, words: str) -> None:
        """Show another filter in the bar, which is in force already."""
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = words
        field.placeholder = self.words.example
        self.set_class(bool(words), "filtering")
        self._judge(words)

    def back(self) -> bool:
        """Leave the filter's bar, then drop the filter, then the marks."""
        field = self.query_one(Input)
        if field.has_focus and field.value.strip() == self.filter_now and self.filter_now:
            self.list.focus()
        elif self.has_class("filtering"):
            field.value = ""
            self._apply()
            self.remove_class("filtering")
            self.list.focus()
        elif self.list.marked:
            self.list.forget_marks()
        else:
            return False
        return True
