"""The inbox: cursor, filter, sort, marks and columns, whatever moves meanwhile."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.driving import bar, inbox, press, running, settle, source, type_filter
from tests.tui.fake import FakeSource
from tests.tui.tickets import NOW, LazyRows, row
from tui.screens.ask import Prompt
from tui.screens.inbox import Inbox
from tui.screens.ticket import TicketPage
from tui.view import Arranged, View


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
        assert not app.painting.held


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


async def test_narrow_and_wide_terminals_and_a_change_between() -> None:
    async with running(source(), size=(50, 24)) as (app, pilot):
        assert inbox(app).table.layout_now.cards
        await press(pilot, "down")
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert not inbox(app).table.layout_now.cards
        assert inbox(app).table.cursor == 1


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
