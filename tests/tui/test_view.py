from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from engine.clock import State
from tests.tui.tickets import NOW, LazyRows, row
from tui.arranging import arrange
from tui.glyphs import ASCII, UNICODE
from tui.line import text, width
from tui.standing import at_risk, standing
from tui.view import COLUMNS, USUAL, View, heading, inbox_lines, lay_out, next_sort, row_lines

ROWS = [row(number) for number in range(40)]


@pytest.mark.parametrize(
    ("changes", "now", "word"),
    [
        ({"state": State.RUNNING, "due": NOW, "warn_at": NOW + 1}, NOW, "running"),
        ({"state": State.RUNNING, "due": NOW + 9, "warn_at": NOW}, NOW, "at risk"),
        ({"state": State.RUNNING, "due": NOW, "warn_at": None}, NOW, "running"),
        ({"state": State.RUNNING, "due": NOW, "warn_at": None}, NOW + 1, "breached"),
        ({"state": State.BREACHED, "due": NOW}, NOW, "breached"),
        ({"state": State.PAUSED, "due": None, "warn_at": NOW - 9}, NOW, "paused"),
        ({"state": None, "due": None, "metric": ""}, NOW, "unmanaged"),
    ],
)
def test_standing(changes: dict[str, object], now: int, word: str) -> None:
    assert standing(row(1, **changes), now) == word
    assert at_risk(row(1, **changes), now) is (word in {"breached", "at risk"})


def test_columns_give_way_by_rank_and_80_cells_keep_the_main_ones() -> None:
    keys = [column.key for column, _ in lay_out(80).columns]
    assert keys == ["state", "due", "ticket", "customer", "priority", "subject"]
    assert tuple(column.key for column, _ in lay_out(120).columns) == USUAL
    assert lay_out(59).cards
    assert not lay_out(60).cards


@given(
    st.integers(20, 260),
    st.integers(0, 39),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from([column.key for column in COLUMNS]), unique=True),
)
def test_every_line_is_exactly_as_wide_as_the_table(
    cells: int, number: int, marked: bool, plain_ascii: bool, chosen: list[str]
) -> None:
    glyphs = ASCII if plain_ascii else UNICODE
    layout = lay_out(cells, chosen)
    for line in row_lines(ROWS[number], NOW, layout, glyphs, marked=marked):
        assert width(line) == cells
        assert not plain_ascii or text(line).isascii()
    assert width(heading(layout, View(), glyphs)) == cells


@given(st.text(alphabet=st.sampled_from("東京é🙈\u202e\x1b[a\0"), max_size=30))
def test_wide_and_hostile_text_keeps_the_columns_straight(words: str) -> None:
    layout = lay_out(120)
    plain_line, odd_line = (
        row_lines(row(1, customer=customer), NOW, layout, UNICODE)[0] for customer in ("Acme", words)
    )
    starts = [
        [sum(cell_len(t) for t, _ in line[:at]) for at in range(len(line))] for line in (plain_line, odd_line)
    ]
    assert starts[0] == starts[1]


def test_what_time_changes_lies_within_reach() -> None:
    for chosen in ((), ("due", "subject"), ("state", "opened")):
        layout = lay_out(120, chosen)
        now, later = (text(row_lines(ROWS[30], NOW + at, layout, UNICODE)[0]) for at in (0, 7000))
        assert now[layout.reach :] == later[layout.reach :]
    assert lay_out(120).reach == 28


def test_cards_say_the_same_in_two_lines() -> None:
    first, second = row_lines(ROWS[0], NOW, lay_out(50), UNICODE, marked=True)
    assert "breached" in text(first)
    assert ROWS[0].ticket in text(first)
    assert text(first).startswith(UNICODE.marked)
    assert "Acme" in text(second)


def test_the_state_is_a_word_and_a_symbol() -> None:
    line = text(row_lines(ROWS[0], NOW, lay_out(120), UNICODE)[0])
    assert "■ breached" in line
    assert "over 1h 30m" in line


def test_the_step_of_the_ladder_has_a_column_that_gives_way_to_what_matters_more() -> None:
    one = row(2, step="management")
    assert "management" in text(row_lines(one, NOW, lay_out(119), UNICODE)[0])
    assert [column.key for column, _ in lay_out(119).columns][-2:] == ["assignee", "step"]
    assert "step" not in [column.key for column, _ in lay_out(100).columns]
    made = arranged([one, row(3, step="")], View(filter="is:escalated step:manage"))
    assert list(made.rows) == [one]


