"""Runs Lark's tables over a text: Lark's own loop also counts lines and keeps what explains a fault, in twice the time.

It answers the tree or nothing. Where the text has a fault, Lark reads it once more and says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import Any, NamedTuple

END = "$END"
_Match = Callable[[str, int], "re.Match[str] | None"]


class Token(str):
    """A terminal as the tree builder gets it: its text, its name, and where it stands. Whoever makes one sets these."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int | None
    end_pos: int | None


class _Reduce(NamedTuple):
    size: int
    origin: str
    build: Callable[[list[Any]], Any]


class Tables:
    """What Lark made of a grammar. Raises KeyError for one with terminals that are more than an expression."""

    __slots__ = ("_ends", "_lexers", "_match", "_rows", "_start")

    def __init__(self, lark: Any) -> None:  # noqa: ANN401 - what it is made of has no public types
        parser = lark.parser.parser.parser
        table, callbacks = parser.parse_table, parser.callbacks
        (self._start,) = table.start_states.values()
        (self._ends,) = table.end_states.values()
        made: dict[Any, _Reduce] = {}
        self._rows: dict[int, dict[str, Any]] = {}
        for state, row in table.states.items():
            self._rows[state] = {
                name: _entry(action, given, callbacks, made) for name, (action, given) in row.items()
            }
        self._lexers = lark.parser.lexer.lexers
        self._match: dict[int, tuple[_Match, Container[str]]] = {}

    def run(self, text: str) -> Any:  # noqa: ANN401 - whatever the rules build
        """The tree of a text; None where it has a fault."""
        rows, matchers = self._rows, self._match
        states: list[int] = [self._start]
        values: list[Any] = []
        at, length = 0, len(text)
        while True:
            state = states[-1]
            match, ignored = matchers.get(state) or self._matcher(state)
            kind, begin = END, length
            while at < length:
                found = match(text, at)
                if found is None:
                    return None
                begin, at = at, found.end()
                name = found.lastgroup
                if name is not None and name not in ignored:
                    kind = name
                    break
            row = rows[state]
            while True:
                entry = row.get(kind)
                if entry.__class__ is int:
                    states.append(entry)
                    if kind[0] == "_":  # Lark drops what is named so
                        values.append(None)
                        break
                    token = Token(text[begin:at])
                    token.type, token.start_pos, token.end_pos = kind, begin, at
                    values.append(token)
                    break
                if entry is None:
                    return None
                size, origin, build = entry
                children = values[-size:] if size else []
                if size:
                    del states[-size:], values[-size:]
                value = build(children)
                state = rows[states[-1]][origin]
                if kind is END and state == self._ends:
                    return value
                states.append(state)
                values.append(value)
                row = rows[state]

    def _matcher(self, state: int) -> tuple[_Match, Container[str]]:
        """What reads the next terminal in a state, and what is passed over."""
        lexer = self._lexers[state]
        (expression,) = lexer.scanner._mres  # noqa: SLF001
        if lexer.callback:
            raise KeyError(*lexer.callback)
        found = self._match[state] = expression.match, lexer.ignore_types
        return found


def _entry(action: Any, given: Any, callbacks: Any, made: dict[Any, _Reduce]) -> int | _Reduce:  # noqa: ANN401
    """The state to go to, or the rule that is complete."""
    if action.name == "Shift":
        return int(given)
    if given not in made:
        made[given] = _Reduce(len(given.expansion), given.origin.name, callbacks[given])
    return made[given]
