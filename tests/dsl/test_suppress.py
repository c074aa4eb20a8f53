"""`# sla:ignore`: what a comment covers, when it ends, and what is wrong with one."""

from __future__ import annotations

from datetime import date

import pytest

from dsl.format import format_text
from dsl.load import load_texts
from dsl.mend import mended
from dsl.suppress import without_suppressed

TODAY = date(2026, 7, 1)
IGNORE = '# sla:ignore W0408 until 2026-08-01 reason "the desk hands over"'
LATE = "  open mon-fri 08:00-23:59"


def found(text, today=TODAY, **options):
    loaded = load_texts("sla.rules", {"sla.rules": text})
    left = without_suppressed(loaded.diagnostics, loaded.files, today, **options)
    return [(one.code, one.span.line) for one in left]


def calendar(*lines, above="", head="calendar desk {"):
    return "\n".join([*([above] if above else []), head, "  zone UTC", *lines, "}\n"])


@pytest.mark.parametrize(
    "text",
    [
        calendar(f"{LATE}  {IGNORE}"),
        calendar(f"  {IGNORE}", LATE),
        calendar(f"  {IGNORE}", "", "  # why", LATE),
        calendar(LATE, above=IGNORE),
        calendar(LATE, LATE.replace("mon-fri", "sat"), above=f"## The desk.\n{IGNORE}\n# more"),
        calendar(f"  {IGNORE}", "  open mon 08:00-12:00,\n    13:00-23:59"),
        calendar(LATE, above=IGNORE).replace("\n", "\r\n"),
        calendar(LATE, above=IGNORE.replace("W0408", "W0408 ,W0408")),
    ],
)
def test_a_line_or_a_whole_declaration_is_covered(text):
    assert found(text) == []
    assert "W0408" in [code for code, _ in found(text, date(2026, 8, 1))]


@pytest.mark.parametrize(
    "text",
    [
        calendar(f"{LATE}  {IGNORE}", LATE.replace("mon-fri", "sat")),  # the next line is another
        calendar(f"  {IGNORE}", LATE, LATE.replace("mon-fri", "sat")),
        calendar(LATE, above=IGNORE.replace("W0408", "W0105")),
        calendar(LATE, head=f"calendar desk {{  {IGNORE}"),  # at the end of a head: the head alone
    ],
)
def test_nothing_else_is_covered(text):
    assert "W0408" in [code for code, _ in found(text)]


def test_the_day_it_ends_is_the_first_day_on_which_it_counts_for_nothing():
    text = calendar(LATE, above=IGNORE)
    assert found(text, date(2026, 7, 31)) == []
    assert found(text, date(2026, 8, 1)) == [("W0109", 1), ("W0408", 4)]


def test_what_suppresses_nothing_is_found_and_can_be_removed():
    text = calendar("  open mon 08:00-18:00", above=IGNORE)
    assert found(text) == [("W0110", 1)]
    loaded = load_texts("sla.rules", {"sla.rules": text})
    [one] = without_suppressed(loaded.diagnostics, loaded.files, TODAY)
    [edit] = one.fixes[0].edits
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == calendar("  open mon 08:00-18:00")
    assert found(text, command="analyse") == []
    other = text.replace("W0408", "W0906")
    assert (found(other), found(other, command="analyse")) == ([], [("W0110", 1)])
    assert found(IGNORE + "\n") == [("W0106", 1), ("W0110", 1)]


@pytest.mark.parametrize(
    ("codes", "idle", "kept"),
    [
        ("W0408, W0712", "W0712", "W0408"),
        ("W0712,W0408 ,  W0105", "W0712, W0105", "W0408"),
        ("W0712, W0408, W0712, W0408", "W0712", "W0408"),
        ("W0712, W0408, W0906", "W0712", "W0408, W0906"),
    ],
)
def test_of_several_codes_those_without_anything_to_do_are_taken_out(codes, idle, kept):
    text = calendar(LATE, above=IGNORE.replace("W0408", codes))
    assert found(text) == [("W0110", 1)]
    loaded = load_texts("sla.rules", {"sla.rules": text})
    [one] = without_suppressed(loaded.diagnostics, loaded.files, TODAY)
    assert one.message == f"nothing here gives {idle}"
    assert one.help == f"take {idle} out, and leave {kept}"
    mend = mended([one], loaded.files).files["sla.rules"]
    assert mend == calendar(LATE, above=IGNORE.replace("W0408", kept))
    assert found(mend) == []


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# sla:ignore", "cannot be read"),
        ("# sla:ignore W0408", "cannot be read"),
        ('# sla:ignore W0408 until 2026-08-01 reason ""', "cannot be read"),
        ("# sla:ignore W0408 until 2026-08-01", "cannot be read"),
        ('# sla:ignore W0408 reason "no date"', "cannot be read"),
        ('# sla:ignore w0408 until 2026-08-01 reason "x"', "cannot be read"),
        ('# sla:ignore W0408 until 2026-02-30 reason "x"', "not a date"),
        ('# sla:ignore W9999 until 2026-08-01 reason "x"', "there is no code W9999"),
        ('# sla:ignore E0403 until 2026-08-01 reason "x"', "an error and cannot be suppressed"),
        ('# sla:ignore W0110 until 2026-08-01 reason "x"', "is about suppressions"),
    ],
)
def test_a_comment_that_means_nothing_is_a_finding(comment, says):
    text = calendar(LATE, above=comment)
    loaded = load_texts("sla.rules", {"sla.rules": text})
    left = without_suppressed(loaded.diagnostics, loaded.files, TODAY)
    assert [(one.code, one.span.line) for one in left] == [("W0108", 1), ("W0408", 4)]
    assert says in left[0].message
    assert text[left[0].span.start : left[0].span.end] == comment


def test_an_error_stays_whatever_a_comment_says():
    text = calendar(
        "  open mon 08:00-18:00", above='# sla:ignore W0408, E0402 until 2026-08-01 reason "x"'
    ).replace("  zone UTC\n", "")
    assert ("E0402", 2) in found(text)


def test_what_only_looks_like_one_is_none():
    text = calendar('  open 2026-12-31 09:00-12:00 "# sla:ignore W0408"', "  # see sla:ignore in the manual")
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        calendar(f"{LATE}      {IGNORE}"),
        calendar(f"      {IGNORE}", LATE),
        calendar(LATE, above=f"   {IGNORE}"),
    ],
)
def test_the_formatter_keeps_them_where_they_stand(text):
    formatted = format_text(text).text
    assert formatted != text
    assert IGNORE in formatted
    assert found(formatted) == found(text) == []