def test_flags_are_shown_beside_the_mark() -> None:
    def lead(**changes: object) -> str:
        return text(row_lines(row(2, **changes), NOW, lay_out(120), UNICODE)[0])[:2]

    assert lead(flagged=True)[1] == UNICODE.flagged
    assert lead(acknowledged_at=5)[1] == UNICODE.acknowledged
    assert lead(snoozed_until=NOW + 1)[1] == UNICODE.snoozed
    assert lead(snoozed_until=NOW)[1] == " "


def arranged(rows: object = ROWS, view: View = View(), now: int = NOW, **more: object):  # noqa: B008
    made = arrange(rows, view, now, **more)
    assert made is not None
    return made


def test_urgency_is_the_order_in_which_rows_come() -> None:
    assert list(arranged().rows) == ROWS
    assert list(arranged(view=View(reverse=True)).rows) == ROWS[::-1]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_every_column_sorts(column) -> None:
    rows = [*ROWS, row(50, state=None, due=None, metric="", warn_at=None)]
    up = arranged(rows, View(sort=column.key)).rows
    assert [column.order(one) for one in up] == sorted(column.order(one) for one in rows)
    down = arranged(rows, View(sort=column.key, reverse=True)).rows
    assert [column.order(one) for one in down] == sorted((column.order(one) for one in rows), reverse=True)


def test_snoozed_rows_wait_out_of_sight_counted_and_come_back() -> None:
    rows = [row(1), row(2, snoozed_until=NOW + 60), row(3)]
    made = arranged(rows)
    assert [one.id for one in made.rows] == [2, 4]
    assert (made.snoozed, made.stale_at) == (1, NOW + 60)
    assert len(arranged(rows, now=NOW + 60).rows) == 3
    assert [one.id for one in arranged(rows, View(filter="is:snoozed")).rows] == [3]


def test_at_risk_and_filter_narrow_and_say_when_they_are_stale() -> None:
    made = arranged(view=View(at_risk=True, filter="customer:acme"))
    assert made.rows
    assert all(at_risk(one, NOW) and one.customer == "Acme" for one in made.rows)
    assert made.stale_at is not None
    assert arranged(view=View(filter="customer:acme")).stale_at is None


def test_a_bad_remembered_filter_is_told_and_shows_everything() -> None:
    made = arranged(view=View(filter="nonsense:1"))
    assert made.problem is not None
    assert len(made.rows) == len(ROWS)


def test_places_of_wanted_rows_and_counts_come_with_the_rows() -> None:
    made = arranged(view=View(sort="ticket", reverse=True), wanted={ROWS[3].id, 99_999})
    assert {id_: made.rows[at].id for id_, at in made.where.items()} == {ROWS[3].id: ROWS[3].id}
    assert sum(made.counts.values()) == len(ROWS)


def test_arranging_stops_when_told() -> None:
    assert arrange(LazyRows(10_000), View(), NOW, stopped=lambda: True) is None


def test_sorting_goes_through_the_visible_columns_and_back_to_urgency() -> None:
    layout, view = lay_out(80), View()
    seen = []
    for _ in range(len(layout.columns) + 1):
        view = next_sort(view, layout)
        seen.append(view.sort)
    assert seen == [*(column.key for column, _ in layout.columns), ""]
    assert next_sort(View(reverse=True), layout).reverse is False
    assert "▲" in text(heading(layout, View(sort="due"), UNICODE))
    assert "▼" in text(heading(layout, View(sort="due", reverse=True), UNICODE))


def test_the_plain_inbox_says_what_it_does_not_show() -> None:
    rows = [*ROWS[:3], replace(ROWS[4], snoozed_until=NOW + 9)]
    lines = inbox_lines(arranged(rows, View(filter="customer:acme")), NOW)
    assert lines[0].split()[:3] == ["State", "Due", "Ticket"]
    assert lines[-1] == "not shown: 1 snoozed, 2 filtered out"
    assert inbox_lines(arranged([]), NOW)[-1] == "No open tickets."
    assert inbox_lines(arranged(), NOW, limit=5)[-1] == "not shown: 35 more"
