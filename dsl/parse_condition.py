"""Tokens to syntax for conditions: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dsl import syntax
from dsl.leaf import Leaf, end, start, word


class Ended(NamedTuple):
    """A condition and where it ends, closing brackets and all."""

    condition: syntax.Condition
    end: int


def either(*items: Ended) -> Ended:
    return items[0] if len(items) == 1 else _joined(syntax.Either, items)


def every(*items: Ended) -> Ended:
    return items[0] if len(items) == 1 else _joined(syntax.Every, items)


def _joined(
    how: Callable[[tuple[syntax.Condition, ...]], syntax.Condition], items: tuple[Ended, ...]
) -> Ended:
    return Ended(how(tuple(item.condition for item in items)), items[-1].end)


def grouped(item: Ended, bracket: Leaf) -> Ended:
    return item._replace(end=end(bracket))


def negated(_not: Leaf, item: Ended) -> Ended:
    return item._replace(condition=syntax.Negated(item.condition))


def flag(field: Leaf) -> Ended:
    return Ended(syntax.FlagTest(word(field)), end(field))


def comparison(field: Leaf, op: Leaf, value: syntax.Literal) -> Ended:
    return Ended(syntax.Comparison(word(field), word(op), value), value.end)


def membership(field: Leaf, _in: Leaf, *rest: syntax.Literal | Leaf) -> Ended:
    values = tuple(one for one in rest if isinstance(one, syntax.Literal))
    bracket = rest[-1]
    assert not isinstance(bracket, syntax.Literal)
    return Ended(syntax.Membership(word(field), values), end(bracket))


def pattern(field: Leaf, _matches: Leaf, text: Leaf) -> Ended:
    # A pattern keeps its backslashes: only \" is ours, the rest belongs to the regular expression.
    inner = syntax.Word(str(text)[1:-1].replace('\\"', '"'), start(text), end(text))
    return Ended(syntax.Pattern(word(field), inner), inner.end)


def status_test(field: Leaf, _is: Leaf, name: Leaf) -> Ended:
    return Ended(syntax.StatusTest(word(field), word(name)), end(name))


def value(token: Leaf) -> syntax.Literal:
    kind = {"STRING": "text", "NAME": "name"}.get(token.type, "number")
    said = word(token)
    return syntax.Literal(kind, said.text, said.start, said.end)
