from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.glyphs import ASCII, UNICODE, glyphs_for
from tui.line import clip, fit, join, sides, text, width, wrap

ANY = st.text(alphabet=st.sampled_from("ab 東京🙈é-"), max_size=40)


@given(ANY, st.integers(1, 30), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(value: str, cells: int, right: bool) -> None:
    assert cell_len(fit(value, cells, right=right)) == cells


def test_a_wide_character_is_not_cut_in_two() -> None:
    assert fit("東京支社", 4) == "東… "
    assert fit("abc", 5, right=True) == "  abc"
    assert fit("abcdef", 3, more="~") == "ab~"


@given(ANY, st.integers(2, 20))
def test_wrap_loses_no_letter_and_keeps_the_width(value: str, cells: int) -> None:
    lines = wrap(value, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == value.replace(" ", "")


@given(st.lists(st.tuples(ANY, st.just("")), max_size=5), st.integers(1, 30))
def test_clip_keeps_the_width(pieces: list[tuple[str, str]], cells: int) -> None:
    assert width(clip(tuple(pieces), cells)) <= cells


def test_sides_push_apart_and_the_right_gives_way() -> None:
    left, right = (("left", ""),), (("right", ""),)
    assert text(sides(left, right, 20)) == "left           right"
    assert text(sides(left, right, 10)) == "left"


def test_join_puts_the_gap_between() -> None:
    assert text(join(((("a", ""),), (("b", ""),)), ("-", ""))) == "a-b"


@pytest.mark.parametrize(
    ("encoding", "term", "expected"),
    [
        ("utf-8", "xterm-256color", UNICODE),
        ("UTF-8", "linux", ASCII),
        ("ascii", "xterm", ASCII),
        (None, "", ASCII),
    ],
)
def test_glyphs_follow_the_terminal(encoding: str | None, term: str, expected: object) -> None:
    assert glyphs_for(encoding, term) is expected


def test_ascii_glyphs_are_ascii_and_both_sets_name_the_same_states() -> None:
    characters = [value for name in ASCII.__slots__ if isinstance(value := getattr(ASCII, name), str)]
    assert all(value.isascii() for value in [*characters, *ASCII.standing.values(), ASCII.spark.steps])
    assert ASCII.standing.keys() == UNICODE.standing.keys()
    assert len(set(ASCII.standing.values())) == len(ASCII.standing)
    assert all(cell_len(value) == 1 for value in UNICODE.standing.values())
    assert ASCII.text("東京 ok") == "?? ok"
