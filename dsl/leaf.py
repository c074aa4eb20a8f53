"""Leaves of the tree: a token as the parser hands it over, made the word that the tree holds."""

from __future__ import annotations

import re
from typing import Protocol

from dsl import syntax

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Leaf(Protocol):
    """A token: its text is `str()` of it, offsets count from the start of the declaration."""

    @property
    def type(self) -> str: ...
    @property
    def start_pos(self) -> int | None: ...
    @property
    def end_pos(self) -> int | None: ...


def start(token: Leaf) -> int:
    assert token.start_pos is not None
    return token.start_pos


def end(token: Leaf) -> int:
    assert token.end_pos is not None
    return token.end_pos


def word(token: Leaf) -> syntax.Word:
    """The token's text, without quotes if it has some."""
    text = str(token)
    return syntax.Word(_unquoted(text) if token.type == "STRING" else text, start(token), end(token))


def word_or_none(token: Leaf | None) -> syntax.Word | None:
    return None if token is None else word(token)


def _unquoted(token: str) -> str:
    inside = token[1:-1]
    if "\\" not in inside:
        return inside
    return inside.replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")


def quoted(text: str) -> str:
    """Text in quotes, as a rule file has it: a string ends on the line that it begins on and has no tabs."""
    return '"' + _CONTROL.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'
