"""Runs Lark's tables over a text: Lark's own loop also counts lines and keeps what explains a fault, in three times the time.

It answers the tree or nothing. Where the text has a fault, Lark reads it once more and says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from dsl.quotes import SAYS
from dsl.word import Word

END = "$END"
_PASSED_OVER = ("WHITE", "COMMENT")
_Children = list[Any]


class _Shift(NamedTuple):
    """A terminal that may come: where it leads to, whether it is kept, and what its text says if not what is written."""

    state: _State
    kept: bool
    says: Callable[[str], str] | None


class _Reduce(NamedTuple):
    """A rule that is complete, and what makes its value of its children."""

    size: int
    origin: str
    make: Callable[[_Children], Any]


class _State:
    """What may follow: by its name each terminal, and each node with the state after it and the rules that it completes alone."""

    __slots__ = ("_lexer", "actions", "gotos", "match")

    def __init__(self, lexer: Any) -> None:  # noqa: ANN401 - Lark's
        self.actions: dict[str, _Shift | _Reduce] = {}
        self.gotos: dict[str, tuple[_State, tuple[_Reduce, ...]]] = {}
        self.match: Callable[[str, int], re.Match[str] | None] = self._match
        self._lexer = lexer

    def _match(self, text: str, at: int) -> re.Match[str] | None:
        """Read the next terminal, with the white space and the comment before it; no group is the end of the text."""
        patterns = {one.name: one.pattern.to_regexp() for one in self._lexer.terminals}
        for fixed in (one for one in self._lexer.terminals if one.pattern.type == "str"):
            if any(
                re.fullmatch(other, fixed.pattern.value)
                for name, other in patterns.items()
                if name != fixed.name
            ):
                raise KeyError(fixed.name)  # Lark tells it from the other by what it has read
        white, comment = (patterns.pop(name, "(?!)") for name in _PASSED_OVER)
        wanted = "|".join([*(f"(?P<{name}>{pattern})" for name, pattern in patterns.items()), r"\Z"])
        # A comment ends where its line does: it must not give back what could be a terminal.
        self.match = re.compile(rf"(?:{white})?(?:{comment}(?![^\n]))?(?:{wanted})").match
        return self.match(text, at)

    def completes(self) -> _Reduce | None:
        """The rule of one child that is complete here whatever follows."""
        first = next(iter(self.actions.values()), None)
        if not isinstance(first, _Reduce) or first.size != 1:
            return None
        return first if all(one is first for one in self.actions.values()) else None


class Tables:
    """What Lark made of a grammar, and an object with a method for each rule that makes a node; a rule whose name begins with `_`
    is a part of those that use it. Raises KeyError for a rule without a method."""

    __slots__ = ("_end", "_start")

    def __init__(self, lark: Any, build: object) -> None:  # noqa: ANN401 - what it is made of has no public types
        table, lexers = lark.parser.parser.parser.parse_table, lark.parser.lexer.lexers
        states = {number: _State(lexers[number]) for number in table.states}
        (self._start,) = (states[number] for number in table.start_states.values())
        (self._end,) = (states[number] for number in table.end_states.values())
        made: dict[Any, _Reduce] = {}
        for number, row in table.states.items():
            for name, (action, given) in row.items():
                if action.name == "Reduce":
                    states[number].actions[name] = _reduce(given, build, made)
                elif name in lark.parser.lexer_conf.terminals_by_name:  # Lark drops what is named with a `_`
                    states[number].actions[name] = _Shift(states[given], name[0] != "_", SAYS.get(name))
                else:
                    states[number].gotos[name] = states[given], ()
        for state in states.values():
            state.gotos = {name: _completed(state, name) for name in state.gotos}

    def run(self, text: str) -> Any:  # noqa: ANN401 - whatever the rules build
        """The tree of a text; None where it has a fault. Raises KeyError where terminals are more than an expression."""
        new = tuple.__new__
        state, end = self._start, self._end
        states: list[_State] = [state]
        values: _Children = []
        at = 0
        while True:
            found = state.match(text, at)
            if found is None:
                return None
            kind = found.lastgroup or END
            action = state.actions.get(kind)
            while isinstance(action, _Reduce):
                size, origin, make = action
                value = make(values[-size:])
                del states[-size:], values[-size:]
                state, rules = states[-1].gotos[origin]
                for rule in rules:
                    value = rule.make([value])
                if state is end:
                    return value if kind is END else None
                states.append(state)
                values.append(value)
                action = state.actions.get(kind)
            if action is None:
                return None
            state, kept, says = action
            states.append(state)
            if kept:
                begin, at = found.span(kind)
                said = text[begin:at]
                values.append(new(Word, (said if says is None else says(said), begin, at)))
            else:
                at = found.end()
                values.append(None)


def _completed(state: _State, name: str) -> tuple[_State, tuple[_Reduce, ...]]:
    """Where a node leads to from a state, after all rules of one child that are complete with it."""
    following, _ = state.gotos[name]
    rules: list[_Reduce] = []
    while (rule := following.completes()) is not None:
        rules.append(rule)
        following = state.gotos[rule.origin][0]
    return following, tuple(rules)


def _reduce(rule: Any, build: object, made: dict[Any, _Reduce]) -> _Reduce:  # noqa: ANN401
    if rule not in made:
        made[rule] = _Reduce(len(rule.expansion), rule.origin.name, _making(rule, build))
    return made[rule]


def _making(rule: Any, build: object) -> Callable[[_Children], Any]:  # noqa: ANN401
    """A function of the children: a node by the method of its rule, a list for a part of other rules; what stands alone in a rule
    without a method is the value itself."""
    name = rule.alias or rule.options.template_source or rule.origin.name
    method, parts = getattr(build, name, None), _parts(rule)
    if rule.origin.name[0] == "_":
        rest = ", ".join(parts[1:])
        body = f"grown({parts[0][1:]}, [{rest}])" if parts and parts[0][0] == "*" else f"[{', '.join(parts)}]"
    elif method is not None:
        body = f"method({', '.join(parts)})"
    elif len(parts) == 1 and parts[0][0] == "c":
        body = parts[0]
    else:
        raise KeyError(name)
    return _shaped(body)(method)


@cache
def _shaped(body: str) -> Callable[[Any], Callable[[_Children], Any]]:
    """A function that makes a function of the children `c`, and of the method that its rule has."""
    made: Callable[[Any], Callable[[_Children], Any]] = eval(  # noqa: S307 - indices of ours
        f"lambda method: lambda c: {body}", {"grown": _grown}
    )
    return made


def _parts(rule: Any) -> list[str]:  # noqa: ANN401
    """What a rule hands over, in terms of its children `c`: a child, the items of one that is a list, None for an absent option."""
    absent = [len(run) for run in "".join(str(int(one)) for one in rule.options.empty_indices).split("0")]
    if len(absent) == 1:
        absent = [0] * (len(rule.expansion) + 1)
    parts: list[str] = []
    for index, symbol in enumerate(rule.expansion):
        parts += ["None"] * absent[index]
        if not (symbol.is_term and symbol.filter_out):
            parts.append(f"c[{index}]" if symbol.is_term or symbol.name[0] != "_" else f"*c[{index}]")
    return parts + ["None"] * absent[-1]


def _grown(items: _Children, more: _Children) -> _Children:
    """The list of a repetition grows in place: nobody else has it."""
    items += more
    return items
