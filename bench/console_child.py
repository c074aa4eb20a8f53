"""One measurement of `bench_console` in a process of its own: prints a line of JSON.

`ours N` and `datatable N`: seconds from the start of the process to the first painted rows, less the time that it took
to make up the rows. `tick N`: CPU seconds of one tick.
"""

# ruff: noqa: SLF001, ASYNC110 -- it looks inside the applications that it measures, and waits for their paint

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tui import startup

SIZE = (200, 54)
TICKS = 30


def started() -> float:
    """When this process began, on the clock of `time.monotonic` (of the time now where the system does not tell)."""
    stat = Path("/proc/self/stat")
    if not stat.exists():
        return time.monotonic()
    import os

    ticks = int(stat.read_text().rpartition(")")[2].split()[19])
    return ticks / os.sysconf("SC_CLK_TCK") - time.clock_gettime(time.CLOCK_BOOTTIME) + time.monotonic()


async def ours(count: int) -> dict[str, float]:
    startup.hold()  # as the command does
    from tests.tui.fake import FakeSource
    from tests.tui.tickets import NOW, row
    from tui.app import Console, Options

    before = time.monotonic()
    made = [row(number) for number in range(count)]
    gc.collect()
    gc.freeze()  # the rows are no part of what is measured, so neither is looking for garbage in them
    making = time.monotonic() - before
    app = Console(FakeSource(made), Options(now=lambda: NOW, glyphs="unicode"))
    async with app.run_test(size=SIZE):
        table = app.screen.query_one("Table")
        while not table._faces:
            await asyncio.sleep(0.001)
        seconds = time.monotonic() - started() - making
        assert "INC" in "".join(strip.text for strip in app.screen._compositor.render_strips())
    return {"seconds": seconds}


async def datatable(count: int) -> dict[str, float]:
    startup.hold()  # the same for the peer
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    from tests.tui.tickets import NOW, row
    from tui.glyphs import UNICODE
    from tui.view import COLUMNS, USUAL

    before = time.monotonic()
    made = [row(number) for number in range(count)]
    gc.collect()
    gc.freeze()  # the rows are no part of what is measured, so neither is looking for garbage in them
    making = time.monotonic() - before
    columns = [column for column in COLUMNS if column.key in USUAL]

    class Peer(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable(cursor_type="row")

        def on_mount(self) -> None:
            from rich.text import Text

            table = self.query_one(DataTable)
            table.add_columns(*(column.title for column in columns))
            table.add_rows([Text(column.cell(one, NOW, UNICODE)[0]) for column in columns] for one in made)

    app = Peer()
    async with app.run_test(size=SIZE):
        while not app.query_one(DataTable)._line_cache.keys():
            await asyncio.sleep(0.001)
        seconds = time.monotonic() - started() - making
        assert "INC" in "".join(strip.text for strip in app.screen._compositor.render_strips())
        return {"seconds": seconds}


async def tick(count: int) -> dict[str, float]:
    from tests.tui.fake import FakeSource
    from tests.tui.tickets import NOW, row
    from tui.app import Console, Options

    now = [NOW]
    few = [row(number) for number in range(5_000)]
    rows = [few[number % len(few)] for number in range(count)]
    app = Console(FakeSource(rows), Options(now=lambda: now[0], glyphs="unicode", refresh=3600, tick=3600))
    async with app.run_test(size=SIZE) as pilot:
        while len(app.screen.query_one("Table").rows) < count:
            await asyncio.sleep(0.05)
        await pilot.pause()
        app.screen.query_one("Table").move_to(80)  # where countdowns show seconds: every line changes
        await pilot.pause(0.2)
        before = time.process_time()
        for _ in range(TICKS):
            now[0] += 1
            app._refresh()
            app._tick()
            await asyncio.sleep(0.05)
        return {"cpu": (time.process_time() - before) / TICKS}


if __name__ == "__main__":
    work = {"ours": ours, "datatable": datatable, "tick": tick}[sys.argv[1]]
    print(json.dumps(asyncio.run(work(int(sys.argv[2])))))
