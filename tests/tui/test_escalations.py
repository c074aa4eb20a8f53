"""Escalations, Flags, Notices and the ladder as a person uses them: keys in, what is shown and what reaches the source out."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.errors import StoreError
from tests.tui.driving import about, bar, files, inbox, listed, page, press, running, settle, source, told
from tests.tui.hostile import EVIL, shown_is_harmless
from tests.tui.ladders import climbed_detail, notice
from tests.tui.tickets import NOW, row
from tui.actions import Act, Action, Errand
from tui.line import text
from tui.screens.ask import Confirm, Help, Prompt
from tui.screens.health import HealthPage
from tui.screens.inbox import Inbox
from tui.screens.lists import EscalationsPage, FlagsPage, NoticesPage
from tui.screens.ticket import TicketPage
from tui.widgets.lines import Lines

DEAD = ("4", "right", "right", "right")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (50, 20)])
async def test_the_lists_fit_every_terminal(size: tuple[int, int]) -> None:
    async with running(source(), size=size) as (app, pilot):
        await press(pilot, "4")
        assert isinstance(app.screen, EscalationsPage)
        for _ in range(5):
            assert app.screen.listing.rows
            assert all(len(line) <= size[0] for line in listed(app))
            assert app.screen.listing.current is not None
            assert about(app)
            assert bar(app, "counts")
            await press(pilot, "right")
        assert app.screen.part.key == "fired"
        await press(pilot, "left")
        assert app.screen.part.key == "sent"


async def test_what_fired_and_what_is_next_are_told_in_words_also_without_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(source(), size=(80, 24)) as (app, pilot):
        await press(pilot, "4")
        whole = "\n".join(listed(app))
        assert "[Fired 12]" in whole
        assert "◉ fired" in whole
        assert "⊘ suppressed" in whole
        assert "noc-ladder" in about(app)
        await press(pilot, "right")
        assert "in 1m 30s" in "\n".join(listed(app))


async def test_enter_opens_the_ticket_and_escape_comes_back_to_the_list() -> None:
    async with running(source()) as (app, pilot):
        await press(pilot, "4", "down", "enter")
        assert isinstance(app.screen, TicketPage)
        assert row(1).ticket in page(app)
        await press(pilot, "right")  # the next of the list that it came from
        assert row(2).ticket in page(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, EscalationsPage)
        assert app.screen.listing.cursor == 2
        await press(pilot, "enter", "2")
        assert isinstance(app.screen, HealthPage)
        await press(pilot, "escape")
        assert app.screen is inbox(app)
        await press(pilot, "4", "enter", "1")
        assert app.screen is inbox(app)


async def test_the_next_ticket_of_a_list_is_another_one() -> None:
    fake = source()
    first, second, *_ = fake.climbed.decisions
    fake.climbed = replace(fake.climbed, decisions=(first, replace(first, id=99), second))
    async with running(fake) as (app, pilot):
        await press(pilot, "4", "enter", "right")
        assert second.ticket in page(app)
        await press(pilot, "right")
        assert second.ticket in page(app)


async def test_an_answer_that_comes_after_its_page_was_left_hurts_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake, gate = source(), threading.Event()
    answer = fake.climbed
    monkeypatch.setattr(fake, "escalations", lambda: answer if gate.wait(10) else None)
    async with running(fake) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        assert "Loading" in page_of_nothing(app)
        await pilot.press("1")
        await pilot.pause()
        gate.set()
        await settle(pilot)
        assert app.screen is inbox(app)


def page_of_nothing(app) -> str:
    return "\n".join(text(line) for line in app.screen.query_one("#nothing", Lines).lines)


async def test_what_strangers_wrote_is_harmless_in_lists_and_dialogues() -> None:
    fake, evil = source(), " ".join(EVIL.values())
    bad = replace(fake.climbed.dead[0], ticket=evil, error=evil, answer=evil)
    bad = replace(bad, message=replace(bad.message, channel=evil, recipient=evil, name=evil))
    made = replace(fake.climbed.decisions[0], ticket=evil, customer=evil, step=evil, reason=evil)
    counts = {(evil, bad.status): 1}
    fake.climbed = replace(fake.climbed, decisions=(made,), dead=(bad, bad), counts=counts)
    fake.flagged = [replace(fake.flagged[0], ticket=evil, by=evil, why=evil, subject=evil)]
    async with running(fake, size=(80, 24)) as (app, pilot):
        for keys in (("4",), DEAD[1:], ("x",), ("n", "5"), ("f",), ("escape", "6")):
            await press(pilot, *keys)
            assert shown_is_harmless(app)


async def test_a_dead_letter_is_sent_again_at_once_and_many_are_asked_about() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, *DEAD)
        first, *others = [item.id for item in fake.climbed.dead]
        await press(pilot, "r")
        assert fake.errands == [((first,), Errand.RETRY)]
        assert threading.get_ident() not in fake.threads
        assert "1 message queued again" in told(app)
        assert len(app.screen.listing.rows) == 2
        await press(pilot, "asterisk", "r")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert fake.errands[-1] == (tuple(others), Errand.RETRY)
        assert "No dead letters" in "\n".join(listed(app))


async def test_discarding_asks_first_and_no_means_no() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, *DEAD, "x")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "n")
        assert fake.errands == []
        await press(pilot, "space", "space", "x", "y")
        assert fake.errands == [(tuple(item.id for item in escal_dead(2)), Errand.DISCARD)]
        assert app.screen.listing.marked == set()
        assert "2 messages discarded" in told(app)


def escal_dead(count: int):
    return source().climbed.dead[:count]


async def test_keys_that_do_nothing_here_are_off_and_say_why() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "4", "r", "x")
        assert fake.errands == []
        assert "only a dead letter can be sent again" in told(app)
        assert "can be discarded" in told(app)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, Help)
        assert "off: only a dead letter can be sent again" in page(app)


async def test_a_watcher_may_look_and_not_act() -> None:
    fake = source(read_only="start the console with --write to act")
    fake.notes = [notice(0)]
    async with running(fake) as (app, pilot):
        await press(pilot, *DEAD, "r", "x")
        assert "--write" in told(app)
        await press(pilot, "5", "f", "6", "r", "a", "enter")
        assert isinstance(app.screen, TicketPage)
        assert (fake.errands, fake.acts) == ([], [])


async def test_of_the_past_nothing_is_claimed_that_is_not_known() -> None:
    fake = source()
    fake.climbed = replace(fake.climbed, upcoming=(), waiting=(), dead=(), sent=(), counts={})
    async with running(fake, at=NOW - 60) as (app, pilot):
        await press(pilot, "4")
        assert "Of the past only what had fired" in bar(app, "counts")
        await press(pilot, "right")
        assert "Of the past only what had fired" in "\n".join(listed(app))


async def test_filter_sort_and_place_are_kept_between_visits() -> None:
    async with running(source(), size=(80, 24)) as (app, pilot):
        await press(pilot, "4", "slash")
        app.screen.query_one(Input).value = "outcome:fired"
        await press(pilot, "enter", "s", "S")
        assert {item.outcome.value for item in app.screen.listing.rows} == {"fired"}
        assert "8 filtered out" in bar(app, "status")
        assert "by when reversed" in bar(app, "status")
        await press(pilot, "right")
        assert len(app.screen.listing.rows) == 12
        assert app.screen.query_one(Input).value == ""
        await press(pilot, "left", "2", "4")
        assert len(app.screen.listing.rows) == 4
        await press(pilot, "escape")
        assert len(app.screen.listing.rows) == 12
        await press(pilot, "slash")
        app.screen.query_one(Input).value = "channel:email"
        await press(pilot, "enter")
        assert "no field is called channel" in bar(app, "wrong")


async def test_the_cursor_stays_with_its_item_and_new_ones_come_in() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "4", "down", "down")
        here = app.screen.listing.current
        newer = replace(here, id=999, at=NOW)
        fake.climbed = replace(fake.climbed, decisions=(newer, *fake.climbed.decisions))
        fake.version += 1
        app._refresh()
        await settle(pilot)
        assert app.screen.listing.current == here
        assert app.screen.listing.cursor == 3


async def test_a_store_that_fails_is_told_and_what_was_there_stays() -> None:
    fake = source()
    async with running(fake) as (app, pilot):
        await press(pilot, "4")
        fake.failing = StoreError("database is locked")
        await press(pilot, *DEAD[1:], "r")
        assert "not queued again: database is locked" in told(app)
        assert len(app.screen.listing.rows) == 3
        await press(pilot, "5")
        assert "cannot be read: database is locked" in "\n".join(listed(app))


@pytest.mark.parametrize("where", [("4",), ("4", "right"), DEAD, ("5",), ("6",)])
async def test_every_list_exports_and_copies(tmp_path: Path, where: tuple[str, ...]) -> None:
    fake = source()
    fake.notes = [notice(at) for at in range(3)]
    async with running(fake, exports=tmp_path) as (app, pilot):
        await press(pilot, *where, "space", "c")
        assert app.clipboard.count("\n") == 1
        await press(pilot, "e", "enter")
        (path,) = files(tmp_path)
        assert path.read_text(encoding="utf-8").count("INC10") >= 1


async def test_keys_of_lists_can_be_remapped(tmp_path: Path) -> None:
    settings = tmp_path / "console.toml"
    settings.write_text('[keys]\n"outbox.discard" = "D"\n', encoding="utf-8")
    async with running(source(), settings_file=settings) as (app, pilot):
        await press(pilot, *DEAD, "x")
        assert isinstance(app.screen, EscalationsPage)
        await press(pilot, "D")
        assert isinstance(app.screen, Confirm)


# ---------------------------------------------------------------- flags


async def test_flags_say_who_when_and_why_and_a_review_needs_a_note() -> None:
    fake = source()
    async with running(fake, size=(80, 24)) as (app, pilot):
        await press(pilot, "5")
        assert isinstance(app.screen, FlagsPage)
        assert "3 flagged to management" in bar(app, "counts")
        assert "flagged Fri 6 Mar 13:52 by escalation noc-ladder" in about(app)
        assert "escalate to management" in about(app)
        await press(pilot, "f", "enter")
        assert isinstance(app.screen, Prompt)  # nothing was written
        await press(pilot, *"called", "enter")
        assert fake.acts == [((1,), Action(Act.FLAG, "called", on=False))]
        assert len(app.screen.listing.rows) == 2
        await press(pilot, "asterisk", "f", *"done", "enter")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert fake.acts[-1] == ((2, 3), Action(Act.FLAG, "done", on=False))
        assert "No ticket is flagged" in "\n".join(listed(app))


async def test_a_flag_can_be_set_and_reviewed_from_the_inbox_and_the_ticket() -> None:
    fake = source()
    fake.rows = [row(0, flagged=True), row(1)]
    fake.details = {2: climbed_detail(1)}
    async with running(fake) as (app, pilot):
        await press(pilot, "f", *"fine", "enter")
        assert fake.acts[-1] == ((1,), Action(Act.FLAG, "fine", on=False))
        await press(pilot, "down", "f", "enter")
        assert fake.acts[-1] == ((2,), Action(Act.FLAG, "", on=True))
        await press(pilot, "f", "escape")
        assert len(fake.acts) == 2
        await press(pilot, "enter")
        assert "by duty-manager: customer called" in page(app)
        await press(pilot, "f", *"again", "enter")
        assert fake.acts[-1] == ((2,), Action(Act.FLAG, "again", on=True))


# ---------------------------------------------------------------- notices


async def test_unread_notices_are_counted_everywhere_and_opening_reads_one() -> None:
    fake = source()
    fake.notes = [notice(0), notice(1)]
    async with running(fake, size=(80, 24)) as (app, pilot):
        for key in ("1", "2", "3", "4", "5", "6"):
            await press(pilot, key)
            assert "2 unread" in bar(app, "head")
        assert isinstance(app.screen, NoticesPage)
        assert "at breach of resolution" in about(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, TicketPage)
        assert fake.errands == [((fake.notes[0].id,), Errand.READ)]
        await press(pilot, "escape")
        assert "1 unread of 2" in bar(app, "counts")
        assert "1 unread" in bar(app, "head")
        await press(pilot, "down", "r")
        assert "unread" not in bar(app, "head")


async def test_acknowledging_a_notice_acknowledges_its_ticket() -> None:
    fake = source()
    fake.notes = [notice(0), notice(1, ticket_id=0, ticket="")]
    async with running(fake) as (app, pilot):
        await press(pilot, "6", "a")
        assert fake.acts == [((fake.notes[0].ticket_id,), Action(Act.ACKNOWLEDGE))]
        assert "✓ acknowledged" in "\n".join(listed(app))
        await press(pilot, "down", "a")
        assert "no ticket is chosen" in told(app)
        assert len(fake.acts) == 1


async def test_the_ticket_shows_its_ladder() -> None:
    fake = source()
    fake.details = {1: climbed_detail(0)}
    async with running(fake, size=(80, 60)) as (app, pilot):
        await press(pilot, "enter")
        assert "◌ to come" in page(app)
        assert "What was sent to whom" in page(app)
        assert not isinstance(app.screen, Inbox)
