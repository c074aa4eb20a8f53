"""What the console writes: exports, prefs, and nothing by halves."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.tickets import NOW, row
from tui.actions import Act, Action, opposite
from tui.export import FORMATS, Sheet, file_name, inbox_sheet, write
from tui.prefs import Prefs, load, parse, save, write_whole
from tui.view import View


def test_csv_has_every_field_and_instants_with_an_offset() -> None:
    cells = list(
        csv.DictReader(io.StringIO(write(inbox_sheet([row(0), row(10)], NOW, UTC), "csv"), newline=""))
    )
    assert cells[0]["state"] == "breached"
    assert cells[0]["due"] == "2026-03-06T12:32:09+00:00"
    assert cells[1]["state"] == "paused"
    assert cells[1]["due"] == cells[1]["left_seconds"] == ""


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_view_is_still_a_file_with_a_head(format_: str) -> None:
    assert write(Sheet("x", ("a", "b"), []), format_)


def test_file_names_are_safe_everywhere() -> None:
    assert file_name("ticket-../..\\a b:c", "csv", NOW, UTC) == "ticket-..-..-a-b-c-20260306-140209.csv"
    assert file_name("東京", "md", NOW, UTC) == "view-20260306-140209.md"


def test_prefs_come_back_as_they_were_saved(tmp_path: Path) -> None:
    prefs = Prefs(View("due", True, 'customer:"a b"', True, ("state", "due", "queue")), "tiercel-light")
    save(tmp_path / "deep" / "console.json", prefs)
    assert load(tmp_path / "deep" / "console.json") == (prefs, "")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["console.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"view": 3}', '{"view": {"columns": "x"}}', '{"theme": []}', "\x00"]
)
def test_damaged_prefs_are_ignored_with_a_word(tmp_path: Path, text: str) -> None:
    path = tmp_path / "console.json"
    path.write_text(text, encoding="utf-8")
    prefs, complaint = load(path)
    assert prefs == Prefs()
    assert "ignored" in complaint


def test_prefs_that_are_no_text_or_a_folder_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert load(tmp_path / "binary")[0] == Prefs()
    assert "ignored" in load(tmp_path)[1]
    assert load(tmp_path / "missing") == (Prefs(), "")


def test_unknown_columns_and_sorts_of_another_version_are_left_out() -> None:
    prefs = parse('{"view": {"sort": "mood", "columns": ["due", "mood", 3], "reverse": "yes"}, "more": 1}')
    assert prefs == Prefs(View(columns=("due",)))


@given(st.text(max_size=30))
def test_any_text_gives_prefs_or_a_reason(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse(text), Prefs)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("action", "back"),
    [
        (Action(Act.RESOLVE), [((1, 2), Action(Act.REOPEN, "working"))]),
        (Action(Act.REOPEN), [((1, 2), Action(Act.RESOLVE))]),
        (
            Action(Act.ASSIGN, "on-call-2"),
            [((1,), Action(Act.ASSIGN, "")), ((2,), Action(Act.ASSIGN, "desk-1"))],
        ),
        (
            Action(Act.PRIORITY, "low"),
            [((1,), Action(Act.PRIORITY, "critical")), ((2,), Action(Act.PRIORITY, "low"))],
        ),
        (Action(Act.SNOOZE, until=NOW + 5), [((1, 2), Action(Act.SNOOZE, until=0))]),
        (Action(Act.FLAG), [((1, 2), Action(Act.FLAG, "taken back", on=False))]),
        (Action(Act.FLAG, on=False), []),
        (Action(Act.REPLY), []),
        (Action(Act.NOTE, "x"), []),
        (Action(Act.ACKNOWLEDGE), []),
    ],
)
def test_the_opposite_of_an_action(action: Action, back: list[tuple[tuple[int, ...], Action]]) -> None:
    rows = [row(0, flagged=False), row(1, flagged=False)]
    assert list(opposite(action, rows)) == back


def test_json_is_a_list_of_objects() -> None:
    (one,) = json.loads(write(inbox_sheet([row(0, flagged=True)], NOW, UTC), "json"))
    assert (one["ticket"], one["left_seconds"], one["flagged"]) == ("INC10000", -5400, True)
