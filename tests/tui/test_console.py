"""The console as a person uses it: keys in, what is shown and what reaches the source out."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.errors import StoreError
from tests.tui.fake import BROKEN, NOW, RULES, FakeSource, LazyRows, row
from tui.actions import Act, Action
from tui.app import Console, Options
from tui.line import text
from tui.screens.ask import Confirm, Help, Prompt
from tui.screens.health import HealthPage
from tui.screens.inbox import Inbox
from tui.screens.rules import RulesPage
from tui.screens.ticket import TicketPage
from tui.view import Arranged, View
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


async def test_the_inbox_comes_up_with_header_counts_and_keys() -> None:
    async with running(source()) as (app, _):
        assert "Inbox" in bar(app, "head")
        assert "rules 41 3fa9c1d git 9f3e2a1" in bar(app, "head")
        assert "write" in bar(app, "head")
        assert "■" in bar(app, "status")
        assert "1/30" in bar(app, "status")
        assert "? help" in bar(app, "keys")
        assert len(inbox(app).table.rows) == 30


async def test_the_cursor_stays_with_its_ticket_when_rows_move() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "down", "down", "j")
        here = inbox(app).table.current
        assert here is not None
        fake.rows, fake.version = [row(200, due=NOW - 9_999_999), *fake.rows], 2
        app._refresh()
        await settle(pilot)
        assert inbox(app).table.current == here
        assert inbox(app).table.cursor == 4
        fake.rows, fake.version = [one for one in fake.rows if one.id != here.id], 3
        app._refresh()
        await settle(pilot)
        assert inbox(app).table.cursor == 4


async def test_moving_by_keys_keeps_the_cursor_in_sight() -> None:
    async with running(FakeSource(LazyRows(1000)), size=(80, 24)) as (app, pilot):
        table = inbox(app).table
        await press(pilot, "G")
        assert table.cursor == 999
        assert table.scroll_offset.y == 1001 - table.size.height
        await press(pilot, "pageup")
        assert table.cursor == 999 - table.page
        await press(pilot, "g", "up")
        assert (table.cursor, table.scroll_offset.y) == (0, 0)


async def test_filter_words_narrow_and_escape_gives_them_back() -> None:
    async with running(source()) as (app, pilot):
        await type_filter(app, pilot, "customer:acme !state:paused")
        table = inbox(app).table
        assert table.rows
        assert {one.customer for one in table.rows} == {"Acme"}
        assert "filtered out" in bar(app, "status")
        assert app.focused is table
        await press(pilot, "escape")
        assert len(table.rows) == 30


async def test_a_bad_filter_says_so_in_its_bar_and_changes_nothing() -> None:
    async with running(source()) as (app, pilot):
        await type_filter(app, pilot, "custmer:acme")
        assert "did you mean customer:" in bar(app, "wrong")
        assert "showing all" in bar(app, "wrong")
        assert len(inbox(app).table.rows) == 30
        assert isinstance(app.focused, Input)


async def test_keys_typed_into_the_filter_are_letters() -> None:
    async with running(source()) as (app, pilot):
        await press(pilot, "slash", *"zqsp")
        assert app.screen.query_one(Input).value == "zqsp"
        assert app.is_running
        assert app.situation.held_at is None


async def test_at_risk_sort_and_reverse() -> None:
    async with running(source(80)) as (app, pilot):
        table = inbox(app).table
        await press(pilot, "z")
        assert 0 < len(table.rows) < 80
        assert "only at risk" in bar(app, "status")
        await press(pilot, "z", "s", "s", "s")
        assert table.view.sort == "ticket"
        first = table.rows[0].ticket
        await press(pilot, "S")
        assert table.rows[-1].ticket == first
        assert "by ticket reversed" in bar(app, "status")


async def test_marks_survive_a_refresh_and_escape_takes_them_away() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "space", "space")
        assert inbox(app).table.marked == {1, 2}
        fake.version = 2
        app._refresh()
        await settle(pilot)
        assert inbox(app).table.marked == {1, 2}
        assert "2 marked" in bar(app, "status")
        await press(pilot, "escape")
        assert inbox(app).table.marked == set()
        await press(pilot, "asterisk")
        assert len(inbox(app).table.marked) == 30
        await press(pilot, "asterisk")
        assert inbox(app).table.marked == set()


async def test_acknowledge_acts_in_the_worker_and_is_shown_at_once() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "a")
        assert fake.acts == [((1,), Action(Act.ACKNOWLEDGE))]
        assert fake.threads == fake.threads - {threading.get_ident()}
        current = inbox(app).table.current
        assert current is not None
        assert current.acknowledged_at == NOW
        assert "acknowledged" in told(app)


async def test_many_are_asked_about_first_and_refusals_have_reasons() -> None:
    fake = source(refuse={2: "closed meanwhile"})
    async with running(fake) as (app, pilot):
        await press(pilot, "space", "space", "a")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "n")
        assert fake.acts == []
        await press(pilot, "a", "y")
        assert fake.acts == [((1, 2), Action(Act.ACKNOWLEDGE))]
        assert "closed meanwhile" in told(app)
        assert inbox(app).table.marked == set()


async def test_who_was_overtaken_is_told_by_whom_and_can_do_it_all_the_same() -> None:
    fake = source(overtaken={1: "assignee set to desk-2 by desk-2"})
    async with running(fake) as (app, pilot):
        await press(pilot, "a")
        assert isinstance(app.screen, Confirm)
        assert fake.rows[0].acknowledged_at is None
        await press(pilot, "n")
        assert fake.rows[0].acknowledged_at is None
        await press(pilot, "a", "y")
        assert fake.rows[0].acknowledged_at == NOW
        assert len(fake.acts) == 3


async def test_resolve_asks_and_undo_reopens() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "R")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert inbox(app).table.rows[0].id == 2
        await press(pilot, "u")
        assert fake.acts == [((1,), Action(Act.RESOLVE)), ((1,), Action(Act.REOPEN, "working"))]
        await press(pilot, "u")
        assert "nothing to undo" in told(app)


async def test_snooze_assign_and_priority_ask_for_what_they_need() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "n")
        assert isinstance(app.screen, Prompt)
        app.screen.query_one(Input).value = "soon"
        await press(pilot, "enter")
        assert isinstance(app.screen, Prompt)
        app.screen.query_one(Input).value = "2h"
        await press(pilot, "enter")
        assert fake.acts[-1] == ((1,), Action(Act.SNOOZE, until=NOW + 7200))
        assert "1 snoozed" in bar(app, "status")
        await press(pilot, "A", *"desk-2", "down", "enter")
        assert fake.acts[-1] == ((2,), Action(Act.ASSIGN, "desk-2"))
        await press(pilot, "P", "down", "enter")
        assert fake.acts[-1] == ((2,), Action(Act.PRIORITY, "high"))
        before = row(1).priority
        await press(pilot, "u")
        assert fake.acts[-1] == ((2,), Action(Act.PRIORITY, before))
        await press(pilot, "f", *"twice", "enter", "N", *"seen", "enter")
        assert fake.acts[-2:] == [((2,), Action(Act.FLAG, "twice")), ((2,), Action(Act.NOTE, "seen"))]
        await press(pilot, "r")
        assert fake.acts[-1] == ((2,), Action(Act.REPLY))


async def test_read_only_keys_are_off_and_say_why() -> None:
    fake = source(read_only="start the console with --write to act")
    async with running(fake) as (app, pilot):
        assert "read-only" in bar(app, "head")
        await press(pilot, "a", "u")
        assert fake.acts == []
        assert "--write" in told(app)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, Help)
        assert "off: start the console with --write" in page(app)


async def test_the_past_is_read_only_and_says_so() -> None:
    fake = source()
    async with running(fake, at=NOW - 3600) as (app, pilot):
        assert "the past: everything as it stood on Fri 6 Mar 13:02" in bar(app, "calm")
        assert "13:02:09" in bar(app, "head")
        await press(pilot, "a")
        assert fake.acts == []
        assert "past" in told(app)


async def test_enter_shows_the_ticket_and_escape_leaves_it() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, TicketPage)
        assert row(1).ticket in page(app)
        assert "rules/tiers.rules:12" in page(app)
        assert "due Fri 14:27" in page(app)
        await press(pilot, "right")
        assert row(2).ticket in page(app)
        await press(pilot, "a")
        assert fake.acts == [((3,), Action(Act.ACKNOWLEDGE))]
        await press(pilot, "escape")
        assert isinstance(app.screen, Inbox)
        assert inbox(app).table.cursor == 2


async def test_the_next_ticket_is_shown_from_its_top() -> None:
    async with running(source(), size=(80, 16)) as (app, pilot):
        await press(pilot, "enter", "end")
        assert app.screen.query_one(Lines).scroll_offset.y > 0
        await press(pilot, "right")
        assert app.screen.query_one(Lines).scroll_offset.y == 0


async def test_a_ticket_that_is_gone_is_a_word_not_a_crash() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        fake.rows = []
        await press(pilot, "enter")
        assert isinstance(app.screen, Inbox)
        assert "not in the store any more" in told(app)


async def test_digits_change_the_screen() -> None:
    async with running(source(rules=replace(RULES, broken=BROKEN))) as (app, pilot):
        assert "generation 41 in force: rules/tiers.rules:14:23 unknown calendar ofice" in bar(app, "broken")
        await press(pilot, "2")
        assert isinstance(app.screen, HealthPage)
        assert "97.3 %" in page(app)
        await press(pilot, "3")
        assert isinstance(app.screen, RulesPage)
        assert "did you mean office?" in page(app)
        assert "12 open tickets re-planned" in page(app)
        await press(pilot, "1")
        assert app.screen is inbox(app)


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


@pytest.mark.parametrize(("steps", "ending"), [(0, "csv"), (1, "json"), (2, "md")])
async def test_export_writes_the_marked_rows(tmp_path: Path, steps: int, ending: str) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, "space", "space", "e", *["down"] * steps, "enter")
        (path,) = files(tmp_path)
        assert path.name == f"inbox-20260306-140209.{ending}"
        body = path.read_text(encoding="utf-8")
        assert body.count("INC100") == 2
        if ending == "json":
            assert [one["ticket"] for one in json.loads(body)] == [row(0).ticket, row(1).ticket]
        assert "written" in told(app)


@pytest.mark.parametrize("where", ["2", "3", "enter"])
async def test_every_screen_exports_and_copies(tmp_path: Path, where: str) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, where, "e", "enter")
        assert len(files(tmp_path)) == 1
        await press(pilot, "c")
        assert app.clipboard.strip()


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with running(source(), exports=tmp_path / "file") as (app, pilot):
        await press(pilot, "f8")
        assert "not written" in told(app)


async def test_copy_and_screenshot(tmp_path: Path) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, "c")
        assert row(0).ticket in app.clipboard
        await press(pilot, "f8")
        assert (tmp_path / "tiercel-20260306-140209.svg").read_text(encoding="utf-8").startswith("<svg")


async def test_view_and_theme_are_remembered(tmp_path: Path) -> None:
    prefs = tmp_path / "state" / "console.json"
    async with running(source(), prefs_file=prefs) as (app, pilot):
        await press(pilot, "s", "S", "T")
        await type_filter(app, pilot, "acme")
    async with running(source(), prefs_file=prefs) as (app, _):
        assert (inbox(app).view.sort, inbox(app).view.reverse, inbox(app).view.filter) == (
            "state",
            True,
            "acme",
        )
        assert app.theme == "tiercel-light"
        assert {one.customer for one in inbox(app).table.rows} == {"Acme"}
    prefs.write_text("{broken", encoding="utf-8")
    async with running(source(), prefs_file=prefs) as (app, _):
        assert "remembered view ignored" in bar(app, "calm")
        assert len(inbox(app).table.rows) == 30


async def test_keys_can_be_remapped_and_mistakes_are_shown(tmp_path: Path) -> None:
    settings = tmp_path / "console.toml"
    settings.write_text('[keys]\n"inbox.sort" = "x"\n"inbox.nosuch" = "y"\n', encoding="utf-8")
    async with running(source(), settings_file=settings) as (app, pilot):
        assert "inbox.nosuch" in bar(app, "calm")
        assert "x sort" in bar(app, "keys")
        await press(pilot, "x")
        assert inbox(app).view.sort == "state"
        await press(pilot, "s")
        assert inbox(app).view.sort == "state"
        await press(pilot, "slash", "x")
        assert app.screen.query_one(Input).value == "x"


async def test_columns_can_be_chosen() -> None:
    async with running(source(), size=(160, 40)) as (app, pilot):
        await press(pilot, "C")
        app.screen.query_one(Input).value = "queue"
        await press(pilot, "enter")
        assert "queue" in [column.key for column, _ in inbox(app).table.layout_now.columns]
        assert isinstance(app.screen, Prompt)  # for the next one
        await press(pilot, "enter")
        assert "queue" not in [column.key for column, _ in inbox(app).table.layout_now.columns]
        await press(pilot, "escape")
        assert isinstance(app.screen, Inbox)


async def test_the_palette_runs_commands_by_name() -> None:
    async with running(source()) as (app, pilot):
        await press(pilot, "colon", *"sort by customer")
        await pilot.pause(0.6)
        await press(pilot, "enter")
        await pilot.pause(0.3)
        await settle(pilot)
        assert inbox(app).view.sort == "customer"


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_the_usual_ways_out_are_as_careful_as_q(key: str) -> None:
    async with running(source(), leaving="the engine in this console stops") as (app, pilot):
        await press(pilot, key)
        assert isinstance(app.screen, Confirm)
        await press(pilot, "n")
        assert app.screen is inbox(app)
        await press(pilot, "e", key)
        assert isinstance(app.screen, Confirm)
        await pilot.press(key)
        await pilot.pause()
        assert app._exit


async def test_quit_is_at_once_unless_something_ends_with_it() -> None:
    async with running(source()) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running or app._exit
    async with running(source(), leaving="the engine in this console stops") as (app, pilot):
        await press(pilot, "q")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "n")
        assert app.is_running
        await pilot.press("q", "y")
        await pilot.pause()
        assert app._exit


async def test_narrow_and_wide_terminals_and_a_change_between() -> None:
    async with running(source(), size=(50, 24)) as (app, pilot):
        assert inbox(app).table.layout_now.cards
        await press(pilot, "down")
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert not inbox(app).table.layout_now.cards
        assert inbox(app).table.cursor == 1


async def test_a_fault_of_ours_ends_the_console_and_is_kept() -> None:
    fake = source()
    app = Console(fake, options())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        fake.failing = ZeroDivisionError("ours")
        app._refresh()
        await pilot.pause(0.2)
    assert isinstance(app.fault, ZeroDivisionError)


class Counting(LazyRows):
    """Rows that count how often one is looked at."""

    looks = 0

    def __getitem__(self, index):
        self.looks += 1
        return super().__getitem__(index)


async def test_painting_looks_at_the_visible_rows_only() -> None:
    now = [NOW]
    async with running(source(5), size=(120, 40), now=lambda: now[0]) as (app, pilot):
        table, rows = inbox(app).table, Counting(1_000_000)
        table.show(Arranged(rows, View(), len(rows)))
        await pilot.pause()
        for step in range(5):
            now[0] += 1
            table.tick()
            await pilot.pause()
            assert rows.looks < 200 * (step + 1)
        table.move_to(999_999)
        await pilot.pause()
        assert row(999_999).ticket in "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert rows.looks < 2000


async def test_new_urgent_rows_come_into_sight_at_the_top_and_the_place_further_down_stays() -> None:
    fake = source(300)
    async with running(fake) as (app, pilot):
        table = inbox(app).table
        await press(pilot, "down")
        fake.rows, fake.version = [row(900 + at, due=NOW - 9_999_999) for at in range(3)] + fake.rows, 2
        app._refresh()
        await settle(pilot)
        assert (table.scroll_offset.y, table.cursor) == (0, 4)
        table.move_to(150)
        place = table.cursor - table.scroll_offset.y
        fake.rows, fake.version = [row(800, due=NOW - 9_999_999), *fake.rows], 3
        app._refresh()
        await settle(pilot)
        assert table.cursor == 151
        assert table.cursor - table.scroll_offset.y == place


async def test_the_mouse_chooses_opens_and_presses_the_footer() -> None:
    async with running(source()) as (app, pilot):
        await pilot.click("Table", offset=(20, 4))
        assert inbox(app).table.cursor == 3
        await pilot.click("Table", offset=(20, 4), times=2)
        await settle(pilot)
        assert isinstance(app.screen, TicketPage)
        await press(pilot, "escape")
        await pilot.click("#keys", offset=(bar(app, "keys").index("z at risk") + 1, 0))
        await settle(pilot)
        assert inbox(app).view.at_risk


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
