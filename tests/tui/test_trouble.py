"""Loading, empty, failed, held and faulty are different and visible states."""

from __future__ import annotations

import threading

import pytest

from engine.errors import StoreError
from tests.tui.driving import bar, inbox, options, page, press, running, settle, source, type_filter
from tests.tui.fake import FakeSource
from tests.tui.tickets import LazyRows, row
from tui.app import Console
from tui.screens.inbox import Inbox


async def test_a_failed_refresh_keeps_what_was_seen_and_says_of_when() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        fake.failing = StoreError("database is locked", help="another program holds it")
        app._refresh()
        await settle(pilot)
        assert "store unreachable, showing data of 14:02: database is locked" in bar(app, "failure")
        assert len(inbox(app).table.rows) == 30
        fake.failing = None
        app._refresh()
        await settle(pilot)
        assert bar(app, "failure") == ""


async def test_failing_at_once_empty_and_all_filtered_look_different() -> None:
    fake = FakeSource([], failing=OSError(5, "Input/output error"))
    async with running(fake) as (app, pilot):
        assert "cannot be read" in page(app)
        fake.failing = None
        app._refresh()
        await settle(pilot)
        assert "No open tickets" in page(app)
        fake.rows, fake.version = [row(1)], 2
        app._refresh()
        await settle(pilot)
        assert app.focused is inbox(app).table
        await type_filter(app, pilot, "nothing-like-this")
        assert "None of 1 open tickets passes the filter" in page(app)


async def test_loading_and_partial_are_told() -> None:
    gate = threading.Event()
    fake = FakeSource(LazyRows(2000), gate=gate)
    app = Console(fake, options())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "Loading" in page(app)
        assert not app.feed.refresh(inbox(app).view, (), lambda _: None), "one refresh is in flight"
        gate.set()
        await settle(pilot)
        assert len(inbox(app).table.rows) == 2000
        assert fake.asked == 2
    assert fake.closed or fake.asked == 2


async def test_pause_holds_the_picture_and_not_the_engine() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "p")
        fake.rows, fake.version = fake.rows[:5], 2
        app._refresh()
        await settle(pilot)
        assert len(inbox(app).table.rows) == 30
        assert "picture held since 14:02:09, 1 newer" in told_calm(app)
        await press(pilot, "p")
        assert len(inbox(app).table.rows) == 5
        assert told_calm(app) == ""


def told_calm(app) -> str:
    app._repaint()
    return bar(app, "calm")


async def test_a_fault_of_ours_ends_the_console_and_is_kept() -> None:
    fake = source()
    app = Console(fake, options())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        fake.failing = ZeroDivisionError("ours")
        app._refresh()
        await pilot.pause(0.2)
    assert isinstance(app.fault, ZeroDivisionError)


async def test_a_mistake_in_painting_ends_in_words_and_not_in_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = Console(source(), options())
    with pytest.raises(ZeroDivisionError):  # the test's pilot hears of it; a terminal gets what `fault` says
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            monkeypatch.setattr(Inbox, "paint_body", lambda *_: 1 / 0)
            app.call_later(app._tick)
            await pilot.pause(0.1)
    assert isinstance(app.fault, ZeroDivisionError)
    assert "Traceback" not in "".join(capsys.readouterr())
