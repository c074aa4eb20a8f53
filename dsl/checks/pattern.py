"""The regular expressions that `matches` accepts: those that take time linear in the text.

No back-references, no look-around, no repetition of what repeats, and a bounded length. So nobody can stall the
engine with an expression, by accident or not.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

LONGEST = 200
_COUNT = 100


def refusal(pattern: str) -> str:
    """Why a pattern is not accepted, "" when it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
            tree = _parser().parse(pattern)
    except re.error as error:
        return f"it is not a regular expression: {error.msg}"
    except (OverflowError, RecursionError, FutureWarning, DeprecationWarning):
        return "it is not a regular expression of the plain kind"
    return _walk(tree, repeated=False)


def _parser() -> Any:  # noqa: ANN401 - the standard library's own parser of expressions has no stubs
    from re import _parser

    return _parser


def _walk(items: Iterable[Any], *, repeated: bool) -> str:
    unbounded = 0
    for operator, argument in items:
        name = str(operator)
        if name in ("GROUPREF", "GROUPREF_EXISTS"):
            return "it refers back to a group"
        if name in ("ASSERT", "ASSERT_NOT"):
            return "it looks ahead or behind"
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, high, inner = argument
            endless = str(high) == "MAXREPEAT"
            if not endless and high > _COUNT:
                return f"it repeats more than {_COUNT} times"
            many = endless or high > 1
            if many and repeated:
                return "it repeats what already repeats"
            unbounded += endless
            if reason := _walk(inner, repeated=repeated or many):
                return reason
        elif name == "SUBPATTERN":
            if reason := _walk(argument[-1], repeated=repeated):
                return reason
        elif name == "ATOMIC_GROUP":
            if reason := _walk(argument, repeated=repeated):
                return reason
        elif name == "BRANCH":
            for branch in argument[1]:
                if reason := _walk(branch, repeated=repeated):
                    return reason
    return "it has more than three endless repetitions" if unbounded > 3 else ""
