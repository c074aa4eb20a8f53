"""Words to syntax for conditions: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from typing import NamedTuple

from dsl import syntax
from dsl.word import Word


class Ended(NamedTuple):
    """A condition and where it ends, closing brackets and all."""

    condition: syntax.Condition
    end: int


def either(*items: Ended) -> Ended:
    return Ended(syntax.Either(tuple([item.condition for item in items])), items[-1].end)


def every(*items: Ended) -> Ended:
    return Ended(syntax.Every(tuple([item.condition for item in items])), items[-1].end)


def grouped(item: Ended, bracket: Word) -> Ended:
    return Ended(item.condition, bracket.end)


def negated(_not: Word, item: Ended) -> Ended:
    return Ended(syntax.Negated(item.condition), item.end)


def flag(field: Word) -> Ended:
    return Ended(syntax.FlagTest(field), field.end)


def comparison(field: Word, op: Word, value: syntax.Literal) -> Ended:
    return Ended(syntax.Comparison(field, op, value), value.end)


def membership(field: Word, _in: Word, *rest: syntax.Literal | Word) -> Ended:
    values = tuple(one for one in rest if isinstance(one, syntax.Literal))
    bracket = rest[-1]
    assert not isinstance(bracket, syntax.Literal)
    return Ended(syntax.Membership(field, values), bracket.end)


def pattern(field: Word, _matches: Word, pattern: Word) -> Ended:
    return Ended(syntax.Pattern(field, pattern), pattern.end)


def status_test(field: Word, _is: Word, name: Word) -> Ended:
    return Ended(syntax.StatusTest(field, name), name.end)


def text_value(said: Word) -> syntax.Literal:
    return syntax.Literal("text", *said)


def name_value(said: Word) -> syntax.Literal:
    return syntax.Literal("name", *said)


def number_value(said: Word) -> syntax.Literal:
    return syntax.Literal("number", *said)
