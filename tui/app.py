"""The console: wires the feed to the screens. What is shown is decided in `view` and `status`, what is done in `desk`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from dsl.errors import INTERNAL
from engine.snapshot import TicketDetail
from tui import startup
from tui.actions import Act
from tui.clerk import Clerk
from tui.desk import Desk
from tui.feed import Failure, Feed, Picture, Source
from tui.glyphs import ASCII, glyphs_of
from tui.keymap import EVERYWHERE, Key, load_settings, remap
from tui.launch_options import Options
from tui.palette import Commands
from tui.plain import plain
from tui.prefs import Prefs, load
from tui.screens.ask import Confirm, Help
from tui.screens.health import HealthPage
from tui.screens.help import help_lines
from tui.screens.inbox import Inbox
from tui.screens.page import Page, Scene, Setting, bindings
from tui.screens.rules import RulesPage
from tui.screens.ticket import TicketPage
from tui.status import Situation
from tui.themes import DARK, THEME_NAMES, themes
from tui.view import Arranged
from tui.widgets.bars import KeyBar, PlainScrollBar

__all__ = ["Console", "Options"]


class Console(App[None]):
    """The live console over a `Source`."""

    TITLE = "tiercel"
    ENABLE_COMMAND_PALETTE = False  # the key table has its own key for it
    COMMANDS: ClassVar[set[Any]] = {Commands}
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)
    CSS = """
    * { scrollbar-size-horizontal: 0; }
    Toast { background: $panel; }
    ToastRack { margin-bottom: 2; }
    CommandPalette > Vertical { width: 84; max-width: 96%; }
    CommandPalette SearchIcon { display: none; }
    .-ascii ModalScreen > Vertical { border: ascii $primary; }
    .-ascii CommandPalette > Vertical { border: none; }
    """

    class Delivered(Message):
        """Something from the worker, to be run on the screen's thread."""

        def __init__(self, call: Callable[[], None]) -> None:
            super().__init__()
            self.call = call

    def __init__(self, source: Source, options: Options | None = None) -> None:
        super().__init__()
        self.options = options or Options()
        self.fault: BaseException | None = None
        self.animation_level = "none"
        settings, notices = load_settings(self.options.settings_file, THEME_NAMES)
        prefs, complaint = load(self.options.prefs_file) if self.options.prefs_file else (Prefs(), "")
        self._prefs = prefs
        self._now = self.options.now if self.options.at is None else (lambda: self.options.at or 0)
        chosen = glyphs_of(self.options.glyphs or settings.glyphs)
        self.set_class(chosen is ASCII, "-ascii")
        ScrollBar.renderer = PlainScrollBar if chosen is ASCII else ScrollBarRender
        self.setting = Setting(chosen, self._now, remap(settings.keys))
        self.situation = Situation(
            store=self.options.store,
            zone=self.options.zone,
            read_only="the past cannot be changed" if self.options.at is not None else source.read_only,
            at=self.options.at,
            notices=(*notices, *((complaint,) if complaint else ())),
        )
        self._arranged: Arranged | None = None
        self._held: Picture | None = None
        self._farewell: Confirm | None = None
        self._started = False
        self._keys = settings.keys
        self._inbox = Inbox(self.setting, prefs.view)
        self.feed = Feed(
            source, self._now, lambda call: self.post_message(self.Delivered(call)), self._failed_ourselves
        )
        self.clerk = Clerk(self.feed, self.options, self._now, self.tell, self._push)
        self.desk = Desk(
            self.feed,
            push=self._push,
            tell=self.tell,
            after=self._writing,
            now=self._now,
            zone=self.options.zone,
        )
        for theme in themes():
            self.register_theme(theme)
        wanted = self.options.theme or prefs.theme or settings.theme
        self.theme = wanted if wanted in THEME_NAMES else DARK

    def get_default_screen(self) -> Screen[Any]:
        return self._inbox

    def on_mount(self) -> None:
        if self._keys:
            self.set_keymap(dict(self._keys))
        self.theme_changed_signal.subscribe(self, lambda _: self._remember())
        self.app_resume_signal.subscribe(self, lambda _: self._paint_all())
        if not self.is_headless:
            self._leave_on_signals()
        self._repaint()
        self._refresh(full=False)
        self.set_interval(self.options.refresh, self._refresh)
        self.set_interval(self.options.tick, self._tick)

    def _leave_on_signals(self) -> None:
        """Give the terminal back also when another program ends this one."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            with suppress(NotImplementedError, AttributeError):  # not on every system
                loop.add_signal_handler(getattr(signal, name), self.exit)

    def _paint_all(self) -> None:
        """Whatever stood on the terminal is gone: the shell had it."""
        for screen in self.screen_stack:
            for widget in screen.query("*"):
                widget.refresh()

    def on_unmount(self) -> None:
        self.feed.close()

    def on_console_delivered(self, event: Delivered) -> None:
        if self.is_running:
            event.call()
            if not self._started:
                self._started = True
                self.call_after_refresh(startup.release)

    def _failed_ourselves(self, error: BaseException) -> None:
        self.fault = self.fault or error
        self.exit(return_code=INTERNAL)

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        # Textual would print a traceback with all that it knows, customers' texts included.
        self._exit_renderables.clear()

    # What comes in

    def _refresh(self, *, full: bool = True) -> None:
        self.feed.refresh(self._inbox.view, self._inbox.table.wanted(), self._taken, full=full)

    def _taken(self, picture: Picture | Failure) -> None:
        if isinstance(picture, Failure):
            self.situation = replace(self.situation, failure=picture)
            self._repaint()
            return
        if self.situation.held_at is not None:
            kept = picture.arranged or (self._held.arranged if self._held else None)
            news = picture.arranged is not None
            self._held = replace(picture, arranged=kept)
            self.situation = replace(self.situation, behind=self.situation.behind + news, failure=None)
        else:
            self._show(picture)
        if picture.snapshot.partial:
            self.call_after_refresh(self._refresh)  # first things first: the rest would hold up this paint

    def _show(self, picture: Picture) -> None:
        if picture.arranged is not None:
            self._arranged = picture.arranged
        before, snapshot = self.situation.snapshot, picture.snapshot
        same = snapshot is before and picture.arranged is None
        same = same and (self.situation.engine, self.situation.failure) == (picture.engine, None)
        self.situation = replace(
            self.situation, snapshot=snapshot, engine=picture.engine, looked_at=picture.at, failure=None
        )
        if same:
            return  # the next tick paints what time has changed
        if isinstance(self.screen, TicketPage) and before is not None and before.version != snapshot.version:
            self.open_ticket(self.screen.detail.id)
        self._repaint()

    def _tick(self) -> None:
        if self.situation.held_at is None:
            self._repaint()

    def _repaint(self) -> None:
        scene = Scene(self.situation, self._arranged, self._paint_time())
        for screen in self.screen_stack:
            if isinstance(screen, Page) and (screen.is_current or screen is self._inbox):
                screen.paint(scene)

    def _paint_time(self) -> int:
        return self._now() if self.situation.held_at is None else self.situation.held_at

    def on_inbox_wish(self, event: Inbox.Wish) -> None:
        self._remember()
        self.feed.arrange(event.view, self._inbox.table.wanted(), self._rearranged)

    def _rearranged(self, arranged: Arranged | Failure | None) -> None:
        if isinstance(arranged, Arranged):
            self._arranged = arranged
            self._repaint()

    def on_inbox_enter(self, event: Inbox.Enter) -> None:
        self.open_ticket(event.ticket_id)

    def open_ticket(self, ticket_id: int) -> None:
        """Fetch a ticket in the worker and show its screen."""

        def fetched(detail: TicketDetail | Failure | None) -> None:
            if isinstance(detail, Failure):
                self.tell(f"the ticket cannot be read: {plain(detail.message, 300)}", severity="error")
            elif detail is None:
                self.tell("this ticket is not in the store any more", severity="warning")
            elif isinstance(self.screen, TicketPage):
                self.screen.show_ticket(detail)
            else:
                self._enter(TicketPage(self.setting, detail))

        self.feed.ticket(ticket_id, fetched)

    def on_ticket_page_step(self, event: TicketPage.Step) -> None:
        self._inbox.table.move(event.rows)
        row = self._inbox.table.current
        if row is not None:
            self.open_ticket(row.id)

    # What a person wants

    def _enter(self, page: Page) -> None:
        if isinstance(self.screen, ModalScreen):
            return
        self.clear_notifications()
        if len(self.screen_stack) > 1:
            self.switch_screen(page)
        else:
            self.push_screen(page)
        page.paint(Scene(self.situation, self._arranged, self._paint_time()))

    def action_page(self, name: str) -> None:
        if name == "inbox":
            if len(self.screen_stack) > 1 and not isinstance(self.screen, ModalScreen):
                self.pop_screen()
                self._repaint()
        else:
            self._enter({"health": HealthPage, "rules": RulesPage}[name](self.setting))

    def action_back(self) -> None:  # type: ignore[override]
        screen = self.screen
        if isinstance(screen, Page) and not screen.back() and len(self.screen_stack) > 1:
            self.pop_screen()
            self._repaint()

    def action_pause(self) -> None:
        if self.situation.held_at is None:
            self.situation = replace(self.situation, held_at=self._now(), behind=0)
            self._repaint()
            return
        self.situation = replace(self.situation, held_at=None, behind=0)
        held, self._held = self._held, None
        if held is not None:
            self._show(held)
        self._repaint()

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            self.clear_notifications()
            self.push_screen(CommandPalette(id="--command-palette"))

    def action_help(self) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            notices, keys, scopes, off = (
                self.situation.notices,
                self.setting.keys,
                screen.SCOPES,
                screen.why_off,
            )
            self._push(
                Help(
                    self.setting.glyphs,
                    f"{screen.NAME}: keys",
                    lambda cells: help_lines(keys, scopes, off, notices, cells),
                ),
                lambda _: None,
            )

    def action_theme(self) -> None:
        at = THEME_NAMES.index(self.theme) if self.theme in THEME_NAMES else -1
        self.theme = THEME_NAMES[(at + 1) % len(THEME_NAMES)]

    def action_use_theme(self, name: str) -> None:
        self.theme = name

    def on_page_do(self, event: Page.Do) -> None:
        screen = self.screen
        if not isinstance(screen, Page):
            return
        self.clear_notifications()  # what was said of the action before would be taken for an answer to this one
        if self.situation.read_only:
            self.tell(f"this key is off: {plain(self.situation.read_only, 200)}", severity="warning")
        elif event.act == "undo":
            self.desk.undo()
        else:
            ids = screen.chosen()
            wanted = set(ids)
            rows = [row for row in self._inbox.table.rows if row.id in wanted]
            self.desk.start(Act(event.act), ids, rows)

    async def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        screen = self.screen
        if isinstance(screen, Page):
            await self.run_key(event.key)

    async def run_key(self, key: Key) -> None:
        """Do what a key does."""
        await self.run_action(key.action, self if key.scope == EVERYWHERE else self.screen)

    def _writing(self, begins: bool) -> None:
        self.situation = replace(self.situation, waiting=self.desk.waiting)
        if not begins:
            self._inbox.table.forget_marks()
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

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        # Without this some viewers drop the blanks at the edges of every piece of text.
        svg = super().export_screenshot(title=title, simplify=simplify)
        return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        svg = self.export_screenshot(title=f"{self.TITLE} {self.situation.store}".strip())
        self.clerk.picture(svg, filename, path)

    async def action_quit(self) -> None:
        """Leave; where something would be lost or end, ask first. Asked twice is an answer."""
        reason = (
            f"{self.desk.waiting} actions are not saved yet" if self.desk.waiting else self.options.leaving
        )
        if not reason or self.screen is self._farewell:
            self.exit()
        else:
            self._farewell = Confirm("Leave the console?", reason)
            self._push(self._farewell, lambda yes: self.exit() if yes else None)

    # Small services

    def tell(self, message: str, *, severity: str = "information") -> None:
        """Show a few words in a corner, as literal text; what went wrong stays longer, until the next deed."""
        seconds = {"warning": 8, "error": 30}.get(severity, 4)
        words = self.setting.glyphs.text(message)
        self.notify(words, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    def _push(self, dialogue: ModalScreen[Any], answered: Callable[[Any], None]) -> None:
        self.clear_notifications()  # they would lie over the dialogue
        self.push_screen(dialogue, answered)

    def _remember(self) -> None:
        path = self.options.prefs_file
        prefs = Prefs(self._inbox.view, self.theme)
        if path is None or prefs == self._prefs:
            return
        self._prefs = prefs
        self.clerk.remember(path, prefs)

    def on_resize(self, event: events.Resize) -> None:
        self._repaint()
