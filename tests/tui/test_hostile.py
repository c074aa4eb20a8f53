"""Text that strangers wrote, in every view and every export: never markup, never a sequence, never a formula."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.widgets import Input

from dsl.diagnostic import Diagnostic, Label, Severity
from dsl.span import Span
from tests.tui.driving import press, running
from tests.tui.fake import FakeSource
from tests.tui.hostile import EVIL, harmless, shown_is_harmless
from tests.tui.tickets import NOW, RULES, detail, health, row
from tui.arranging import arrange
from tui.export import FORMATS, file_name, inbox_sheet, write
from tui.glyphs import ASCII, UNICODE
from tui.line import text
from tui.plain import json_text, plain, spreadsheet
from tui.screens.ask import Confirm
from tui.view import View, inbox_lines, lay_out, row_lines
from tui.view_health import health_lines, health_sheet, health_view
from tui.view_rules import rules_page, rules_sheet
from tui.view_ticket import ticket_page, ticket_sheet

each = pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL.keys())


@given(st.text(max_size=60), st.integers(1, 80))
def test_plain_is_one_harmless_line_of_at_most_so_many_characters(words: str, limit: int) -> None:
    line = plain(words, limit)
    assert harmless(line)
    assert len(line) <= limit
    assert plain(line, limit) == line


@given(st.text(max_size=40))
def test_plain_lets_ordinary_text_through(words: str) -> None:
    ordinary = "".join(c for c in words if unicodedata.category(c)[0] in "LNPS")
    assert plain(ordinary) == ordinary


def test_plain_keeps_emoji_sequences_and_cuts_a_megabyte() -> None:
    assert plain("👩‍💻 ☂️") == "👩‍💻 ☂️"
    assert plain("x" * 1_000_000, 80) == "x" * 79 + "…"
    assert plain(None) == "None"


@given(
    st.sampled_from("=+-@\t\r"),
    st.text(max_size=20),
    st.sampled_from(["", " ", "\u00a0", "\u200b", "\ufeff", "\0"]),
)
def test_no_cell_of_a_spreadsheet_is_a_formula(sign: str, rest: str, lead: str) -> None:
    cell = spreadsheet(lead + sign + rest)
    assert cell.lstrip(" \u00a0")[:1] not in set("=+-@")


@pytest.mark.parametrize("full_width", ["＝1+1", "＋1", "－1", "＠x"])
def test_full_width_signs_count_as_formulas_too(full_width: str) -> None:
    assert spreadsheet(full_width).startswith("'")


@each
def test_every_view_is_made_of_harmless_lines(evil: str) -> None:
    one = row(
        1, subject=evil, customer=evil, ticket=evil, tier=evil, priority=evil, assignee=evil, metric=evil
    )
    lines = [text(line) for cells in (50, 80, 200) for line in row_lines(one, NOW, lay_out(cells), UNICODE)]
    made = arrange([one], View(), NOW)
    assert made is not None
    lines += inbox_lines(made, NOW)
    figures = replace(
        health(),
        label=evil,
        zone=evil,
        by_customer={evil: health().overall},
        unmanaged=(one,),
        trend=((evil, health().overall),),
    )
    lines += [text(line) for cells in (80, 140) for line in health_view(figures, NOW, UTC, UNICODE, cells)]
    lines += health_lines(figures, NOW)
    about = detail(1, subject=evil, customer=evil, queue=evil, **{"x" + evil: evil})
    about = replace(about, key=evil, why={("resolution", 1): (evil,)}, terms_tier=evil)
    lines += [text(line) for line in ticket_page(about, NOW, UTC, UNICODE, 120)]
    span = Span(evil, 0, 1, 1, 1, 1, 2)
    broken = Diagnostic(
        "E1", Severity.ERROR, evil, span, labels=(Label(span, evil),), help=evil, notes=(evil,)
    )
    rules = replace(RULES, revision=evil, root=evil, files=(evil,), moved=(evil,), broken=(broken,))
    from engine.snapshot import Snapshot

    snapshot = Snapshot(NOW, 1, [one], 1, figures, rules)
    lines += [text(line) for line in rules_page(snapshot, NOW, UTC, UNICODE, 100)]
    assert all(harmless(line) for line in lines)
    sheets = [
        inbox_sheet([one], NOW, UTC),
        health_sheet(figures),
        ticket_sheet(about, UTC),
        rules_sheet(rules),
    ]
    for sheet in sheets:
        assert "/" not in file_name(sheet.name, "csv", NOW, UTC)
        for cells in csv.reader(io.StringIO(write(sheet, "csv"), newline="")):
            assert all(harmless(cell) and cell[:1] not in set("=+@") for cell in cells)
            assert len(cells) == len(sheet.header)
        assert len(json.loads(write(sheet, "json"))) == len(sheet.rows)
        assert harmless(write(sheet, "json").replace("\n", ""))
        table = write(sheet, "md").splitlines()
        assert len(table) == len(sheet.rows) + 2
        assert all(harmless(line) and "<script" not in line for line in table)
        assert {line.replace("\\|", "").count("|") for line in table} == {len(sheet.header) + 1}


def test_negative_numbers_stay_numbers_in_csv() -> None:
    cells = list(csv.reader(io.StringIO(write(inbox_sheet([row(0)], NOW, UTC), "csv"), newline="")))
    assert cells[1][cells[0].index("left_seconds")] == "-5400"


def test_ascii_terminals_get_only_ascii() -> None:
    for cells in (50, 120):
        for line in row_lines(row(2), NOW, lay_out(cells), ASCII):
            assert text(line).isascii()


async def test_the_console_shows_it_and_stays_up(tmp_path: Path) -> None:
    rows = [
        row(at, subject=evil, customer=evil, ticket=evil, assignee=evil)
        for at, evil in enumerate(EVIL.values())
    ]
    all_at_once = " ".join(EVIL.values())
    fields = {f"note {at}": evil for at, evil in enumerate(EVIL.values())}
    about = replace(detail(0, subject=all_at_once, **fields), key=all_at_once)
    fake = FakeSource(rows, details={1: about}, refuse={1: all_at_once}, engine=all_at_once)
    async with running(fake, exports=tmp_path, store=all_at_once) as (app, pilot):
        assert shown_is_harmless(app)
        await press(pilot, "enter", "c")
        assert shown_is_harmless(app)
        assert harmless(app.clipboard.replace("\n", ""))
        await press(pilot, "r")
        assert shown_is_harmless(app)
        await press(pilot, "escape", "asterisk", "a")
        assert isinstance(app.screen, Confirm)
        assert shown_is_harmless(app)
        await press(pilot, "y", "2", "1", "slash")
        for evil in EVIL.values():
            app.screen.query_one(Input).value = evil
            await press(pilot, "enter", "slash")
            assert shown_is_harmless(app)
        assert app.is_running
        svg = app.export_screenshot()
        assert "\x1b" not in svg
        assert "\u202e" not in svg


async def test_a_subject_of_a_megabyte_is_just_another_row() -> None:
    huge = "x" * 1_000_000
    fake = FakeSource([row(0, subject=huge), row(1)], details={1: detail(0, subject=huge)})
    async with running(fake) as (app, pilot):
        await press(pilot, "down", "up", "enter")
        assert shown_is_harmless(app)


def test_json_has_the_text_as_it_is_and_of_a_megabyte_all() -> None:
    for subject in (*EVIL.values(), "=" + "x" * 1_000_000):
        (told,) = json.loads(write(inbox_sheet([row(0, subject=subject)], NOW, UTC), "json"))
        assert told["subject"] == subject


@given(st.recursive(st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@example(["\x7f", "\U000e0041", "\ud800", "\u2028", "ü é 👩\u200d🚒"])
def test_json_steers_nothing_and_reads_back_the_same(data: object) -> None:
    for indent in (2, None):
        text = json_text(data, indent=indent)
        assert harmless(text.replace("\n", ""))
        assert json.loads(text) == data
    assert "ü é 👩\u200d🚒" in json_text("ü é 👩\u200d🚒")


@pytest.mark.parametrize("format_", sorted({*FORMATS} - {"json"}))
def test_a_megabyte_is_cut_in_files_that_people_read(format_: str) -> None:
    assert len(write(inbox_sheet([row(0, subject="=" + "x" * 1_000_000)], NOW, UTC), format_)) < 40_000
