"""Lark's tables, run by us, make of any declaration what Lark makes of it, and find the same fault in it."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark

from dsl import drive
from dsl.cut import cut
from dsl.drive import END, Driver
from dsl.limits import excess
from dsl.parse import Fault, _tables, begun, parse, refusal
from dsl.tables import tables
from tests.dsl import fuzzing
from tests.dsl.larks_loop import lark, parsed


@settings(deadline=None)
@given(st.integers(0, 2**32))
@example(0)
def test_what_lark_makes_of_it(seed):
    """Sentences of the grammar, real files, and both after accidents: the same tree, or the same fault."""
    for piece in cut(fuzzing.any_text(random.Random(seed))).texts:
        if not excess(piece):
            found = parse(piece)
            assert found == parsed(piece), piece
            assert refusal(piece) == (found if isinstance(found, Fault) else None), piece


def test_all_of_the_grammar_and_of_what_is_shipped_has_a_tree():
    source = random.Random(5)
    pieces = [fuzzing.sentence(source) for _ in range(300)]
    pieces += [piece for text in fuzzing.corpus() for piece in cut(text).texts]
    trees = [parse(piece) for piece in pieces]
    assert trees == [parsed(piece) for piece in pieces]
    assert sum(not isinstance(tree, Fault) for tree in trees) > 600


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\n",
            "# a comment",
            "tier",
            "tier gold {",
            "tier gold {\n}}",
            "tier gold {\n  # a comment",
        ),
        *(
            "tier gold {\n  like\n}",
            "tier gold {\n  like é\n}",
            'tier gold "',
            "tier gold { # {\n  é",
            "field f 1",
        ),
    ],
)
def test_too_little_or_too_much_is_the_same_fault(text):
    assert isinstance(parse(text), Fault)
    assert parse(text) == parsed(text) == refusal(text)


def test_stacks_that_were_forgotten_are_found_again(monkeypatch):
    monkeypatch.setattr(drive, "_MOST_STACKS", 0)
    driver = Driver(_tables().start)
    texts = ["field f flag", "tier gold {\n  like silver\n}"] * 2
    assert [driver.read(text) for text in texts] == [parsed(text) for text in texts]


# ---------------------------------------------------------------- a text that goes on


def test_a_reader_is_what_it_was_when_others_have_gone_on_from_it():
    reader = begun("tier gold {\n  like silver")
    several = reader.after("_COMMA", ", ").after("NAME", "bronze").after("_NL", "\n").after("_CLOSE", "}")
    one = reader.after("_NL", "\n").after("_CLOSE", "}")
    assert [word.text for word in several.after(None).values[0].lines[0].words] == ["silver", "bronze"]
    assert [word.text for word in one.after(None).values[0].lines[0].words] == ["silver"]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_may_follow_is_what_lark_accepts(seed):
    source = random.Random(seed)
    text = fuzzing.sentence(source)
    text = text[: source.randrange(len(text) + 1)]
    reader = begun(text)
    if reader is not None:
        interactive = lark().parse_interactive(text)
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            interactive.feed_token(token)
        assert reader.stack.accepts() == interactive.accepts()
        assert (END in reader.stack.accepts()) == (not isinstance(parse(text), Fault))


def test_a_grammar_with_terminals_that_are_more_than_an_expression_is_refused():
    """Lark tells a word from a name after it has read it; tables know only what the expression says."""
    plain = Lark('start: ("tier" | NAME) NAME\nNAME: /[a-z]+/\n%ignore " "', parser="lalr")
    with pytest.raises(KeyError):
        tables(plain, SimpleNamespace(start=tuple))
