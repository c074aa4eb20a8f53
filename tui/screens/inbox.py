"""The Smart Inbox: what needs a person, most urgent first."""

from __future__ import annotations

from dataclasses import replace

from textual.message import Message

from tui.export import Sheet, inbox_sheet
from tui.filter import TICKETS, Words
from tui.keymap import ACT, INBOX, LIST
from tui.line import text
from tui.screens.ask import Prompt
from tui.screens.listed import Listed
from tui.screens.page import Scene, Setting, bindings
from tui.status import empty_message, inbox_status
from tui.view import COLUMNS, USUAL, Arranged, View, next_sort, row_lines
from tui.widgets.bars import Bar
from tui.widgets.lines import Lines
from tui.widgets.table import Table

COPY_MOST = 5000  # rows that go to a clipboard


class Inbox(Listed):
    """The windowed table with its filter."""

    NAME = "Inbox"
    SCOPES = (INBOX, LIST, ACT)
    UNSHOWN = ("app.back",)
    BINDINGS = bindings(INBOX, LIST, ACT)

    class Wish(Message):
        """A person wants to see the inbox in another way."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    def __init__(self, setting: Setting, view: View) -> None:
        self.table = Table(setting.glyphs, now=setting.now)
        super().__init__(setting, self.table)
        self.view = view

    @property
    def words(self) -> Words:
        return TICKETS

    @property
    def filter_now(self) -> str:
        return self.view.filter

    def filter_by(self, words: str) -> None:
        self.wish(replace(self.view, filter=words))

    def ticket_here(self) -> int:
        row = self.table.current
        return row.id if row is not None else 0

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
        self.show_empty(empty=empty)
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

    def on_rows_moved(self) -> None:
        self._paint_status()

    def wish(self, view: View) -> None:
        """Ask for the rows in another way; they come when the worker has arranged them."""
        self.view = view
        self.post_message(self.Wish(view))

    def action_at_risk(self) -> None:
        self.wish(replace(self.view, at_risk=not self.view.at_risk))

    def action_sort(self) -> None:
        self.wish(next_sort(self.view, self.table.layout_now))

    def sorts(self) -> list[tuple[str, str, str]]:
        urgency = ("", "urgency", "the order in which tickets need a person")
        return [urgency, *((column.key, column.title, column.about) for column in COLUMNS)]

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

    def back(self) -> bool:
        """After the filter and the marks, drop the restriction to what is at risk."""
        if super().back():
            return True
        if self.view.at_risk:
            self.wish(replace(self.view, at_risk=False))
            return True
        return False

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
