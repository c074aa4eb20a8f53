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
_Match = Callable[[str, int], "re.Match[str] | None"]
_Children = list[Any]


class _Reduce(NamedTuple):
    """A rule that is complete: `make` gets its children, or as arguments what `pick` takes of them."""

    size: int
    origin: str
    pick: Callable[[_Children], Any] | None
    make: Callable[..., Any]


class _Goto(NamedTuple):
    """Where to go with a node that nothing but rules of one child can follow: they are complete at once."""

    state: int
    rules: list[_Reduce]


class Tables:
    """What Lark made of a grammar, and an object with a method for each rule that makes a node; a rule whose name begins with `_`
    is a part of those that use it. Raises KeyError for a rule without a method and for terminals that are more than an expression."""

    __slots__ = ("_end", "_lexers", "_match", "_rows", "_start")

    def __init__(self, lark: Any, build: object) -> None:  # noqa: ANN401 - what it is made of has no public types
        table = lark.parser.parser.parser.parse_table
        (self._start,) = table.start_states.values()
        (self._end,) = table.end_states.values()
        made: dict[Any, _Reduce] = {}
        self._rows: dict[int, dict[str, Any]] = {
            state: {name: _entry(action, given, build, made) for name, (action, given) in row.items()}
            for state, row in table.states.items()
        }
        alone = {state: row for state, row in self._rows.items() if _is_one_rule_of_one_child(row)}
        for row in self._rows.values():
            for name, entry in row.items():
                if entry in alone and not name.isupper():
                    row[name] = _followed(entry, row, alone)
        self._lexers = lark.parser.lexer.lexers
        self._match: dict[int, _Match] = {}

    def run(self, text: str) -> Any:  # noqa: ANN401 - whatever the rules build
        """The tree of a text; None where it has a fault."""
        rows, matchers, says, new = self._rows, self._match, SAYS, tuple.__new__
        state = self._start
        row = rows[state]
        states: list[int] = [state]
        values: _Children = []
        at = 0
        while True:
            found = (matchers.get(state) or self._matcher(state))(text, at)
            if found is None:
                return None
            kind = found.lastgroup or END
            while True:
                entry = row.get(kind)
                if entry.__class__ is int:
                    state = entry
                    row = rows[state]
                    states.append(state)
                    if kind[0] == "_":  # Lark drops what is named so
                        at = found.end()
                        values.append(None)
                        break
                    begin, at = found.span(kind)
                    said = text[begin:at]
                    if kind in says:
                        said = says[kind](said)
                    values.append(new(Word, (said, begin, at)))
                    break
                if entry is None:
                    return None
                size, origin, pick, make = entry
                children = values[-size:]
                del states[-size:], values[-size:]
                value = make(children) if pick is None else make(*pick(children))
                state = rows[states[-1]][origin]
                if state.__class__ is not int:
                    state, rules = state
                    for _, _, pick, make in rules:
                        value = make([value]) if pick is None else make(value)
                if state == self._end:
                    return value if kind is END else None
                states.append(state)
                values.append(value)
                row = rows[state]

    def _matcher(self, state: int) -> _Match:
        """What reads the next terminal in a state, with the white space and the comment before it; no group is the end of the text."""
        lexer = self._lexers[state]
        patterns = {one.name: one.pattern.to_regexp() for one in lexer.terminals}
        for fixed in (one for one in lexer.terminals if one.pattern.type == "str"):
            if any(
                re.fullmatch(other, fixed.pattern.value)
                for name, other in patterns.items()
                if name != fixed.name
            ):
                raise KeyError(fixed.name)  # Lark tells it from the other by what it has read
        white, comment = (patterns.pop(name, "(?!)") for name in _PASSED_OVER)
        wanted = "|".join([*(f"(?P<{name}>{pattern})" for name, pattern in patterns.items()), r"\Z"])
        # A comment ends where its line does: it must not give back what could be a terminal.
        expression = re.compile(rf"(?:{white})?(?:{comment}(?![^\n]))?(?:{wanted})")
        found = self._match[state] = expression.match
        return found


def _entry(action: Any, given: Any, build: object, made: dict[Any, _Reduce]) -> int | _Reduce:  # noqa: ANN401
    """The state to go to, or the rule that is complete."""
    if action.name == "Shift":
        return int(given)
    if given not in made:
        made[given] = _Reduce(len(given.expansion), given.origin.name, *_made_by(given, build))
    return made[given]


def _is_one_rule_of_one_child(row: dict[str, Any]) -> bool:
    entries = set(map(id, row.values()))
    return len(entries) == 1 and all(isinstance(one, _Reduce) and one.size == 1 for one in row.values())


def _followed(state: int, row: dict[str, Any], alone: dict[int, dict[str, _Reduce]]) -> _Goto:
    """The state after all rules of one child that follow a node, from the row of the state before it."""
    rules: list[_Reduce] = []
    while state in alone:
        (rule, *_) = alone[state].values()
        rules.append(rule)
        following = row[rule.origin]
        if isinstance(following, _Goto):
            return _Goto(following.state, rules + following.rules)
        state = following
    return _Goto(state, rules)


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
