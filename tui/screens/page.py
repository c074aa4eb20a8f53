"""What all screens have in common: header, banners, a body, a status line and the footer of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tui.export import Sheet
from tui.feed import Source
from tui.glyphs import Glyphs
from tui.keymap import EVERYWHERE, PAGE, TABLE, Key, in_scope
from tui.line import Line, text
from tui.status import Situation, calm_banner, failure_banner, header, rules_banner
from tui.view import Arranged
from tui.widgets.bars import Bar, KeyBar
from tui.widgets.lines import Lines

RAISE, REVIEW = "raise a flag", "review a flag"
"""What a screen asks for that knows itself whether its ticket is flagged."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a screen is given to paint."""

    situation: Situation
    arranged: Arranged | None
    now: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a screen is built with and keeps."""

    glyphs: Glyphs
    now: Callable[[], int]
    keys: tuple[Key, ...] = TABLE

    def key(self, id_: str) -> str:
        """The key that a person presses for `id_`."""
        return next(key.shown for key in self.keys if key.id == id_)


def bindings(*scopes: str) -> list[BindingType]:
    """Textual's bindings for the keys of some scopes; the ids let a person's keymap change them."""
    return [
        Binding(key.keys, key.action, key.label or key.about, id=key.id) for key in in_scope(TABLE, *scopes)
    ]


class Page(Screen[None]):
    """A screen of the console. Subclasses say what their body is and paint it."""

    NAME: ClassVar[str] = ""
    SCOPES: ClassVar[tuple[str, ...]] = ()
    LASTS: ClassVar[float] = inf  # seconds after which it asks again though nothing has changed
    UNSHOWN: ClassVar[tuple[str, ...]] = ()  # ids of keys that are not worth a place in this footer
    DEFAULT_CSS = """
    Page { background: $background; }
    Page #status { background: $background; }
    """

    class Do(Message):
        """A person wants an action done to the tickets that the screen has chosen."""

        def __init__(self, act: str) -> None:
            super().__init__()
            self.act = act

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.scene: Scene | None = None
        self._ready = False
        self._keys_off: tuple[str, ...] | None = None

    def compose(self) -> ComposeResult:
        glyphs = self.setting.glyphs
        yield Bar(glyphs, "head")
        yield Bar(glyphs, "failure", folds=True, kind="alarm")
        yield Bar(glyphs, "broken", folds=True, kind="notice")
        yield Bar(glyphs, "calm", folds=True, kind="calm")
        yield from self.body()
        yield Bar(glyphs, "status")
        yield KeyBar(glyphs, "keys")

    def body(self) -> Iterable[Widget]:
        """The widgets between the banners and the status line."""
        raise NotImplementedError

    def paint(self, scene: Scene) -> None:
        """Show new data, or the same data at a later time."""
        self.scene = scene
        if self._ready:
            self._paint_bars(scene)
            self.paint_body(scene)

    def paint_body(self, scene: Scene) -> None:
        """Show the scene in the body."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._ready = True
        if self.scene is not None:
            self.paint(self.scene)

    def _paint_bars(self, scene: Scene) -> None:
        situation, now, glyphs = scene.situation, scene.now, self.setting.glyphs
        self.query_one("#head", Bar).show(lambda cells: header(situation, self.NAME, now, glyphs, cells))
        self.query_one("#failure", Bar).show(failure_banner(situation, now))
        self.query_one("#broken", Bar).show(rules_banner(situation, self.setting.key("app.rules")))
        self.query_one("#calm", Bar).show(calm_banner(situation, self.setting.key("app.pause")))
        keys = [
            key for key in in_scope(self.setting.keys, *self.SCOPES, EVERYWHERE) if key.id not in self.UNSHOWN
        ]
        off = tuple(self.why_off(key) for key in keys)
        if self._keys_off != off:
            self._keys_off = off
            self.query_one(KeyBar).show_keys(keys, self.why_off)

    def why_off(self, key: Key) -> str:
        """Why a key does nothing here and now; "" if it does."""
        return self.scene.situation.read_only if key.writes and self.scene else ""

    def off(self, id_: str) -> str:
        """The same of a key by its id."""
        return next((self.why_off(key) for key in self.setting.keys if key.id == id_), "")

    @property
    def question(self) -> Callable[[Source], Any] | None:
        """What is asked of the source when the page is opened and whenever the answer may be another; None for nothing."""
        return None

    def took(self, answer: Any) -> None:  # noqa: ANN401 - what a page asks only the page knows
        """Show what the source answered, or a `Failure`."""

    @property
    def hungry(self) -> bool:
        """Whether the answer was a part, and the rest is worth asking for at once."""
        return False

    def sorts(self) -> Sequence[tuple[str, str, str]]:
        """What the page can be sorted by: key, title, and what it says."""
        return ()

    def chosen(self) -> list[int]:
        """Ids of the tickets that an action would be done to."""
        return []

    def to_copy(self) -> str:
        """What the copy key takes."""
        return ""

    def sheet(self) -> Sheet | None:
        """What the export key writes."""
        return None

    def back(self) -> bool:
        """Step out of something inside the screen; False if there is nothing left to step out of."""
        return False

    def action_act(self, act: str) -> None:
        self.post_message(self.Do(act))

    def action_undo(self) -> None:
        self.post_message(self.Do("undo"))


class TextPage(Page):
    """A page of lines that scrolls."""

    SCOPES: ClassVar[tuple[str, ...]] = (PAGE,)
    BINDINGS = bindings(PAGE)
    AUTO_FOCUS = "Lines"

    def body(self) -> Iterable[Widget]:
        yield Lines(self.setting.glyphs, id="page")

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        """The page for a width."""
        raise NotImplementedError

    def paint_body(self, scene: Scene) -> None:
        self.query_one(Lines).show(lambda cells: self.draw(scene, cells))

    def to_copy(self) -> str:
        return "\n".join(text(line) for line in self.query_one(Lines).lines) + "\n"

    def action_scroll_lines(self, lines: int) -> None:
        self.query_one(Lines).scroll_relative(y=lines, animate=False)

    def action_scroll_pages(self, pages: int) -> None:
        page = self.query_one(Lines)
        page.scroll_relative(y=pages * max(1, page.size.height - 1), animate=False)

    def action_scroll_to_end(self, side: int) -> None:
        page = self.query_one(Lines)
        if side < 0:
            page.scroll_home(animate=False)
        else:
            page.scroll_end(animate=False)
