"""The console as a person uses it: its screens, what it remembers, its palette and the ways out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.driving import bar, inbox, page, press, running, settle, source, told, type_filter
from tests.tui.tickets import BROKEN, RULES, row
from tui.actions import Act, Action
from tui.screens.ask import Confirm
from tui.screens.health import HealthPage
from tui.screens.inbox import Inbox
from tui.screens.rules import RulesPage
from tui.screens.ticket import TicketPage
from tui.widgets.lines import Lines


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
