"""Screens of lists: Escalations, Flags and Notices. What they list is asked of the source by the worker, whenever it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any, ClassVar, Generic, TypeVar

from textual.message import Message
from textual.widget import Widget

from engine.snapshot import Escalations
from tui import view_escalations, view_flags, view_notices
from tui.actions import Errand
from tui.export import Sheet
from tui.feed import Failure, Source
from tui.filter import Words
from tui.keymap import ACT, LIST, LISTS, NOTICES, OUTBOX, Key
from tui.line import Line, join, sides, text, wrap
from tui.lists import Memory, Part, Wish, choose, fit_columns, item_line, next_sort, order_words, tabs
from tui.plain import plain
from tui.screens.listed import Listed
from tui.screens.page import REVIEW, Scene, Setting, bindings
from tui.view_flags import Flags
from tui.view_messages import DEAD, OUTBOX_PART, counts_line
from tui.view_notices import Notices, unread
from tui.widgets.bars import Bar
from tui.widgets.lines import Lines
from tui.widgets.listing import Listing

D = TypeVar("D")
COPY_MOST = 5000
_PAST = "Of the past only what had fired is shown: messages carry their fate of today."


class ListPage(Listed, Generic[D]):
    """Tabs, the list of one of them, and below it all that there is to say about the item under the cursor."""

    SCOPES: ClassVar[tuple[str, ...]] = (LISTS, LIST)
    DEFAULT_CSS = """
    ListPage #counts { background: $background; }
    ListPage #tabs { background: $panel; }
    ListPage #about { height: 5; background: $surface; }
    ListPage.empty #about { display: none; }
    """

    class Errands(Message):
        """A person wants something done to messages."""

        def __init__(self, errand: Errand, messages: Sequence[Any]) -> None:
            super().__init__()
            self.errand = errand
            self.messages = messages

    class Refused(Message):
        """A key that is off was pressed."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, setting: Setting, parts: tuple[Part[D, Any], ...], memory: Memory) -> None:
        self.parts = parts
        self.memory = memory
        self.listing = Listing(setting.glyphs, parts[memory.part], now=setting.now)
        super().__init__(setting, self.listing)
        self.listing.can_focus = True
        self._data: D | None = None
        self._failure: Failure | None = None
        self._stale = True

    # What a subclass answers

    @property
    def question(self) -> Callable[[Source], D]:
        """What is asked of the source."""
        raise NotImplementedError

    def counts(self, data: D, cells: int) -> Line:
        """The line above the tabs, for a width."""
        raise NotImplementedError

    # Data

    def took(self, answer: D | Failure) -> None:
        """Show what the source answered; of a failure only say so, and keep what was there."""
        if isinstance(answer, Failure):
            self._failure = answer
        else:
            self._data, self._failure, self._stale = answer, None, True
        if self.scene is not None and self._ready:
            self.paint(self.scene)

    @property
    def part(self) -> Part[D, Any]:
        """The list that is shown."""
        return self.parts[self.memory.part]

    @property
    def wish(self) -> Wish:
        """How it is to be seen."""
        return self.memory.wishes.get(self.part.key, Wish())

    def _wish(self, wish: Wish) -> None:
        self.memory.wishes[self.part.key] = wish
        self._again()

    def _again(self) -> None:
        self._stale = True
        if self.scene is not None:
            self.paint(self.scene)

    def below(self) -> Iterable[Widget]:
        yield Lines(self.setting.glyphs, id="about")

    def body(self) -> Iterable[Widget]:
        yield Bar(self.setting.glyphs, "counts", folds=True)
        yield Bar(self.setting.glyphs, "tabs", folds=True)
        yield from super().body()

    def on_mount(self) -> None:
        self.query_one("#about").can_focus = False
        super().on_mount()

    def paint_body(self, scene: Scene) -> None:
        data, part, cells_of_list = self._data, self.part, self.listing
        if data is not None and self._stale:
            self._stale = False
            cells_of_list.show(part, choose(part, part.items(data), self.wish, scene.now), self.wish)
        else:
            cells_of_list.tick()
        self.show_empty(empty=not cells_of_list.rows)
        if not cells_of_list.rows:
            self.query_one("#nothing", Lines).show(self._why_empty)
        self.query_one("#counts", Bar).show(lambda cells: () if data is None else self.counts(data, cells))
        if len(self.parts) > 1:
            named = [(one.title, None if data is None else len(one.items(data))) for one in self.parts]
            at = self.memory.part
            self.query_one("#tabs", Bar).show(lambda cells: tabs(named, at, cells))
        self._paint_about()

    def _why_empty(self, cells: int) -> list[Line]:
        glyphs = self.setting.glyphs
        if self._failure is not None:
            words = f"This cannot be read: {self._failure.message} {self._failure.help}"
            return [((line, "warning"),) for line in wrap(glyphs.text(plain(words, 600)), max(20, cells))]
        if self._data is None:
            return [(("Loading.", "muted"),)]
        total = len(self.part.items(self._data))
        if total:
            key = self.setting.key("app.back")
            return [
                ((f"None of {total:,} passes the filter.", ""),),
                ((f"{key} shows them all again.", "muted"),),
            ]
        return [((line, "muted"),) for line in wrap(self.nothing, max(20, cells))]

    @property
    def nothing(self) -> str:
        """What stands in place of no items."""
        return self.part.empty

    def on_rows_moved(self) -> None:
        self._paint_about()

    def _paint_about(self) -> None:
        scene, item, part = self.scene, self.listing.current, self.part
        if scene is None or not self._ready:
            return
        glyphs, now, zone = self.setting.glyphs, scene.now, scene.situation.zone
        about = self.query_one("#about", Lines)
        about.show(lambda cells: () if item is None else part.about(item, now, zone, glyphs, cells))
        self.query_one("#status", Bar).show(self._status)

    def _status(self, cells: int) -> Line:
        rows, wish, marked = self.listing.rows, self.wish, len(self.listing.marked)
        total = 0 if self._data is None else len(self.part.items(self._data))
        left: list[Line] = []
        if self._failure is not None and self._data is not None:
            left.append((("cannot be read now, showing what was", "warning"),))
        if total > len(rows):
            left.append(((f"{total - len(rows):,} filtered out", "key"),))
        if marked:
            left.append(((f"{self.setting.glyphs.marked} {marked:,} marked", "mark"),))
        if self.scene is not None and self.scene.situation.waiting:
            left.append((("saving", "warning"),))
        at = self.listing.cursor + 1 if rows else 0
        right: Line = (
            (order_words(self.part, wish), "muted"),
            (f" {self.setting.glyphs.dot} ", "off"),
            (f"{at:,}/{len(rows):,}", "muted"),
        )
        return sides(join(left, ("  ", "")), right, cells)

    # What a person does

    @property
    def words(self) -> Words:
        return self.part.words

    @property
    def filter_now(self) -> str:
        return self.wish.filter

    def filter_by(self, words: str) -> None:
        self._wish(replace(self.wish, filter=words))

    def ticket_here(self) -> int:
        item = self.listing.current
        return 0 if item is None else self.part.ticket(item)

    def action_part(self, step: int) -> None:
        if len(self.parts) > 1:
            self.memory.part = (self.memory.part + step) % len(self.parts)
            self.take_filter(self.wish.filter)
            self._again()
            self.listing.focus()

    def action_sort(self) -> None:
        self._wish(next_sort(self.wish, self.listing.shown))

    def sorts(self) -> list[tuple[str, str, str]]:
        natural = ("", self.part.order, "the order in which the list comes")
        return [natural, *((column.key, column.title, column.about) for column in self.part.columns)]

    def action_sort_by(self, key: str) -> None:
        self._wish(replace(self.wish, sort=key, reverse=False))

    def action_reverse(self) -> None:
        self._wish(replace(self.wish, reverse=not self.wish.reverse))

    def action_errand(self, errand: str) -> None:
        self.post_message(self.Errands(Errand(errand), self.listing.chosen_items))

    def chosen(self) -> list[int]:
        part = self.part
        return sorted({part.ticket(item) for item in self.listing.chosen_items} - {0})

    def to_copy(self) -> str:
        now, width = self.setting.now(), 200
        widths = fit_columns(self.part, width)
        glyphs = self.setting.glyphs
        items = self.listing.chosen_items[:COPY_MOST]
        return "".join(
            text(item_line(item, now, widths, width, glyphs, marked=False)).strip() + "\n" for item in items
        )

    def sheet(self) -> Sheet | None:
        if self.scene is None or self._data is None:
            return None
        items = self.listing.chosen_items if self.listing.marked else self.listing.rows
        return self.part.sheet(items, self.setting.now(), self.scene.situation.zone)


