"""The console: wires the feed to the screens. What is shown is kept in `painting` and decided in `view` and `status`, what is done in `desk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.screen import ModalScreen, Screen

from engine.snapshot import TicketDetail
from tui import startup
from tui.actions import Act
from tui.clerk import Clerk
from tui.desk import Desk
from tui.feed import Failure, Feed, Picture, Source
from tui.glyphs import glyphs_of
from tui.inquiry import Inquiry
from tui.keymap import EVERYWHERE, Key, load_settings, remap
from tui.launch_options import Options
from tui.lists import Memory
from tui.painting import Painting
from tui.palette import Commands
from tui.plain import plain
from tui.postroom import Postroom
from tui.prefs import Prefs, load
from tui.printroom import Printroom
from tui.screens.ask import Confirm, Help
from tui.screens.health import HealthPage
from tui.screens.help import help_lines
from tui.screens.inbox import Inbox
from tui.screens.listed import Listed
from tui.screens.lists import LIST_PAGES, ListPage, list_page
from tui.screens.page import RAISE, REVIEW, Page, Setting, bindings
from tui.screens.rules import RulesPage
from tui.screens.ticket import TicketPage
from tui.shell import Shell
from tui.status import Situation
from tui.themes import THEME_NAMES
from tui.view import Arranged
from tui.widgets.bars import KeyBar

if TYPE_CHECKING:
    from tui.screens.customers import OpenCustomer, ReportErrand

__all__ = ["Console", "Options"]


class Console(Shell):
    """The live console over a `Source`."""

    TITLE = "tiercel"
    COMMANDS: ClassVar[set[Any]] = {Commands}
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)

    def __init__(self, source: Source, options: Options | None = None) -> None:
        self.options = options or Options()
        settings, notices = load_settings(self.options.settings_file, THEME_NAMES)
        prefs, complaint = load(self.options.prefs_file) if self.options.prefs_file else (Prefs(), "")
        chosen = glyphs_of(self.options.glyphs or settings.glyphs)
        super().__init__(chosen, self.options.theme or prefs.theme or settings.theme)
        self._prefs = prefs
        self._now = self.options.now if self.options.at is None else (lambda: self.options.at or 0)
        self.setting = Setting(chosen, self._now, remap(settings.keys))
        self.painting = Painting(
            Situation(
                store=self.options.store,
                zone=self.options.zone,
                read_only="the past cannot be changed" if self.options.at is not None else source.read_only,
                at=self.options.at,
                notices=(*notices, *((complaint,) if complaint else ())),
            )
        )
        self._farewell: Confirm | None = None
        self._started = False
        self._keys = settings.keys
        self._memories = {name: Memory() for name in (*LIST_PAGES, "customers")}
        self._inbox = Inbox(self.setting, prefs.view)
        self.feed = Feed(
            source, self._now, lambda call: self.post_message(self.Delivered(call)), self.failed_ourselves
        )
        self.clerk = Clerk(self.feed, self.options, self._now, self.tell, self.dialogue)
        self.desk = Desk(
            self.feed,
            push=self.dialogue,
            tell=self.tell,
            after=self._writing,
            now=self._now,
            zone=self.options.zone,
        )
        self.postroom = Postroom(self.feed, push=self.dialogue, tell=self.tell, after=self._writing)
        self.printroom = Printroom(self.feed, push=self.dialogue, tell=self.tell, after=self._publishing)
        self.inquiry = Inquiry(
            self.feed, self.options.refresh, lambda page: page in self.screen_stack, self.open_ticket
        )

    def get_default_screen(self) -> Screen[Any]:
        return self._inbox

    def on_mount(self) -> None:
        if self._keys:
            self.set_keymap(dict(self._keys))
        self.theme_changed_signal.subscribe(self, lambda _: self._remember())
        self.watch_terminal()
        self._repaint()
        self._refresh(full=False)
        self.set_interval(self.options.refresh, self._refresh)
        self.set_interval(self.options.tick, self._tick)

    def on_unmount(self) -> None:
        self.feed.close()

    def on_shell_delivered(self, event: Shell.Delivered) -> None:
        if self.is_running:
            event.call()
            if not self._started:
                self._started = True
                self.call_after_refresh(startup.release)

    # What comes in

    def _refresh(self, *, full: bool = True) -> None:
        figures = full and isinstance(self._page_on_top(), HealthPage)
        self.feed.refresh(
            self._inbox.view, self._inbox.table.wanted(), self._taken, full=full, figures=figures
        )

    def _taken(self, picture: Picture | Failure) -> None:
        if isinstance(picture, Failure):
            self.painting.fail(picture)
            self._repaint()
            return
        if self.painting.held:
            self.painting.wait(picture)
        else:
            self._show(picture)
        if picture.snapshot.partial:
            self.call_after_refresh(self._refresh)  # first things first: the rest would hold up this paint

    def _show(self, picture: Picture) -> None:
        before, snapshot = self.painting.situation.snapshot, picture.snapshot
        page = self._page_on_top()
        asking = self.inquiry.owing or self.inquiry.overdue(page)
        if not self.painting.show(picture) and not asking:
            return  # the next tick paints what time has changed
        news = before is not None and before.version != snapshot.version
        self.inquiry.owing = self.inquiry.owing or news
        self.inquiry.ask_if_due(page, snapshot)
        self._repaint()

    def _page_on_top(self) -> Page:
        """The page that is shown, or that a dialogue lies over."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, Page)), self._inbox)

    def _tick(self) -> None:
        if not self.painting.held:
            self._repaint()

    def _repaint(self) -> None:
        scene = self.painting.scene(self._now())
        for screen in self.screen_stack:
            if isinstance(screen, Page) and (screen.is_current or screen is self._inbox):
                screen.paint(scene)

    def on_inbox_wish(self, event: Inbox.Wish) -> None:
        self._remember()
        self.feed.arrange(event.view, self._inbox.table.wanted(), self._rearranged)

    def _rearranged(self, arranged: Arranged | Failure | None) -> None:
        if isinstance(arranged, Arranged):
            self.painting.arranged = arranged
            self._repaint()

    def on_listed_enter(self, event: Listed.Enter) -> None:
        self.open_ticket(event.ticket_id)

    def open_ticket(self, ticket_id: int) -> None:
        """Fetch a ticket in the worker and show its screen."""

        def fetched(detail: TicketDetail | Failure | None) -> None:
            if isinstance(detail, Failure):
                self.tell(f"the ticket cannot be read: {plain(detail.message, 300)}", severity="error")
            elif detail is None:
                self.tell("this ticket is not in the store any more", severity="warning")
            else:
                page = self._page_on_top()
                if isinstance(page, TicketPage):
                    page.show_ticket(detail)
                else:
                    self._enter(TicketPage(self.setting, detail), over=True)

        self.feed.ticket(ticket_id, fetched)

    def on_ticket_page_step(self, event: TicketPage.Step) -> None:
        below = next(s for s in reversed(self.screen_stack) if isinstance(s, Listed))
        ticket = below.step(event.rows)
        if ticket:
            self.open_ticket(ticket)

    # What a person wants

    def _enter(self, page: Page, *, over: bool = False) -> None:
        """Show a page in place of the others, or `over` the one that is shown, which escape then brings back."""
        if isinstance(self.screen, ModalScreen):
            return
        self.clear_notifications()
        while len(self.screen_stack) > 2 and not over:
            self.pop_screen()
        if len(self.screen_stack) > 1 and not over:
            self.switch_screen(page)
        else:
            self.push_screen(page)
        page.paint(self.painting.scene(self._now()))
        self.inquiry.ask(page)

    def action_page(self, name: str) -> None:
        if isinstance(self.screen, ModalScreen):
            return
        if name == "inbox":
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self._repaint()
        elif name in LIST_PAGES:
            self._enter(list_page(name, self.setting, self.options.zone, self._memories[name]))
        elif name == "customers":
            from tui.screens.customers import CustomersPage

            self._enter(CustomersPage(self.setting, self.options.zone, self._memories[name]))
        else:
            self._enter({"health": HealthPage, "rules": RulesPage}[name](self.setting))
            self._refresh()

    def action_back(self) -> None:  # type: ignore[override]
        screen = self.screen
        if isinstance(screen, Page) and not screen.back() and len(self.screen_stack) > 1:
            self.pop_screen()
            self.inquiry.again(self._page_on_top())
            self._repaint()

    def action_pause(self) -> None:
        if not self.painting.held:
            self.painting.hold(self._now())
        elif (waited := self.painting.release()) is not None:
            self._show(waited)
        self._repaint()

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            self.clear_notifications()
            self.push_screen(CommandPalette(id="--command-palette"))

    def action_help(self) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            notices, keys, scopes, off = (
                self.painting.situation.notices,
                self.setting.keys,
                screen.SCOPES,
                screen.why_off,
            )
            self.dialogue(
                Help(
                    self.setting.glyphs,
                    f"{screen.NAME}: keys",
                    lambda cells: help_lines(keys, scopes, off, notices, cells),
                ),
                lambda _: None,
            )

    def _is_off(self, reason: str) -> bool:
        """Whether a key does nothing, for a reason that is told then."""
        if reason:
            self.tell(f"this key is off: {plain(reason, 200)}", severity="warning")
        return bool(reason)

    def on_page_do(self, event: Page.Do) -> None:
        screen = self.screen
        if not isinstance(screen, Page):
            return
        self.clear_notifications()  # what was said of the action before would be taken for an answer to this one
        if self._is_off(self.painting.situation.read_only):
            return
        if event.act == "undo":
            self.desk.undo()
        else:
            ids = screen.chosen()
            wanted = set(ids)
            rows = [row for row in self._inbox.table.rows if row.id in wanted]
            if event.act in {RAISE, REVIEW}:
                self.desk.flag(ids, rows, on=event.act == RAISE)
            else:
                self.desk.start(Act(event.act), ids, rows)

    def on_list_page_errands(self, event: ListPage.Errands) -> None:
        self.clear_notifications()
        if not self._is_off(self.painting.situation.read_only):
            self.postroom.start(event.errand, event.messages)

    def on_list_page_refused(self, event: ListPage.Refused) -> None:
        self._is_off(event.reason)

    def on_open_customer(self, event: OpenCustomer) -> None:
        self._enter(event.page(self.setting), over=True)

    def on_report_errand(self, event: ReportErrand) -> None:
        self.clear_notifications()
        page = self._page_on_top()
        if not self._is_off(page.off(event.key)):
            self.printroom.run(event.key, page, self.inquiry.ask)

    def _publishing(self, begins: bool) -> None:
        self._writing(begins)
        if not begins:
            self.inquiry.again(self._page_on_top())

    async def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            await self.run_key(event.key)

    async def run_key(self, key: Key) -> None:
        """Do what a key does."""
        await self.run_action(key.action, self if key.scope == EVERYWHERE else self.screen)

    def _writing(self, begins: bool) -> None:
        self.painting.count_unsaved(self.desk.waiting + self.postroom.waiting + self.printroom.waiting)
        if not begins:
            self._inbox.table.forget_marks()
            page = self._page_on_top()
            if isinstance(page, ListPage):
                page.list.forget_marks()
            self.inquiry.soon()
            self._refresh()
        self._repaint()

    def action_copy(self) -> None:
        text = self.screen.to_copy() if isinstance(self.screen, Page) else ""
        if text:
            self.copy_to_clipboard(text)
            lines = text.count("\n")
            self.tell(f"copied {lines} line{'s' if lines != 1 else ''}")

    def action_export(self) -> None:
        sheet = self.screen.sheet() if isinstance(self.screen, Page) else None
        if sheet is None or isinstance(self.screen, ModalScreen):
            self.tell("nothing to export here", severity="warning")
            return
        self.clerk.export(sheet)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        svg = self.export_screenshot(title=f"{self.TITLE} {self.painting.situation.store}".strip())
        self.clerk.picture(svg, filename, path)

    async def action_quit(self) -> None:
        """Leave; where something would be lost or end, ask first. Asked twice is an answer."""
        reason = (
            f"{self.painting.situation.waiting} actions are not saved yet"
            if self.painting.situation.waiting
            else self.options.leaving
        )
        if not reason or self.screen is self._farewell:
            self.exit()
        else:
            self._farewell = Confirm("Leave the console?", reason)
            self.dialogue(self._farewell, lambda yes: self.exit() if yes else None)

    def _remember(self) -> None:
        path = self.options.prefs_file
        prefs = Prefs(self._inbox.view, self.theme)
        if path is None or prefs == self._prefs:
            return
        self._prefs = prefs
        self.clerk.remember(path, prefs)

    def on_resize(self, event: events.Resize) -> None:
        self._repaint()
