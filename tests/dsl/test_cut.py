from __future__ import annotations

import ast
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.cut import cut, recut, strays

LINES = st.sampled_from(
    [
        "language 1",
        "tier gold {",
        "customer acme {",
        "  target a",
        "  override x {",
        "  }",
        "}",
        "} # end",
        "",
        "  ",
        "# comment",
        "  # inner",
        "\tfield x flag",
        "  field y text",
        "priorities a,",
        "  b",
    ]
)
FILES = st.lists(LINES, max_size=14).map("\n".join)


def test_a_declaration_ends_with_its_brace_and_not_with_what_follows():
    text = "language 1\n\n## about gold\ntier gold {\n  warn at 50%\n# out\n}\n\n# the end\nfield x flag\n"
    pieces = cut(text)
    assert pieces.texts == ["language 1", "tier gold {\n  warn at 50%\n# out\n}", "field x flag"]
    assert [text[start:].startswith(piece) for start, piece in zip(*pieces, strict=True)] == [True] * 3


def test_a_missing_brace_costs_one_declaration():
    text = "tier a {\n  warn at 50%\n\ntier b {\n}\n"
    assert cut(text).texts == ["tier a {\n  warn at 50%", "tier b {\n}"]


def test_braces_that_close_nothing():
    text = "}\nlanguage 1\n}\ntier a {\n}\n}\n  }\n"
    assert [text[at] for at in strays(text, cut(text))] == ["}"] * 3


def test_blank_lines_without_end_are_no_burden():
    text = "tier a {\n" + "\n" * 300_000 + "  warn at 50%\n" + "# c\n" * 100_000
    assert cut(text).texts == [text[: text.index("#") - 1]]


def test_no_expression_needs_what_early_releases_of_python_3_11_get_wrong():
    root = Path(__file__).resolve().parents[2]
    grammar = (root / "dsl" / "grammar.lark").read_text(encoding="utf-8")
    patterns = re.findall(r"^[A-Z_0-9.]+: /(.*)/$", grammar, re.MULTILINE)
    for room in ("dsl", "engine", "reports", "tui"):
        for path in (root / room).rglob("*.py"):
            patterns += _patterns(ast.parse(path.read_text(encoding="utf-8")))
    assert len(patterns) > 50
    assert [one for one in patterns if "POSSESSIVE" in _parsed(one) or "ATOMIC" in _parsed(one)] == []


def _patterns(tree: ast.AST) -> list[str]:
    return [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "re"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _parsed(pattern: str) -> str:
    return str(re._parser.parse(pattern))


@given(FILES)
def test_everything_but_blanks_comments_and_stray_braces_is_in_a_declaration(text):
    pieces = cut(text)
    rest = text
    for start, piece in reversed(list(zip(*pieces, strict=True))):
        assert text[start : start + len(piece)] == piece
        rest = rest[:start] + rest[start + len(piece) :]
    assert all(not line.strip() or line.lstrip()[0] in "#}" for line in rest.split("\n"))


@settings(max_examples=400)
@given(FILES, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60), FILES), min_size=1, max_size=3))
def test_cutting_after_an_edit_is_cutting_afresh(text, edits):
    for start, length, inserted in edits:
        pieces = cut(text)
        edited = text[:start] + inserted + text[start + length :]
        again, head, tail, fresh = recut(text, pieces, edited)
        assert again == cut(edited)
        assert head + fresh + tail == len(again.texts)
        assert again.texts[:head] == pieces.texts[:head]
        assert again.texts[len(again.texts) - tail :] == pieces.texts[len(pieces.texts) - tail :]
        text = edited
