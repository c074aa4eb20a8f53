"""Lark's tables as the parser here runs them: what may follow in each state, and what makes the value of a rule that is complete."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from dsl.quotes import SAYS

_PASSED_OVER = ("WHITE", "COMMENT")
Match = Callable[[str, int], re.Match[str] | None]

Act = Callable[[list[Any]], object]
"""Puts the value of a rule in the place of the values that it is made of, the last of a list."""


class Shift(NamedTuple):
    """A terminal that may come: where it leads to, whether it is kept, and what its text says if not what is written."""

    state: State
    kept: bool
    says: Callable[[str], str] | None


class Reduce(NamedTuple):
    """A rule that is complete: of how many parts, of what, and how its value is made; None where that is the value of its only part."""

    size: int
    origin: str
    act: Act | None


class State:
    """What may follow: by its name each terminal, and each node with the state after it. A text is over in the one that `ends` it."""

    __slots__ = ("_lexer", "_match", "actions", "ends", "gotos")

    def __init__(self, lexer: Any, *, ends: bool = False) -> None:  # noqa: ANN401 - Lark's
        self.actions: dict[str, Shift | Reduce] = {}
        self.gotos: dict[str, State] = {}
        self.ends = ends
        self._lexer = lexer
        self._match: Match | None = None

    @property
    def match(self) -> Match:
        """Reads the next terminal, with the white space and the comment before it; no group is the end of the text."""
        if self._match is None:
            self._match = _expression(self._lexer).match
        return self._match


class Tables(NamedTuple):
    """The state that a text begins in, and what reads any terminal, or none, wherever it stands."""

    start: State
    anything: re.Pattern[str]


def tables(lark: Any, build: object | None) -> Tables:  # noqa: ANN401 - what it is made of has no public types
    """What Lark made of a grammar, and an object with a method for each rule that makes a node; a rule whose name begins with `_`
    is a part of those that use it. Without such an object nothing is made or kept: a text has no tree and is read faster.

    Raises KeyError for a rule without a method, and for a fixed word that another terminal may be too.
    """
    table, lexer = lark.parser.parser.parser.parse_table, lark.parser.lexer
    (start,), (end,) = table.start_states.values(), table.end_states.values()
    states = {number: State(lexer.lexers[number], ends=number == end) for number in table.states}
    made: dict[Any, Reduce] = {}
    for number, row in table.states.items():
        for name, (action, given) in row.items():
            if action.name == "Reduce":
                if given not in made:
                    act = _act(given, build) if build else None
                    made[given] = Reduce(len(given.expansion), given.origin.name, act)
                states[number].actions[name] = made[given]
            elif name in lark.parser.lexer_conf.terminals_by_name:  # Lark drops what is named with a `_`
                kept = build is not None and name[0] != "_"
                states[number].actions[name] = Shift(states[given], kept, SAYS.get(name))
            else:
                states[number].gotos[name] = states[given]
    return Tables(states[start], _expression(lexer.root_lexer, or_nothing=True))


def _expression(lexer: Any, *, or_nothing: bool = False) -> re.Pattern[str]:  # noqa: ANN401
    patterns = {one.name: one.pattern.to_regexp() for one in lexer.terminals}
    for fixed in (one for one in lexer.terminals if one.pattern.type == "str"):
        if any(
            re.fullmatch(other, fixed.pattern.value) for name, other in patterns.items() if name != fixed.name
        ):
            raise KeyError(fixed.name)  # Lark tells it from the other by what it has read
    white, comment = (patterns.pop(name, "(?!)") for name in _PASSED_OVER)
    # The name of a terminal behind it, where the beginning of others is compared with what they begin with and no more.
    wanted = "|".join([*(f"(?:{pattern})(?P<{name}>)" for name, pattern in patterns.items()), r"\Z"])
    # A comment ends where its line does: it must not give back what could be a terminal.
    comment = rf"(?:{comment}(?![^\n])|)"
    if or_nothing:
        return re.compile(rf"(?:{white}|){comment}()(?:{wanted}|)")
    # What may follow is looked for before white space: some of it may be how a line ends.
    return re.compile(rf"(?:|{white}){comment}()(?:{wanted})")


def _act(rule: Any, build: object) -> Act | None:  # noqa: ANN401
    """A node by the method of its rule, a list for a part of other rules; what stands alone in a rule without a method is the
    value itself."""
    name = rule.alias or rule.options.template_source or rule.origin.name
    method, (parts, size) = getattr(build, name, None), _parts(rule)
    if rule.origin.name[0] == "_":
        if parts and parts[0][0] == "*":  # a repetition grows in place: nobody else has its list
            return _shaped(range(1, size), f"values[-1] += [{', '.join(parts[1:])}]")(method)
        return _shaped(range(size), f"values.append([{', '.join(parts)}])")(method)
    if method is not None:
        return _shaped(range(size), f"values.append(method({', '.join(parts)}))")(method)
    if parts != ["c0"]:
        raise KeyError(name)
    return None


@cache
def _shaped(taken: range, does: str) -> Callable[[Any], Act]:
    """A function that makes a function of the values, of which it takes the last as `c0`, `c1` .., and of the method that its rule has."""
    lines = [f"c{index} = values.pop()" for index in reversed(taken)]
    body = "\n        ".join([*lines, does])
    space: dict[str, Any] = {}
    exec(f"def make(method):\n    def act(values):\n        {body}\n    return act", space)  # noqa: S102 - names of ours
    made: Callable[[Any], Act] = space["make"]
    return made


def _parts(rule: Any) -> tuple[list[str], int]:  # noqa: ANN401
    """What a rule hands over: a value, the items of one that is a list, None for an absent option; and how many values those are."""
    absent = [len(run) for run in "".join(str(int(one)) for one in rule.options.empty_indices).split("0")]
    if len(absent) == 1:
        absent = [0] * (len(rule.expansion) + 1)
    parts: list[str] = []
    size = 0
    for index, symbol in enumerate(rule.expansion):
        parts += ["None"] * absent[index]
        if not (symbol.is_term and symbol.name[0] == "_"):
            parts.append(f"c{size}" if symbol.is_term or symbol.name[0] != "_" else f"*c{size}")
            size += 1
    return parts + ["None"] * absent[-1], size
