"""The formatter changes white space only: proved on random sites in odd layouts and on plain rubbish."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsl.cut import cut
from dsl.format import format_text
from dsl.load import load_texts
from dsl.parse import parse
from tests.dsl.rule_layouts import neat, odd_sites
from tests.dsl.rule_texts import sites

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = [PROJECT / "sla.rules", *sorted((PROJECT / "rules").rglob("*.rules"))]


def squeezed(text: str) -> list[str]:
    """Every line that is not blank, without its white space; strings whole, comments but for their end."""
    out = []
    for line in (line.rstrip("\r") for line in text.split("\n")):
        kept, string, index = "", False, 0
        while index < len(line):
            character = line[index]
            if character == "#" and not string:
                kept += line[index:].rstrip(" \t\r")
                break
            if string and character == "\\" and index + 1 < len(line):
                kept += line[index : index + 2]
                index += 2
                continue
            if character == '"':
                string = not string
            if string or character not in " \t\r":
                kept += character
            index += 1
        if kept:
            out.append(kept)
    return out


def trees(text: str) -> list[object]:
    """The declarations as parsed, without where they stand."""

    def bare(node: object) -> object:
        if isinstance(node, tuple) and hasattr(node, "_fields"):
            values = zip(node._fields, node, strict=True)
            return (type(node), [bare(value) for name, value in values if name not in ("start", "end")])
        return [bare(item) for item in node] if isinstance(node, tuple) else node

    return [bare(parse(chunk)) for chunk in cut(text).texts]


@settings(max_examples=25, deadline=None)
@given(odd_sites())
def test_any_layout_comes_out_with_its_tree_its_comments_and_its_lines(text: str) -> None:
    formatted = format_text(text)
    assert formatted.refused == ()
    assert squeezed(formatted.text) == squeezed(text)
    assert trees(formatted.text) == trees(text)
    assert format_text(formatted.text) == formatted


@settings(max_examples=12, deadline=None)
@given(odd_sites())
def test_the_sites_of_these_tests_are_sound_and_stay_the_same_rules(text: str) -> None:
    before = load_texts("sla.rules", {"sla.rules": text})
    after = load_texts("sla.rules", {"sla.rules": format_text(text).text})
    assume("E0706" not in {one.code for one in before.diagnostics})  # a raise may happen to set off another
    assert before.ruleset is not None, before.diagnostics
    assert after.ruleset is not None
    assert replace(after.ruleset, digest=before.digest) == before.ruleset


@settings(max_examples=15, deadline=None)
@given(odd_sites())
def test_the_layout_is_the_promised_one(text: str) -> None:
    lines = format_text(text).text.split("\n")
    assert lines[-1] == ""
    assert lines[0] != ""
    assert "\r" not in "".join(lines)
    assert not [line for line in lines if line != line.rstrip()]
    assert not [pair for pair in pairwise(lines) if pair == ("", "")]
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        assert indent % 2 == 0
        assert line[indent : indent + 1] != "\t"
    for above, line in pairwise(lines):
        if above == "}":
            assert line == ""


@settings(max_examples=15, deadline=None)
@given(sites())
def test_a_neat_site_stays_as_it_is_but_for_lists(site: list[object]) -> None:
    text = (
        neat(site)
        .replace(" ,", ",")
        .replace("[ ", "[")
        .replace(" ]", "]")
        .replace("( ", "(")
        .replace(" )", ")")
    )
    assert format_text(text).text == text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "tier",
                "gold",
                "{",
                "}",
                "\n}",
                "\n",
                "\r\n",
                "\n  ",
                " ",
                "\t",
                ",",
                '"',
                '"x"',
                "#",
                "# c",
                "\\",
                "4h",
                "field a text",
                "\r",
                "\x0c",
                "=",
                "é",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_rubbish_keeps_every_character_that_is_not_white(text: str) -> None:
    formatted = format_text(text)
    assert squeezed(formatted.text) == squeezed(text)
    assert format_text(formatted.text).text == formatted.text


@settings(max_examples=25, deadline=None)
@given(odd_sites(), st.data())
def test_a_fault_leaves_only_its_own_declaration_as_it_was(text: str, data: st.DataObject) -> None:
    text = text.replace("\r\n", "\n")
    pieces = cut(text)
    index = data.draw(st.integers(0, len(pieces.texts) - 1))
    start, chunk = pieces.starts[index], pieces.texts[index]
    broken = "wrong " + chunk
    formatted = format_text(text[:start] + broken + text[start + len(chunk) :])
    assert len(formatted.refused) == 1
    assert broken in formatted.text
    assert formatted.refused[0].head.startswith("wrong ")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_rules_are_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text).text == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n \n\t\n", ""),
        ("# only a comment", "# only a comment\n"),
        (
            "field a text\nfield b flag\n\n\n\nfield c number\n",
            "field a text\nfield b flag\n\nfield c number\n",
        ),
        (
            "field a text\ngroup g {\n\n\n tier x\n\n}\n# about c\ncustomer c {\ntier x\n}\n".replace(
                "\ntier", "\n tier"
            ),
            "field a text\n\ngroup g {\n  tier x\n}\n\n# about c\ncustomer c {\n  tier x\n}\n",
        ),
        ("## told\n\ngroup g {\n tier x\n}\n", "## told\n\ngroup g {\n  tier x\n}\n"),
        ("priorities   a  ,b,   # more\n# and\n\n        c\n", "priorities a, b,  # more\n  # and\n  c\n"),
        ("include\t'x'\n", "include\t'x'\n"),
        (" group g{ # why\n tier x\n }", "group g {  # why\n  tier x\n}\n"),
        ('}\ninclude   "a"\n', '}\ninclude "a"\n'),
    ],
)
def test_layout(before: str, after: str) -> None:
    assert format_text(before).text == after


def test_a_refusal_says_where_the_parser_gave_up() -> None:
    formatted = format_text("\nfield  a  text\n\ntier gold {\n  traget  high\n}\n")
    assert formatted.text == "field a text\n\ntier gold {\n  traget  high\n}\n"
    assert [(refusal.line, refusal.column, refusal.head) for refusal in formatted.refused] == [
        (5, 3, "tier gold")
    ]


def test_carriage_returns_that_end_no_line_are_passed_over_once():
    """Looked for at each of them again, 100,000 would take minutes."""
    text = "tier t {\n  like" + "\r" * 100_000 + "=gold\r\r\n}\n"
    started = time.process_time()
    assert format_text(text).text.count("\r") == 100_000
    assert time.process_time() - started < 10
