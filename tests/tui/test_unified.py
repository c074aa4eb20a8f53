"""Unified differences of any two texts: what patch makes of them, how much they say, and how much is compared for them."""

from __future__ import annotations

import re
import subprocess
from difflib import unified_diff

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui import unified
from tui.unified import unified_difference

texts = st.lists(st.sampled_from(["a\n", "b\n", "}\n", "\n", "c\r\n", "é\u2028\n"])).flatmap(
    lambda lines: st.sampled_from(["", "last"]).map(lambda last: "".join(lines) + last)
)


def patched(before: str, difference: list[str]) -> str:
    """What a patch does, read from its description: lines are taken, left out and put in at the places that hunks name."""
    old, out, at = re.findall(r"[^\n]*\n|[^\n]+$", before), [], 0
    assert [line[:4] for line in difference[:2]] in ([], ["--- ", "+++ "])
    for line in difference[2:]:
        head = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n", line)
        if head:
            start = int(head[1]) - (head[2] != "0")
            out += old[at:start]
            at = start
            assert len(out) == int(head[3]) - (head[4] != "0")
        elif line[0] in " -":
            assert old[at] == line[1:]
            at += 1
        if not head and line[0] in " +":
            out.append(line[1:])
    return "".join(out + old[at:])


@given(texts, texts)
@example("", "a\n")
@example("a\n" * 20, "a\n" * 19)
def test_it_makes_the_one_of_the_other(before, after):
    difference = list(unified_difference("x", before, after))
    assert patched(before, difference) == after
    assert bool(difference) is (before != after)


@given(st.lists(st.integers(0, 400), unique=True), st.lists(st.integers(0, 400), unique=True))
def test_of_lines_that_stand_there_once_as_many_stay_as_can(old, new):
    lines, lines_new = ([f"{line}\n" for line in numbers] for numbers in (old, new))
    said = list(unified_difference("x", "".join(lines), "".join(lines_new)))
    assert patched("".join(lines), said) == "".join(lines_new)
    changed, by_difflib = (
        sum(line[0] in "+-" for line in one) for one in (said, unified_diff(lines, lines_new))
    )
    assert changed <= by_difflib


@given(texts, texts)
def test_where_much_lies_between_the_one_stands_for_the_other(before, after):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unified, "_MOST_COMPARED", 2)
        assert patched(before, list(unified_difference("x", before, after))) == after


def test_of_many_changes_each_is_compared_with_what_is_near(monkeypatch):
    compared = []
    kept = unified._kept
    monkeypatch.setattr(
        unified, "_kept", lambda old, new: compared.append(len(old) * len(new)) or kept(old, new)
    )
    before = "".join(f"customer c{number} {{\n  tier gold\n  zone X\n}}\n" for number in range(1000))
    said = list(unified_difference("x", before, before.replace("zone X", "zone Y")))
    assert sum(compared) < 20 * 1000
    assert sum(line[0] in "+-" for line in said[2:]) == 2000


@pytest.mark.parametrize("name", ["x.rules", "two words.rules"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb", "a\nb\n"),
        ("a\n", "a\nb"),
        ("a\r\nb\n", "a\nb\n"),
        ("".join(f"{n}\n" for n in range(40)), "0\n7\n"),
    ],
)
def test_git_takes_it_as_it_is_shown(tmp_path, capsys, name, before, after):
    from tui.rewrite import show_diff

    (tmp_path / name).write_bytes(before.encode())
    show_diff(name, before.encode(), after.encode())
    subprocess.run(["git", "apply", "-"], input=capsys.readouterr().out.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / name).read_bytes() == after.encode()
