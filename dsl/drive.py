"""Runs Lark's tables over a text: Lark's own loop also counts lines and keeps what explains a fault, in three times the time.

It answers the tree or nothing. Where the text has a fault, Lark reads it once more and says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
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
    """A rule that is complete: `make` gets its children, or as arguments what `pick` takes of them."""

    size: int
    origin: str
    pick: Callable[[_Children], Any] | None
    make: Callable[..., Any]


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
    is a part of those that use it. Raises KeyError for a rule without a method and for terminals that are more than an expression."""

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
        """The tree of a text; None where it has a fault."""
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
                size, origin, pick, make = action
                children = values[-size:]
                del states[-size:], values[-size:]
                value = make(children) if pick is None else make(*pick(children))
                state, rules = states[-1].gotos[origin]
                for _, _, pick, make in rules:
                    value = make([value]) if pick is None else make(value)
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
        made[rule] = _Reduce(len(rule.expansion), rule.origin.name, *_made_by(rule, build))
    return made[rule]


def _made_by(rule: Any, build: object) -> tuple[Callable[[_Children], Any] | None, Callable[..., Any]]:  # noqa: ANN401
    """How a value is made of the children: a node by the method of its rule, a list for a part of other rules, and what stands
    alone in a rule that has no method is the value itself."""
    parts = _parts(rule)
    plain = [index for index, splice in parts if index is not None and not splice]
    name = rule.alias or rule.options.template_source or rule.origin.name
    method = getattr(build, name, None)
    if rule.origin.name[0] == "_":
        return None, _listed(parts)
    if method is None:
        if len(parts) != 1 or not plain:
            raise KeyError(name)
        return None, itemgetter(plain[0])
    if len(plain) < len(parts):
        return _listed(parts), method
    if plain == list(range(len(rule.expansion))):
        return tuple, method
    return itemgetter(*plain) if len(plain) > 1 else itemgetter(slice(plain[0], plain[0] + 1)), method


def _parts(rule: Any) -> list[tuple[int | None, bool]]:  # noqa: ANN401
    """What a rule hands over: the index of a child, and whether that is a list to put in its place; None for an absent option."""
    absent = [len(run) for run in "".join(str(int(one)) for one in rule.options.empty_indices).split("0")]
    if len(absent) == 1:
        absent = [0] * (len(rule.expansion) + 1)
    parts: list[tuple[int | None, bool]] = []
    for index, symbol in enumerate(rule.expansion):
        parts += [(None, False)] * absent[index]
        if not (symbol.is_term and symbol.filter_out):
            parts.append((index, not symbol.is_term and symbol.name[0] == "_"))
    return parts + [(None, False)] * absent[-1]


def _listed(parts: list[tuple[int | None, bool]]) -> Callable[[_Children], _Children]:
    """A function that lists the parts. The list of a repetition grows in place: nobody else has it."""
    if parts and parts[0][1]:
        first, rest = parts[0][0], parts[1:]
        assert first is not None
        if not rest:
            return itemgetter(first)
        return lambda children: _gathered(children[first], rest, children)
    if len(parts) == 1 and parts[0][0] is not None:
        return itemgetter(slice(parts[0][0], parts[0][0] + 1))
    return lambda children: _gathered([], parts, children)


def _gathered(out: _Children, parts: list[tuple[int | None, bool]], children: _Children) -> _Children:
    for index, splice in parts:
        if index is None:
            out.append(None)
        elif splice:
            out += children[index]
        else:
            out.append(children[index])
    return out
