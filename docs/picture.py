# ruff: noqa: INP001 -- a script beside the pages that it draws for
"""Takes the README's picture: `uv run --group dev python docs/picture.py` writes docs/console.svg.

The inbox is made up and the time stands still, so that the picture changes only when the console does.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.tui.fake import FakeSource
from tests.tui.tickets import NOW, PEOPLE, row
from tui.app import Console, Options

SIZE = (120, 40)


async def take() -> str:
    """The picture of a quiet evening with a few late tickets."""
    rows = []
    for number in range(52, 110):
        one = row(number, assignee=PEOPLE[number % len(PEOPLE)])
        due = None if one.due is None else NOW - 700 + (number - 52) * 260 + (number % 7) * 31
        rows.append(replace(one, due=due, warn_at=None if due is None else due - 1500))
    source = FakeSource(rows, engine="engine running here")
    app = Console(
        source, Options(store="demo.db", now=lambda: NOW, refresh=3600, tick=3600, glyphs="unicode")
    )
    async with app.run_test(size=SIZE) as pilot:
        for key in ("down", "down", "down", "space", "space"):
            await pilot.pause(0.2)
            await pilot.press(key)
        await pilot.pause(0.2)
        return app.export_screenshot(title="sla console --store demo.db --write")


if __name__ == "__main__":
    Path(__file__).with_name("console.svg").write_text(asyncio.run(take()), encoding="utf-8")
