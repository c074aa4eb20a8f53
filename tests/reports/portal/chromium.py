"""A real Chromium and a real server for tests of pages: one of each a module."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from reports.web.serve import configured, listen
from tests.reports.portal.world import World

PROGRAM = Path("/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextmanager
def serving(folder: Path) -> Iterator[World]:
    """A world whose portal listens on loopback."""
    sock = listen("127.0.0.1", 0)
    world = World(folder, folder / "sla.db", url=f"http://127.0.0.1:{sock.getsockname()[1]}")
    server = uvicorn.Server(configured(world.app))
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    try:
        yield world
    finally:
        server.should_exit = True
        thread.join()
        world.close()
        sock.close()


@contextmanager
def chromium() -> Iterator[object]:
    """The browser; the test is skipped where there is none."""
    if not PROGRAM.exists():
        pytest.skip(f"there is no {PROGRAM}: pages were not looked at in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(PROGRAM), args=list(ARGUMENTS))
        yield browser
        browser.close()
