"""Runs Lark's tables over a text.

Lark's own loop counts lines, and asks its tables anew what every token does. That depends on the states that are open and on
nothing else, so that it is found once for each stack of states: a text of which the like was read costs an expression and a lookup
a token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from dsl.tables import Act, Match, Shift, State
from dsl.word import Word

END = "$END"
_MOST_STACKS = 20_000


Stacks = dict[tuple[State, "Stack"], "Stack"]


_Move = tuple[tuple[Act, ...], "Stack", bool, Callable[[str], str] | None]
"""What a terminal does: the rules that are complete with it, what is open then, and whether it has a value and by what. A plain
tuple is taken apart faster than one with names."""


class Stack:
    """States that are open: the innermost, and the stack `below` it. `moves` are those that were asked for, by their terminals; None is
    the end of the text."""

    __slots__ = ("_seen", "below", "match", "moves", "state")

    def __init__(self, state: State, below: Stack | None, seen: Stacks) -> None:
        self.state, self.below, self._seen = state, below, seen
        self.moves: dict[str | None, _Move] = {}

    def __getattr__(self, name: str) -> Match:
        """Reads the terminal that follows; asked of the state when a text stops here first, since most stacks are only passed."""
        if name != "match":
            raise AttributeError(name)
        self.match: Match = self.state.match
        return self.match

    def above(self, state: State) -> Stack:
        """The stack with a state on top of this one."""
        found = self._seen.get((state, self))
        if found is None:
            found = self._seen[state, self] = Stack(state, self, self._seen)
        return found

    def move(self, terminal: str | None) -> _Move | None:
        """What a terminal does; None where it may not come."""
        found = self.moves.get(terminal) or self._found(terminal)
        if found is not None:
            self.moves[terminal] = found
        return found

    def _found(self, terminal: str | None) -> _Move | None:
        stack = self
        acts: list[Act] = []
        while (action := stack.state.actions.get(terminal or END)) is not None:
            if isinstance(action, Shift):
                return tuple(acts), stack.above(action.state), action.kept, action.says
            for _ in range(action.size):
                assert stack.below is not None
                stack = stack.below
            if action.act is not None:
                acts.append(action.act)
            stack = stack.above(stack.state.gotos[action.origin])
            if stack.state.ends:
                return (tuple(acts), stack, False, None) if terminal is None else None
        return None

    def accepts(self) -> frozenset[str]:
        """Names of the terminals that may come next, `$END` for the end of the text."""
        return frozenset(
            name for name in self.state.actions if self.move(None if name == END else name) is not None
        )


class Reader(NamedTuple):
    """Where reading stands: the stack, the values that it has, up to where the text was read, and what was found there: without a group
    the end of the text, None for nothing that any of the terminals is that are read there."""

    stack: Stack
    values: list[Any]
    at: int
    found: re.Match[str] | None

    def after(self, terminal: str | None, text: str = "") -> Reader:
        """Where reading stands after one terminal more, which must be one that may follow; this one stays what it is. After None, the end,
        the only value is the tree."""
        move = self.stack.move(terminal)
        assert move is not None
        acts, stack, kept, says = move
        values = [[*one] if isinstance(one, list) else one for one in self.values]  # a list may grow
        for act in acts:
            act(values)
        end = self.at + len(text)
        if kept:
            values.append(Word(says(text) if says else text, self.at, end))
        return Reader(stack, values, end, None)


class Driver:
    """Reads texts from a state on."""

    __slots__ = ("_bottom", "_seen")

    def __init__(self, start: State) -> None:
        self._seen: Stacks = {}
        self._bottom = Stack(start, None, self._seen)

    def read(self, text: str, *, whole: bool = True) -> Any:  # noqa: ANN401 - whatever the rules build
        """The tree of a text, None where nothing makes one; a reader where it is none; also at its end where it is not the `whole`."""
        if len(self._seen) > _MOST_STACKS:
            for one in (self._bottom, *self._seen.values()):
                one.moves.clear()  # stacks that lead to each other would wait for the garbage collector
            self._seen.clear()
        new = tuple.__new__
        stack = self._bottom
        values: list[Any] = []
        at = 0
        while (found := stack.match(text, at)) is not None:
            terminal = found.lastgroup
            move = stack.moves.get(terminal) or stack.move(terminal)
            if move is None or (terminal is None and not whole):
                break
            acts, stack, kept, says = move
            for act in acts:
                act(values)
            at = found.end()
            if kept:
                begin = found.end(1)
                said = text[begin:at]
                values.append(new(Word, (said if says is None else says(said), begin, at)))
            elif terminal is None:
                return values[0] if values else None
        return Reader(stack, values, at, found)
