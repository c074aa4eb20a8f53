"""The command palette: everything in the key table by name, and the commands that need no key of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.keymap import EVERYWHERE, LIST, PAGE, in_scope
from tui.screens.page import Page
from tui.themes import THEME_NAMES


@dataclass(frozen=True, slots=True)
class Command:
    """`action` runs on the screen, or on the app if it is one for everywhere."""

    name: str
    about: str
    action: str
    everywhere: bool


def commands(page: Page) -> Iterator[Command]:
    """What can be done on a page."""
    for key in in_scope(page.setting.keys, *page.SCOPES, EVERYWHERE):
        if key.scope in {LIST, PAGE} or key.id == "app.palette":
            continue
        reason = page.why_off(key)
        name = key.about[:1].upper() + key.about[1:]
        about = f"key {key.shown}" + (f"; off: {reason}" if reason else "")
        yield Command(name, about, key.action, key.scope == EVERYWHERE)
    for column, title, about in page.sorts():
        yield Command(f"Sort by {title.lower()}", about, f"sort_by('{column}')", everywhere=False)
    for theme in THEME_NAMES:
        yield Command(f"Theme {theme}", "remembered", f"use_theme('{theme}')", everywhere=True)


class Commands(Provider):
    """Offers `commands` of the page below the palette."""

    def _offered(self) -> list[Command]:
        return list(commands(self.screen)) if isinstance(self.screen, Page) else []

    async def discover(self) -> Hits:
        for command in self._offered():
            yield DiscoveryHit(command.name, partial(self._run, command), help=command.about)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._offered():
            score = matcher.match(command.name)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(command.name), partial(self._run, command), help=command.about
                )

    async def _run(self, command: Command) -> None:
        await self.app.run_action(command.action, self.app if command.everywhere else self.screen)