class EscalationsPage(ListPage[Escalations]):
    NAME = "Escalations"
    SCOPES = (OUTBOX, LISTS, LIST)
    BINDINGS = bindings(OUTBOX, LISTS, LIST)

    @property
    def question(self) -> Callable[[Source], Escalations]:
        return lambda source: source.escalations()

    def counts(self, data: Escalations, cells: int) -> Line:
        return ((_PAST, "muted"),) if self._past else counts_line(data.counts, self.setting.glyphs, cells)

    @property
    def nothing(self) -> str:
        return _PAST if self._past and self.part.key != "fired" else super().nothing

    @property
    def _past(self) -> bool:
        return self.scene is not None and self.scene.situation.at is not None

    def why_off(self, key: Key) -> str:
        if key.id == "outbox.retry" and self.part.key != DEAD:
            return "only a dead letter can be sent again"
        if key.id == "outbox.discard" and self.part.key not in {DEAD, OUTBOX_PART}:
            return "only what waits or could not be delivered can be discarded"
        return super().why_off(key)

    def action_errand(self, errand: str) -> None:
        key = next(
            key for key in self.setting.keys if key.action == f"errand('{errand}')" and key.scope == OUTBOX
        )
        reason = self.why_off(key)
        if reason:
            self.post_message(self.Refused(reason))
        else:
            super().action_errand(errand)


