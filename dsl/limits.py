"""How much a declaration may hold, and how much may be broken or wrong: what is longer or deeper was not written by a person, and nobody
reads ten thousand errors."""

from __future__ import annotations

import re
from typing import NamedTuple

from dsl.spacing import hidden

LONGEST = 100_000
"""Characters of a declaration."""

DEEPEST = 50
"""Brackets and `not` inside each other in a condition."""

WIDEST = 500
"""Times that `and` and `or` stand in one line."""

MOST_WRONG = 1000
"""Errors that are looked for: those that declarations of a file show by themselves, after which the rest of it is left alone, stray
braces of a file, files that are named and cannot be taken in, and those in how declarations go together, in customers and in all others."""

MOST_PATTERNS = 1000
"""Patterns that files are included by."""

LONGEST_BROKEN = 250_000
"""Characters of a file's declarations that cannot be read, after which the rest of it is left alone."""

_STEP = re.compile(r"[()\n]|\b(?:not|and|or)\b")


class Excess(NamedTuple):
    """Where a limit is passed, and what to say and to do about it."""

    start: int
    end: int
    message: str
    help: str


def excess(text: str) -> Excess | None:
    """The first limit that a declaration passes."""
    if len(text) <= DEEPEST:
        return None
    if len(text) > LONGEST:
        end = text.find("\n", 0, 200)
        return Excess(
            0,
            end if end >= 0 else min(len(text), 200),
            f"this declaration is longer than {LONGEST:,} characters",
            "divide it, or look for a brace that closes it too late",
        )
    if text.count("(") + text.count("not") <= DEEPEST and text.count("and") + text.count("or") <= WIDEST:
        return None
    depth = negations = width = 0
    for match in _STEP.finditer(hidden(text, "\0", "\0")):
        match match[0]:
            case "\n":
                depth = negations = width = 0
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case "not":
                negations += 1
            case _:
                negations, width = 0, width + 1
        if depth + negations > DEEPEST:
            return Excess(
                *match.span(),
                f"this condition is deeper than {DEEPEST} brackets and `not`",
                "say it in steps: several targets, each with a condition that can be read",
            )
        if width > WIDEST:
            return Excess(
                *match.span(),
                f"this condition has more than {WIDEST} parts",
                "a list says it better: `site in [..]`",
            )
    return None
