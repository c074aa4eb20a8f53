"""One ticket: its facts, every clock drawn on a time line, the terms and why, and what happened."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from engine.facts import FLAGGED
from engine.snapshot import TicketDetail
from tui.export import Sheet
from tui.keymap import ACT, PAGE, TICKET
from tui.line import Line
from tui.screens.page import RAISE, REVIEW, Scene, Setting, TextPage, bindings
from tui.view_flags import is_on
from tui.view_ticket import ticket_page, ticket_sheet


class TicketPage(TextPage):
    NAME = "Ticket"
    SCOPES = (TICKET, ACT, PAGE)
    BINDINGS = bindings(TICKET, ACT)

    class Step(Message):
        """A person wants the ticket so many rows further down in the inbox."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, setting: Setting, detail: TicketDetail) -> None:
        super().__init__(setting)
        self.detail = detail

    def show_ticket(self, detail: TicketDetail) -> None:
        """Show another ticket from its top, or this one anew where it is."""
        another = detail.id != self.detail.id
        self.detail = detail
        if self.scene is not None:
            self.paint(self.scene)
        if another:
            self.action_scroll_to_end(-1)

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        return ticket_page(self.detail, scene.now, scene.situation.zone, self.setting.glyphs, cells)

    def chosen(self) -> list[int]:
        return [self.detail.id]

    def sheet(self) -> Sheet | None:
        return ticket_sheet(self.detail, self.scene.situation.zone) if self.scene else None

    def action_act(self, act: str) -> None:
        """Whether it is flagged the ticket itself knows, also where the inbox does not show it."""
        last = next((event for event in reversed(self.detail.events) if event.kind == FLAGGED), None)
        flag = REVIEW if last is not None and is_on(last) else RAISE
        super().action_act(flag if act == "flag" else act)

    def action_step(self, rows: int) -> None:
        self.post_message(self.Step(rows))