class FlagsPage(ListPage[Flags]):
    NAME = "Flags"
    SCOPES = (LISTS, ACT, LIST)
    UNSHOWN = ("lists.next", "lists.sort", "lists.mark")
    BINDINGS = bindings(LISTS, ACT, LIST)

    @property
    def question(self) -> Callable[[Source], Flags]:
        return lambda source: source.flags()

    def counts(self, data: Flags, cells: int) -> Line:
        key = self.setting.key("act.flag")
        return (
            (
                f"{self.setting.glyphs.flagged} {len(data):,} flagged to management",
                "warning" if data else "muted",
            ),
            (f"  {key} takes a flag away, with a note", "muted"),
        )

    def action_act(self, act: str) -> None:
        """All of them are flagged, whatever the inbox knows of them."""
        super().action_act(REVIEW if act == "flag" else act)


class NoticesPage(ListPage[Notices]):
    NAME = "Notices"
    SCOPES = (NOTICES, LISTS, LIST)
    UNSHOWN = ("lists.next",)
    BINDINGS = bindings(NOTICES, LISTS, LIST)

    @property
    def question(self) -> Callable[[Source], Notices]:
        return lambda source: source.notices()

    def counts(self, data: Notices, cells: int) -> Line:
        count = unread(data)
        return ((f"{count:,} unread of {len(data):,}", "warning" if count else "muted"),)

    def action_open(self) -> None:
        """What was opened has been read, where anything may be written."""
        item = self.listing.current
        if item is not None and self.scene is not None and not self.scene.situation.read_only:
            self.post_message(self.Errands(Errand.READ, [item]))
        super().action_open()


LIST_PAGES = ("escalations", "flags", "notices")
"""Names of the pages of lists."""


def list_page(name: str, setting: Setting, zone: tzinfo, memory: Memory) -> ListPage[Any]:
    """The page of a name, as `memory` says it was seen last."""
    match name:
        case "escalations":
            return EscalationsPage(setting, view_escalations.parts(zone), memory)
        case "flags":
            return FlagsPage(setting, view_flags.parts(zone), memory)
        case _:
            return NoticesPage(setting, view_notices.parts(zone), memory)
