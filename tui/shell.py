"""What every full-screen program owes its terminal, whatever it shows: themes, a way out on signals, faults without a
traceback, pictures of itself, and a few words in a corner."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from textual.app import App
from textual.message import Message
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBar, ScrollBarRender

from dsl.errors import INTERNAL
from tui.glyphs import ASCII, Glyphs
from tui.themes import DARK, THEME_NAMES, themes
from tui.widgets.bars import PlainScrollBar


class Shell(App[None]):
    """An app that draws with `glyphs` in one of our themes. `fault` is the first mistake of our own that ended it."""

    ENABLE_COMMAND_PALETTE = False  # the key table has its own key for it
    CSS: ClassVar[str] = """
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

    def __init__(self, glyphs: Glyphs, theme: str) -> None:
        super().__init__()
        self.fault: BaseException | None = None
        self.animation_level = "none"
        self._glyphs = glyphs
        self.set_class(glyphs is ASCII, "-ascii")
        ScrollBar.renderer = PlainScrollBar if glyphs is ASCII else ScrollBarRender
        for known in themes():
            self.register_theme(known)
        self.theme = theme if theme in THEME_NAMES else DARK

    def watch_terminal(self) -> None:
        """Paint anew after a suspension, and give the terminal back also when another program ends this one."""
        self.app_resume_signal.subscribe(self, lambda _: self._paint_all())
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            with suppress(NotImplementedError, AttributeError):  # not on every system
                loop.add_signal_handler(getattr(signal, name), self.exit)

    def _paint_all(self) -> None:
        """Whatever stood on the terminal is gone: the shell had it."""
        for screen in self.screen_stack:
            for widget in screen.query("*"):
                widget.refresh()

    def failed_ourselves(self, error: BaseException) -> None:
        """End because of a mistake of our own."""
        self.fault = self.fault or error
        self.exit(return_code=INTERNAL)

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        # Textual would print a traceback with all that it knows, customers' texts included.
        self._exit_renderables.clear()

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        # Without this some viewers drop the blanks at the edges of every piece of text.
        svg = super().export_screenshot(title=title, simplify=simplify)
        return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)

    def action_theme(self) -> None:
        at = THEME_NAMES.index(self.theme) if self.theme in THEME_NAMES else -1
        self.theme = THEME_NAMES[(at + 1) % len(THEME_NAMES)]

    def action_use_theme(self, name: str) -> None:
        self.theme = name

    def tell(self, message: str, *, severity: str = "information") -> None:
        """Show a few words in a corner, as literal text; what went wrong stays longer, until the next deed."""
        seconds = {"warning": 8, "error": 30}.get(severity, 4)
        words = self._glyphs.text(message)
        self.notify(words, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    def dialogue(self, dialogue: ModalScreen[Any], answered: Callable[[Any], None]) -> None:
        """Show a dialogue; `answered` hears what came of it."""
        self.clear_notifications()  # they would lie over the dialogue
        self.push_screen(dialogue, answered)
