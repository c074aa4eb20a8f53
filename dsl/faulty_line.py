"""The line on which the parser stopped, and how a finding about a part of it is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dsl.finding import Finding, Mend
from dsl.spacing import hidden
from dsl.span import Origin


class Line(NamedTuple):
    """The faulty logical line: `block` is the keyword of the block that it stands in, "" for a head; `expected` are names of the
    terminals that might have stood where the parser stopped."""

    text: str
    start: int
    end: int
    block: str = ""
    dangling_comma: int = -1
    expected: frozenset[str] = frozenset()


Table = tuple[tuple[re.Pattern[str], Callable[[Line, re.Match[str]], Finding | None]], ...]
"""What people write, and what is to be said about it."""

HIDDEN = "\0"
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')


def masked(text: str) -> str:
    """The text with strings and comments hidden, so that patterns look at the rest."""
    return hidden(text, HIDDEN, HIDDEN)


def found(
    code: str, line: Line, start: int, end: int, message: str, help_: str, replacement: str | None = None
) -> Finding:
    """A finding on a part of the line; `replacement` makes a mend of it."""
    at = Origin("", line.start + start, line.start + end)
    mends: tuple[Mend, ...] = ()
    if replacement is not None:
        title = f"write {replacement.strip() or 'a space'}" if replacement else "remove it"
        mends = (Mend(title, ((at, replacement),), safe=True),)
    return Finding(code, message, at, help_, mends=mends)
