"""The Smart Inbox: what needs a person, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui.export import Sheet, inbox_sheet
from tui.filter import EXAMPLE, BadFilter, parse
from tui.keymap import ACT, INBOX, LIST
from tui.line import text
from tui.plain import plain
from tui.screens.ask import Prompt
from tui.screens.page import Page, Scene, Setting, bindings
from tui.status import empty_message, inbox_status
from tui.view import COLUMNS, USUAL, Arranged, View, next_sort, row_lines
from tui.widgets.bars import Bar
from tui.widgets.field import Field
from tui.widgets.lines import Lines
from tui.widgets.table import Table

PATIENCE = 0.15  # seconds after the last key before a filter is tried
COPY_MOST = 5000  # rows that go to a clipboard


class Inbox(Page):
    """The windowed table with its filter."""

    NAME = "Inbox"
    SCOPES = (INBOX, LIST, ACT)
    UNSHOWN = ("app.back",)
    BINDINGS = bindings(INBOX, LIST, ACT)
    AUTO_FOCUS = "Table"
    DEFAULT_CSS = """
    Inbox #nothing { height: 1fr; padding: 2 4; display: none; }
    Inbox.empty #nothing { display: block; }
    Inbox.empty Table { display: none; }
    Inbox #filter { display: none; height: 1; border: none; background: $panel; padding: 0 1; }
    Inbox.filtering #filter { display: block; }
    Inbox #wrong { display: none; }
    """

    class Wish(Message):
        """A person wants to see the inbox in another way."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    class Enter(Message):
        """A person wants to see a ticket."""

        def __init__(self, ticket_id: int) -> None:
            super().__init__()
            self.ticket_id = ticket_id

    def __init__(self, setting: Setting, view: View) -> None:
        super().__init__(setting)
        self.view = view
        self._typing: Timer | None = None
        self.table = Table(setting.glyphs, now=setting.now)

    def body(self) -> Iterable[Widget]:
        yield self.table
        yield Lines(self.setting.glyphs, id="nothing")
        yield Bar(self.setting.glyphs, "wrong", folds=True, kind="alarm")
        yield Field(self.view.filter, placeholder=EXAMPLE, id="filter", compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#nothing").can_focus = False
        self.query_one(Input).border_title = Content("filter")
        self.set_class(bool(self.view.filter), "filtering")
        self._judge(self.view.filter)

    def paint(self, scene: Scene) -> None:
        """Behind another page only the rows are taken over."""
        if self.is_current:
            super().paint(scene)
        else:
            self.scene = scene
            self._take(scene.arranged)

    def _take(self, arranged: Arranged | None) -> bool:
        if arranged is None or (arranged.rows is self.table.rows and arranged.view == self.table.view):
            return False
        self.table.show(arranged)
        return True

    def paint_body(self, scene: Scene) -> None:
        arranged = scene.arranged
        if not self._take(arranged):
            self.table.tick()
        empty = arranged is None or not arranged.rows
        if empty != self.has_class("empty"):
            self.set_class(empty, "empty")
            if not empty and self.focused is None:
                self.table.focus()
        if empty:
            glyphs, key = self.setting.glyphs, self.setting.key("app.back")
            self.query_one("#nothing", Lines).show(
                lambda cells: empty_message(scene.situation, arranged, glyphs, key, cells)
            )
        self._paint_status()

    def _paint_status(self) -> None:
        scene = self.scene
        if scene is None:
            return
        marked, at = len(self.table.marked), self.table.cursor + 1 if self.table.rows else 0
        self.query_one("#status", Bar).show(
            lambda cells: inbox_status(
                scene.situation, scene.arranged, marked, at, self.setting.glyphs, cells
            )
        )

    def on_table_moved(self) -> None:
        self._paint_status()

    def on_table_open(self) -> None:
        self.action_open()

    def wish(self, view: View) -> None:
        """Ask for the rows in another way; they come when the worker has arranged them."""
        self.view = view
        self.post_message(self.Wish(view))

    def action_open(self) -> None:
        row = self.table.current
        if row is not None:
            self.post_message(self.Enter(row.id))

    def action_move(self, rows: int) -> None:
        self.table.move(rows)

    def action_move_page(self, pages: int) -> None:
        self.table.move(pages * self.table.page)

    def action_move_end(self, side: int) -> None:
        self.table.move_to(0 if side < 0 else len(self.table.rows) - 1)

    def action_mark(self) -> None:
        self.table.toggle_mark()

    def action_mark_all(self) -> None:
        self.table.mark_all()

    def action_at_risk(self) -> None:
        self.wish(replace(self.view, at_risk=not self.view.at_risk))

    def action_sort(self) -> None:
        self.wish(next_sort(self.view, self.table.layout_now))

    def action_sort_by(self, key: str) -> None:
        self.wish(replace(self.view, sort=key, reverse=False))

    def action_reverse(self) -> None:
        self.wish(replace(self.view, reverse=not self.view.reverse))

    def action_columns(self, at: int = 0) -> None:
        shown = self.view.columns or USUAL
        names = {f"{'+' if column.key in shown else '-'} {column.title}": column.key for column in COLUMNS}

        def chosen(name: str | None) -> None:
            if name is not None:
                wanted = set(shown) ^ {names[name]}
                keys = tuple(column.key for column in COLUMNS if column.key in wanted)
                if keys:
                    self.wish(replace(self.view, columns=() if keys == USUAL else keys))
                self.action_columns(list(names).index(name))  # seldom is it only one

        hint = "enter shows (+) or hides (-) one, as far as there is room"
        self.app.push_screen(Prompt("Columns", hint, choices=tuple(names), free=False, at=at), chosen)

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
        if words != self.view.filter:
            self.wish(replace(self.view, filter=words))
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._apply():
            self.set_class(bool(event.value.strip()), "filtering")
            self.table.focus()

    def _judge(self, words: str) -> bool:
        parsed = parse(words)
        bar = self.query_one("#wrong", Bar)
        if isinstance(parsed, BadFilter):
            place = f"at {parsed.at + 1}: " if parsed.at else ""
            shown = f'still showing "{self.view.filter}"' if self.view.filter else "showing all"
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

    def back(self) -> bool:
        """Leave the filter's bar, then drop the filter, the marks, the restriction to what is at risk."""
        field = self.query_one(Input)
        if field.has_focus and field.value.strip() == self.view.filter and self.view.filter:
            self.table.focus()
        elif self.has_class("filtering"):
            field.value = ""
            self._apply()
            self.remove_class("filtering")
            self.table.focus()
        elif self.table.marked:
            self.table.forget_marks()
        elif self.view.at_risk:
            self.wish(replace(self.view, at_risk=False))
        else:
            return False
        return True

    def chosen(self) -> list[int]:
        return self.table.chosen()

    def to_copy(self) -> str:
        now, table = self.setting.now(), self.table
        wanted = set(table.chosen())
        rows = [row for row in table.rows if row.id in wanted][:COPY_MOST]
        return "".join(
            text(line) + "\n"
            for row in rows
            for line in row_lines(row, now, table.layout_now, self.setting.glyphs)
        )

    def sheet(self) -> Sheet | None:
        if self.scene is None:
            return None
        marked = self.table.marked
        rows = [row for row in self.table.rows if row.id in marked] if marked else self.table.rows
        return inbox_sheet(rows, self.setting.now(), self.scene.situation.zone)
