"""Texts in which a pattern of a rule is found: one for each way that its alternatives can be taken, up to a limit.

What comes out is tried against the pattern, so that nothing is claimed which does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product
from typing import Any

_MOST = 8
_PICKS = "a0 -_.A"


def samples(pattern: str) -> list[str]:
    """Up to eight texts in which `pattern` is found, short ones; none if no way to one is known."""
    from re import _parser

    made = _sequence(_parser.parse(pattern))
    return [text for text in dict.fromkeys(made) if re.search(pattern, text)]


def _sequence(items: Iterable[Any]) -> list[str]:
    parts = [_texts(str(operator), argument) for operator, argument in items]
    return ["".join(chosen) for chosen in islice(product(*parts), _MOST)]


def _texts(operator: str, argument: Any) -> list[str]:  # noqa: ANN401 - the parser of the standard library has no stubs
    match operator:
        case "LITERAL":
            return [chr(argument)]
        case "NOT_LITERAL":
            return [next(pick for pick in _PICKS if ord(pick) != argument)]
        case "ANY":
            return ["a"]
        case "IN":
            return _members(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, _, inner = argument
            once = _sequence(inner)
            return [text * low for text in once] if low else ["", *once][:_MOST]
        case "SUBPATTERN":
            return _sequence(argument[-1])
        case "ATOMIC_GROUP":
            return _sequence(argument)
        case "BRANCH":
            return [text for branch in argument[1] for text in _sequence(branch)][:_MOST]
        case _:
            return [""]  # anchors take no room


def _members(argument: list[tuple[Any, Any]]) -> list[str]:
    negated = str(argument[0][0]) == "NEGATE"
    found: list[str] = []
    for operator, value in argument:
        match str(operator):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found.append(chr(value[0]))
            case "CATEGORY":
                found += [pick for pick in _PICKS if _in_category(str(value), pick)][:1]
    if not negated:
        return found[:_MOST] or [""]
    inside = "".join(map(re.escape, found))
    ranges = [value for operator, value in argument if str(operator) == "RANGE"]
    codes = (
        [ord(one) for one in _PICKS if not re.match(f"[{inside}]", one)] if inside else list(map(ord, _PICKS))
    )
    out = [chr(code) for code in codes if not any(low <= code <= high for low, high in ranges)]
    return out[:1] or ["\u00e9"]


def _in_category(name: str, character: str) -> bool:
    kind = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}.get(name.rsplit("_", 1)[-1], r".")
    return (re.match(kind, character) is not None) is ("NOT" not in name)
