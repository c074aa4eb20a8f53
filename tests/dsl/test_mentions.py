"""The walk over names, held against the grammar: wherever a name can stand, it is known what it is the name of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lark import Lark, Token, Tree

from dsl import syntax
from dsl.cut import cut
from dsl.load import load_texts
from dsl.mentions import mentions
from dsl.parse import grammar, parse
from tests.dsl.every_reference import EVERY_REFERENCE

OWN = {"ticket"}
"""Rules whose first name is known in one declaration only."""


def _aliased() -> str:
    """The grammar with the rule in each alias: several rules share one."""
    lines, rule = [], ""
    for line in grammar().split("\n"):
        rule = head[1] if (head := re.match(r"[?]?([a-z_]+)(?:\{\w+\})?:", line)) else rule
        lines.append(re.sub(r"-> (\w+)", rf"-> {rule}__\1", line))
    return "\n".join(lines)


LARK = Lark(_aliased(), parser="lalr", lexer="contextual", maybe_placeholders=True)


def _wanted() -> Counter[str]:
    """How many parts with a name each rule can have at once."""
    bearing = {"NAME"}
    while (
        more := {
            rule.origin.name for rule in LARK.rules if any(one.name in bearing for one in rule.expansion)
        }
        - bearing
    ):
        bearing |= more
    out: Counter[str] = Counter()
    for rule in LARK.rules:
        number = sum(one.name in bearing for one in rule.expansion)
        inlined = rule.origin.name.startswith("_") or (
            rule.options.expand1 and not rule.alias and len(rule.expansion) == 1
        )
        if number and not inlined:
            key = rule.alias or rule.origin.name
            out[key] = max(out[key], number)
    return out


def _names(node: object) -> Iterator[Token]:
    if isinstance(node, Tree):
        yield from node.scan_values(lambda one: isinstance(one, Token) and one.type == "NAME")
    elif isinstance(node, Token) and node.type == "NAME":
        yield node


def test_every_place_for_a_name_stands_in_the_site():
    assert not [
        one
        for one in load_texts("sla.rules", {"sla.rules": EVERY_REFERENCE}).diagnostics
        if one.code[0] == "E"
    ]
    seen: Counter[str] = Counter()
    for chunk in cut(EVERY_REFERENCE).texts:
        for tree in LARK.parse(chunk).iter_subtrees():
            seen[tree.data] = max(seen[tree.data], sum(any(_names(child)) for child in tree.children))
    wanted = _wanted()
    assert len(wanted) > 50
    assert {key: number for key, number in wanted.items() if seen[key] < number} == {}


def test_whatever_is_a_name_is_mentioned():
    missing = []
    for chunk in cut(EVERY_REFERENCE).texts:
        tree = parse(chunk)
        assert isinstance(tree, syntax.Declaration)
        known = {(one.start, one.end) for one in mentions(tree)}
        for node in LARK.parse(chunk).iter_subtrees():
            first = [child for child in node.children if isinstance(child, Token) and child.type == "NAME"]
            for token in first[node.data in OWN :]:
                if (token.start_pos, token.end_pos) not in known and token not in ("true", "false"):
                    missing.append((node.data, str(token), chunk.split("\n")[token.line - 1]))
    assert missing == []
