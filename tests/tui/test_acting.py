"""Acting from the console: what reaches the source, what is asked first, and when keys are off."""

from __future__ import annotations

import threading

from textual.widgets import Input

from tests.tui.driving import bar, inbox, page, press, running, source, told
from tests.tui.tickets import NOW, row
from tui.actions import Act, Action
from tui.screens.ask import Confirm, Help, Prompt


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
