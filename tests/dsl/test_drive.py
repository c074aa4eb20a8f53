"""Lark's tables, run by us, make of any declaration what Lark makes of it."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, UnexpectedInput

from dsl.cut import cut
from dsl.drive import Tables
from dsl.parse import _parser, _tables
from tests.dsl import fuzzing


def by_lark(text):
    try:
        return _parser().parse(text)
    except UnexpectedInput:
        return None


@settings(deadline=None)
@given(st.integers(0, 2**32))
@example(0)
def test_what_lark_makes_of_it(seed):
    """Sentences of the grammar, real files, and both after accidents: the same tree, or a fault in both."""
    for piece in cut(fuzzing.any_text(random.Random(seed))).texts:
        assert _tables().run(piece) == by_lark(piece), piece


def test_all_of_the_grammar_and_of_what_is_shipped_has_a_tree():
    source = random.Random(5)
    pieces = [fuzzing.sentence(source) for _ in range(300)]
    pieces += [piece for text in fuzzing.corpus() for piece in cut(text).texts]
    trees = [_tables().run(piece) for piece in pieces]
    assert trees == [by_lark(piece) for piece in pieces]
    assert sum(tree is not None for tree in trees) > 600


@pytest.mark.parametrize("text", ["", " ", "\n", "# a comment", "tier", "tier gold {", "tier gold {\n}}"])
def test_too_little_or_too_much_is_a_fault(text):
    assert _tables().run(text) is None
    assert by_lark(text) is None


def test_a_grammar_with_terminals_that_are_more_than_an_expression_is_refused():
    """Lark tells a word from a name after it has read it; tables know only what the expression says."""
    lark = Lark('start: ("tier" | NAME) NAME\nNAME: /[a-z]+/\n%ignore " "', parser="lalr")
    tables = Tables(lark, SimpleNamespace(start=tuple))
    with pytest.raises(KeyError):
        tables.run("tier gold")
