"""Drives the console as a person does: keys in, and what is shown out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.widgets import Input

from tests.tui.fake import FakeSource
from tests.tui.tickets import NOW, row
from tui.app import Console, Options
from tui.line import text
from tui.screens.inbox import Inbox
from tui.widgets.bars import Bar
from tui.widgets.lines import Lines


def options(**changes) -> Options:
    return replace(
        Options(store="demo.db", now=lambda: NOW, refresh=3600, tick=3600, glyphs="unicode"), **changes
    )


@asynccontextmanager
async def running(source: FakeSource, size: tuple[int, int] = (120, 40), **changes):
    app = Console(source, options(**changes))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield app, pilot
    assert app.fault is None


async def settle(pilot) -> None:
    """Until the worker has nothing left and the screen has taken it in."""
    for _ in range(3):
        done = asyncio.get_running_loop().create_future()
        pilot.app.feed.submit(lambda: None, lambda _, done=done: done.done() or done.set_result(None))
        await asyncio.wait_for(done, 10)
        await pilot.pause()


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await settle(pilot)


async def type_filter(app, pilot, words: str) -> None:
    await press(pilot, "slash")
    app.screen.query_one(Input).value = words
    await press(pilot, "enter")


def source(count: int = 30, **changes) -> FakeSource:
    return FakeSource([row(number) for number in range(count)], **changes)


def bar(app, name: str) -> str:
    found = app.screen.query_one(f"#{name}", Bar)
    return text(found.line) if found.display else ""


def page(app) -> str:
    return "\n".join(text(line) for line in app.screen.query_one(Lines).lines)


def told(app) -> str:
    return "\n".join(note.message for note in app._notifications)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def inbox(app) -> Inbox:
    return app.screen_stack[0]


def listed(app) -> list[str]:
    """The lines that are on the screen."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def about(app) -> str:
    return "\n".join(text(line) for line in app.screen.query_one("#about", Lines).lines)
