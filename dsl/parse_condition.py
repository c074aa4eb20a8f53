"""Words to syntax for conditions: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.word import Word

Ended = tuple[syntax.Condition, int]
"""A condition and where it ends, closing brackets and all."""


def either(*items: Ended) -> Ended:
    return syntax.Either(tuple([condition for condition, _ in items])), items[-1][1]


def every(*items: Ended) -> Ended:
    return syntax.Every(tuple([condition for condition, _ in items])), items[-1][1]


def grouped(item: Ended, bracket: Word) -> Ended:
    condition, _ = item
    return condition, bracket.end


def negated(_not: Word, item: Ended) -> Ended:
    condition, end = item
    return syntax.Negated(condition), end


def flag(field: Word) -> Ended:
    return syntax.FlagTest(field), field.end


def comparison(field: Word, op: Word, value: syntax.Literal) -> Ended:
    return syntax.Comparison(field, op, value), value.end


def membership(field: Word, _in: Word, *rest: syntax.Literal | Word) -> Ended:
    values = tuple(one for one in rest if isinstance(one, syntax.Literal))
    bracket = rest[-1]
    assert not isinstance(bracket, syntax.Literal)
    return syntax.Membership(field, values), bracket.end


def pattern(field: Word, _matches: Word, pattern: Word) -> Ended:
    return syntax.Pattern(field, pattern), pattern.end


def status_test(field: Word, _is: Word, name: Word) -> Ended:
    return syntax.StatusTest(field, name), name.end


def text_value(said: Word) -> syntax.Literal:
    return syntax.Literal("text", *said)


def name_value(said: Word) -> syntax.Literal:
    return syntax.Literal("name", *said)


def number_value(said: Word) -> syntax.Literal:
    return syntax.Literal("number", *said)
