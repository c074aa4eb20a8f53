"""The small dialogues: yes or no, a line of text, a choice from a list, help. Everything in them is literal text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from tui.glyphs import Glyphs
from tui.line import Line
from tui.plain import plain
from tui.widgets.field import Field
from tui.widgets.lines import Lines

_LEAVE = Binding("ctrl+c,ctrl+q", "app.quit", "quit")
_BOX = """
    align: center middle;
    background: $background 60%;
    & > Vertical {
        width: 72; max-width: 95%; height: auto; max-height: 90%;
        background: $surface; border: round $primary; padding: 1 2;
    }
    & .title { text-style: bold; color: $primary; height: auto; }
    & .text { color: $foreground; height: auto; margin-top: 1; }
    & .hint { color: $text-muted; height: auto; margin-top: 1; }
    & .error { color: $error; height: auto; }
    & Input { border: tall $panel; background: $panel; margin-top: 1; }
    & OptionList { height: auto; max-height: 42vh; background: $surface; border: none; margin-top: 1; padding: 0; }
"""


class Confirm(ModalScreen[bool]):
    """Asks before something that many would feel or that cannot be taken back."""

    DEFAULT_CSS = f"Confirm {{ {_BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        _LEAVE,
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(plain(self._title)), classes="title")
            yield Static(Content("\n".join(plain(line) for line in self._text.split("\n"))), classes="text")
            yield Static(Content("y yes   n no"), classes="hint")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class Prompt(ModalScreen[str | None]):
    """Asks for a line of text, with choices that typing narrows; `check` says what is wrong with an answer."""

    DEFAULT_CSS = f"Prompt {{ {_BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        _LEAVE,
        Binding("escape", "leave", "leave"),
        Binding("down", "move(1)", "next", priority=True),
        Binding("up", "move(-1)", "before", priority=True),
    ]

    def __init__(
        self,
        title: str,
        hint: str,
        *,
        initial: str = "",
        choices: Sequence[str] = (),
        free: bool = True,
        check: Callable[[str], str] = lambda _: "",
        at: int = 0,
    ) -> None:
        super().__init__()
        self._title, self._hint, self._initial = title, hint, initial
        self._choices, self._free, self._check = tuple(choices), free, check
        self._shown: list[str] = []
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(plain(self._title)), classes="title")
            yield Field(self._initial, compact=True, select_on_focus=True)
            if self._choices:
                options = OptionList(markup=False, compact=True)
                options.can_focus = False
                yield options
            yield Static(Content(""), classes="error")
            yield Static(Content(plain(self._hint)), classes="hint")

    def on_mount(self) -> None:
        self._narrow("" if self._initial in self._choices else self._initial)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(".error", Static).update(Content(""))
        self._narrow("" if event.value == self._initial else event.value)

    def _narrow(self, text: str) -> None:
        if not self._choices:
            return
        words = text.casefold()
        self._shown = [choice for choice in self._choices if words in choice.casefold()][:200]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Content(plain(choice, 60)) for choice in self._shown])
        at = self._at if len(self._shown) == len(self._choices) else 0
        options.highlighted = None if self._free or not self._shown else at

    def action_move(self, step: int) -> None:
        if self._choices and self._shown:
            options = self.query_one(OptionList)
            at = options.highlighted
            start = (-1 if step > 0 else 0) if at is None else at
            options.highlighted = (start + step) % len(self._shown)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._answer(self._shown[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        at = self.query_one(OptionList).highlighted if self._choices else None
        if at is not None and at < len(self._shown):
            self._answer(self._shown[at])
        elif self._free:
            self._answer(event.value.strip())
        else:
            self.query_one(".error", Static).update(Content("choose one of the list"))

    def _answer(self, text: str) -> None:
        wrong = self._check(text)
        if wrong:
            self.query_one(".error", Static).update(Content(plain(wrong)))
        else:
            self.dismiss(text)

    def action_leave(self) -> None:
        self.dismiss(None)


class Help(ModalScreen[None]):
    """Keys and words for what has the focus."""

    DEFAULT_CSS = f"""
    Help {{ {_BOX}
        & > Vertical {{ width: 84; height: 90%; }}
        & Lines {{ background: $surface; margin-top: 1; padding: 0; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        _LEAVE,
        Binding("escape,question_mark,q,f1", "leave", "leave"),
        Binding("down,j", "turn(1)", "down"),
        Binding("up,k", "turn(-1)", "up"),
        Binding("pagedown,space", "turn(12)", "page down"),
        Binding("pageup", "turn(-12)", "page up"),
    ]

    def __init__(self, glyphs: Glyphs, title: str, draw: Callable[[int], Sequence[Line]]) -> None:
        super().__init__()
        self._glyphs, self._title, self._draw = glyphs, title, draw

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(plain(self._title)), classes="title")
            yield Lines(self._glyphs, self._draw)

    def action_turn(self, lines: int) -> None:
        self.query_one(Lines).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)
