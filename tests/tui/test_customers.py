"""Customers, the page of one and its reports as a person uses them: keys in, what is shown and what reaches the source out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.errors import StoreError
from tests.tui.customers import customers, detail, preview, publication
from tests.tui.driving import (
    about,
    bar,
    files,
    inbox,
    listed,
    page,
    press,
    running,
    settle,
    source,
    told,
    type_filter,
)
from tests.tui.hostile import EVIL, shown_is_harmless
from tests.tui.tickets import NOW
from tui.screens.ask import Confirm, Help, Prompt
from tui.screens.customers import CustomerPage, CustomersPage, ReportPage
from tui.view_customers import Customers

FIRST = customers().entries[0].scorecard


def desk(**changes):
    fake = source(**changes)
    fake.scorecards = customers()
    for number in range(8):
        one = detail(number)
        fake.about[one.customer.scorecard.name] = one
    fake.about["customer-0"] = detail(0, (publication(),))
    fake.previews = {
        "2026-03": preview(0),
        "2026-02": preview(0, "2026-02", (publication(), publication(2, format="csv"))),
        "2026-01": preview(0, "2026-01"),
    }
    return fake


@pytest.mark.parametrize("size", [(50, 20), (59, 20), (80, 24), (120, 40), (200, 50)])
async def test_customers_fit_every_terminal_worst_first(size: tuple[int, int]) -> None:
    async with running(desk(), size=size) as (app, pilot):
        await press(pilot, "7")
        assert isinstance(app.screen, CustomersPage)
        lines = listed(app)
        assert all(len(line) <= size[0] for line in lines)
        whole = "\n".join(lines)
        assert "✗" in whole and FIRST.title in whole
        assert [item.scorecard.name for item in app.screen.listing.rows][:2] == ["customer-0", "customer-2"]
        assert "worst first" in bar(app, "status")
        assert "8 customers" in bar(app, "counts")
        assert (app.screen.listing.row_height == 2) == (size[0] < 60)
        assert "EUR 750.50" in whole
        if size[0] >= 200:
            assert all(word in whole for word in ("▼ down", "Error budget", "Group", "retail", "▁"))


async def test_it_reads_without_colour_and_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(desk(), size=(120, 30), glyphs="ascii") as (app, pilot):
        await press(pilot, "7")
        whole = "\n".join(listed(app))
        assert "x 99" in whole and "v down" in whole
        await press(pilot, "enter")
        assert page(app).count("customer-0") and "x 99." in page(app) and "missed" in page(app)


async def test_sort_filter_export_and_copy(tmp_path: Path) -> None:
    async with running(desk(), exports=tmp_path) as (app, pilot):
        await press(pilot, "7")
        await type_filter(app, pilot, "tier:gold is:credited")
        assert [item.scorecard.tier for item in app.screen.listing.rows] == ["gold"]
        await press(pilot, "escape")
        await type_filter(app, pilot, "colour:red")
        assert "no field is called colour" in bar(app, "wrong")
        await press(pilot, "escape", "s", "s")
        assert "by met" in bar(app, "status")
        shares = [item.scorecard.figures.tally.hundredths for item in app.screen.listing.rows]
        assert shares == sorted(shares)
        await press(pilot, "space", "c")
        assert app.clipboard.count("\n") == 1
        await press(pilot, "e", "enter")
        (path,) = files(tmp_path)
        assert "customer-0" in path.read_text(encoding="utf-8")


async def test_what_is_still_made_comes_in_portions_and_painting_asks_nothing() -> None:
    fake = desk()
    whole = customers()
    fake.portions = [Customers((), NOW, more=True), Customers(whole.entries[:2], NOW, more=True)]
    async with running(fake) as (app, pilot):
        await press(pilot, "7")
        for _ in range(3):
            await settle(pilot)
        assert len(app.screen.listing.rows) == 8
        assert fake.counted == 3
        assert threading.get_ident() not in fake.threads
        for _ in range(5):
            app._tick()
        app._refresh()  # nothing has changed
        await settle(pilot)
        assert fake.counted == 3


async def test_a_minute_later_the_figures_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = desk()
    async with running(fake) as (app, pilot):
        await press(pilot, "7")
        before = fake.counted
        monkeypatch.setattr(app.inquiry, "_asked_at", app.inquiry._asked_at - 61)
        app._refresh()
        await settle(pilot)
        assert fake.counted == before + 1


async def test_enter_opens_the_customer_and_escape_comes_back() -> None:
    async with running(desk(), size=(120, 60)) as (app, pilot):
        await press(pilot, "7", "enter")
        assert isinstance(app.screen, CustomerPage)
        for words in (
            "Platinum", "from 2026-07-01", "EUR 3000 per month", "rules/customers/emea.rules:4", "resolution",
            "2026-01", "web-shop", "down 2026-03-01", "breach of resolution for critical", "1 breach: INC0",
            "Published reports", "published",
        ):  # fmt: skip
            assert words in page(app), words
        await press(pilot, "escape")
        assert isinstance(app.screen, CustomersPage)
        await press(pilot, "escape")
        assert app.screen is inbox(app)


async def test_a_renegotiation_is_marked_and_has_its_evidence() -> None:
    async with running(desk(), size=(120, 70)) as (app, pilot):
        await press(pilot, "7")
        await type_filter(app, pilot, "is:renegotiate")
        assert [item.scorecard.name for item in app.screen.listing.rows] == ["customer-2"]
        assert "⚑ talk" in "\n".join(listed(app))
        assert "needs another talk: Chronic trouble" in about(app)
        await press(pilot, "enter")
        assert "when compliance below 95% over 3 months: 91.20%, getting worse" in page(app)
        assert "2026-02 92.00%, 2026-03 90.00%; so far" in page(app)


async def test_a_report_is_looked_at_month_by_month() -> None:
    async with running(desk(), size=(120, 60)) as (app, pilot):
        await press(pilot, "7", "r")
        assert isinstance(app.screen, ReportPage)
        assert "Report 2026-03: Acme" in page(app)
        assert "the month is not over" in page(app)
        assert "INC77" in page(app) and "=storm (duty-manager)" in page(app)
        await press(pilot, "right")
        assert "this is the latest month" in told(app)
        await press(pilot, "left", "left")
        assert "Report 2026-01" in page(app)
        await press(pilot, "m")
        assert isinstance(app.screen, Prompt)
        app.screen.query_one("Field").value = "2027-01"
        await press(pilot, "enter")
        assert isinstance(app.screen, Prompt)  # that month is to come
        app.screen.query_one("Field").value = "2026-02"
        await press(pilot, "enter")
        assert "Report 2026-02" in page(app)


async def test_publishing_says_what_and_asks_first() -> None:
    fake = desk(read_only="")
    async with running(fake, size=(120, 60)) as (app, pilot):
        await press(pilot, "7", "r", "left", "P")
        assert isinstance(app.screen, Prompt)
        await press(pilot, "enter")
        assert isinstance(app.screen, Confirm)
        for words in ("Acme (customer-0)", "2026-02, not closed", "pdf, csv", "In place of 1, pdf"):
            assert words in app.screen._text
        await press(pilot, "n")
        assert fake.published == []
        await press(pilot, "P", "enter", "y")
        assert fake.published == [("customer-0", "2026-02", ("pdf", "csv"))]
        assert "published as 1" in told(app) and "published as 2" in told(app)


async def test_without_the_extra_there_is_html_and_it_is_said() -> None:
    fake = desk(read_only="")
    fake.previews["2026-03"] = preview(0, formats=("html", "csv"))
    async with running(fake) as (app, pilot):
        await press(pilot, "7", "r", "P")
        assert "pdf is not installed here" in "\n".join(listed(app))
        await press(pilot, "enter", "y")
        assert fake.published == [("customer-0", "2026-03", ("html", "csv"))]


async def test_withdrawing_asks_which_and_whether() -> None:
    fake = desk(read_only="")
    async with running(fake, size=(120, 60)) as (app, pilot):
        await press(pilot, "7", "enter", "x")
        assert isinstance(app.screen, Confirm)  # there is only one
        await press(pilot, "n")
        await press(pilot, "r", "x")
        assert "nothing is published of this month" in told(app)
        await press(pilot, "left", "x")
        assert isinstance(app.screen, Prompt)
        await press(pilot, "down", "enter", "y")
        assert fake.withdrawn == [2]
        assert "2: withdrawn" in told(app)


@pytest.mark.parametrize(
    ("changes", "why"),
    [({}, "--write"), ({"at": NOW - 60}, "the past cannot be changed")],
)
async def test_watchers_and_the_past_may_look_and_are_told_why_not_more(changes, why) -> None:
    fake = desk(read_only="watching only: start the console with --write to act")
    async with running(fake, **changes) as (app, pilot):
        await press(pilot, "7", "r", "P")
        assert isinstance(app.screen, ReportPage)
        assert why in told(app)
        await press(pilot, "left", "x")
        assert (fake.published, fake.withdrawn) == ([], [])
        await press(pilot, "question_mark")
        assert isinstance(app.screen, Help)
        assert f"off: {why}" in page(app) or why in page(app)


async def test_nobody_publishes_for_a_customer_that_is_not_declared() -> None:
    fake = desk(read_only="")
    fake.previews["2026-03"] = preview(0, declared=False)
    async with running(fake) as (app, pilot):
        await press(pilot, "7", "r", "P")
        assert "only a declared customer's report can be published" in told(app)


async def test_a_store_that_fails_is_told_and_what_was_there_stays() -> None:
    fake = desk(read_only="")
    async with running(fake) as (app, pilot):
        await press(pilot, "7", "r")
        fake.failing = StoreError("database is locked", help="try again")
        await press(pilot, "P", "enter", "y")
        assert "not published: database is locked" in told(app)
        assert "cannot be read: database is locked" in page(app)
        assert "INC77" in page(app)
        await press(pilot, "escape", "enter")
        assert "cannot be read: database is locked" in page(app)


async def test_an_answer_about_another_month_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, gate = desk(), threading.Event()
    answers = fake.previews
    monkeypatch.setattr(
        fake, "preview", lambda _, period: answers[period] if gate.wait(10) or period else None
    )
    async with running(fake) as (app, pilot):
        await press(pilot, "7")
        for key in ("r", "left", "left"):
            await pilot.press(key)
            await pilot.pause()
        assert "Making it: report 2026-01" in page(app)
        gate.set()
        await settle(pilot)
        assert "Report 2026-01" in page(app)


async def test_what_strangers_wrote_is_harmless() -> None:
    fake, evil = desk(read_only=""), " ".join(EVIL.values())
    bad = {"name": "customer-0", "title": evil, "group": evil, "tier": evil, "trouble": evil, "zone": "UTC"}
    one = detail(0, (publication(1, title=evil, published_by=evil),), **bad)
    fake.scorecards = Customers((one.customer,), NOW)
    fake.about = {"customer-0": one}
    fake.previews["2026-03"] = preview(
        0, published=(publication(1, title=evil, period="2026-03"), publication(2, title=evil)), **bad
    )
    async with running(fake, size=(80, 24)) as (app, pilot):
        for keys in (
            ("7",),
            ("enter",),
            ("x",),
            ("n", "r"),
            ("P",),
            ("enter",),
            ("n", "x"),
            ("enter",),
            ("n", "m"),
        ):
            await press(pilot, *keys)
            assert shown_is_harmless(app)


async def test_health_shows_uptime_against_commitment() -> None:
    fake = desk()
    async with running(fake, size=(120, 50)) as (app, pilot):
        await press(pilot, "2")
        assert "Uptime against commitment, worst first" in page(app)
        assert "Acme, web-shop" in page(app) and "✗ 99." in page(app)


async def test_the_item_under_the_cursor_is_told_in_words() -> None:
    async with running(desk(), size=(120, 40)) as (app, pilot):
        await press(pilot, "7")
        assert (
            "tier gold" in about(app)
            and "web-shop ran" in about(app)
            and "credits so far EUR 750.50" in about(app)
        )
