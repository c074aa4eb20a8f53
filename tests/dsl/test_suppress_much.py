"""Suppressions in great numbers: what is told of them, and what they cover, beside a slow reading of the same."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dsl.diagnostic import Diagnostic, Severity
from dsl.listed import listed
from dsl.load import load_texts
from dsl.mend import mended
from dsl.spacing import tokens
from dsl.span import Span
from dsl.suppress import without_suppressed
from tui.findings import render

TODAY = date(2026, 7, 1)
PLAIN = "calendar desk {\n  zone UTC\n  open mon 08:00-18:00\n}\n"
IGNORE = '# sla:ignore W0408 until 2026-08-01 reason "x"'


def warning(line, code="W0408"):
    return Diagnostic(code, Severity.WARNING, "m", Span("a", line, line + 1, line, 1, line, 2))


def slowly_covered(lines, index):
    """The lines, from 1, that a comment at `index`, from 0, that stands alone is about: read again for each."""
    first = index + 1
    while first < len(lines) and lines[first].strip()[:1] in ("", "#"):
        first += 1
    depth = 0
    for number in range(first, len(lines)):
        code = [token for token in tokens(lines[number]) if not token.startswith("#")]
        depth += code.count("{") - code.count("}")
        if depth <= 0 and code[-1:] != [","]:
            return range(first + 1, number + 2)
    return range(first + 1, len(lines) + 1)


LINES = st.lists(
    st.sampled_from([IGNORE, "a {", "b", "c,", "}", "}}", "", "# d", "{,", f"e {IGNORE}", f"f, {IGNORE}"])
)


@given(LINES)
def test_what_is_covered_is_what_a_slow_reading_says(lines):
    covered = set()
    for index, line in enumerate(lines):
        if line == IGNORE:
            covered.update(slowly_covered(lines, index))
        elif IGNORE in line:
            covered.add(index + 1)
    everywhere = [warning(line) for line in range(1, len(lines) + 1)]
    left = without_suppressed(everywhere, {"a": "\n".join(lines)}, TODAY)
    assert {one.span.line for one in left if one.code == "W0408"} == {*range(1, len(lines) + 1)} - covered


@given(LINES, st.sets(st.integers(1, 12)))
def test_one_is_of_use_where_a_finding_is_among_its_lines(lines, at):
    idle = {
        index + 1
        for index, line in enumerate(lines)
        if IGNORE in line and at.isdisjoint(slowly_covered(lines, index) if line == IGNORE else (index + 1,))
    }
    left = without_suppressed([warning(line) for line in at], {"a": "\n".join(lines)}, TODAY)
    assert {one.span.line for one in left if one.code == "W0110"} == idle


def test_each_line_is_read_once_however_deep_the_blocks_above_it(monkeypatch):
    read = []
    monkeypatch.setattr("dsl.suppress.tokens", lambda line: read.append(line) or tokens(line))
    without_suppressed([], {"a": f"{IGNORE}\na {{\n" * 500}, TODAY)
    assert len(read) <= 2 * 1000


def test_of_those_that_are_unused_the_first_thousand_are_told_and_all_are_removed():
    text = PLAIN + f"{IGNORE}\n" * 1200
    loaded = load_texts("sla.rules", {"sla.rules": text})
    left = without_suppressed(loaded.diagnostics, loaded.files, TODAY)
    assert len([one for one in left if one.code == "W0110"]) == 1200
    told = listed(left)
    assert len([one for one in told if one.code == "W0110"]) == 1000
    assert told[-1].notes == ("200 more of W0110 are not listed",)
    shown = render(type("Found", (), {"diagnostics": left, "files": loaded.files})(), "compact")
    assert shown.count("W0110") == 1000
    files = loaded.files
    while (round_ := mended(left, files)).files != files:
        files = round_.files
        left = without_suppressed([], files, TODAY)
    assert files["sla.rules"] == PLAIN


def test_one_whose_finding_is_beyond_the_thousand_that_are_told_is_kept():
    there = [warning(line) for line in range(1, 1001)]
    text = {"a": "x\n" * 1500 + f"x {IGNORE}\n"}
    assert [one.code for one in without_suppressed(there, text, TODAY)] == ["W0408"] * 1000
    assert [one.code for one in without_suppressed(there[:-1], text, TODAY)] == ["W0408"] * 999 + ["W0110"]
