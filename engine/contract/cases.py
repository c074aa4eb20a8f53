"""The finite decision space of conditions: tickets that stand for all tickets, as far as some conditions can tell them apart.

Of each field those values are taken that its tests mention, what lies beside them, and the missing one; values that no test
tells apart are one. What the production's own predicates say of these tickets they say of every ticket. Two patterns for one
field are the exception: the texts that are tried for them come from the patterns' alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from dsl.condition import Compare, Condition, Matches, OneOf, StatusClass, StatusIs, Value
from dsl.condition_text import tests_of
from dsl.model import RuleSet
from engine.contract.sample_text import samples
from engine.predicate import Situation, as_text, compile_condition

MOST = 20_000
"""Past so many the space counts as not known."""

_PARTIES = frozenset({"customer", "group"})
_TAGS = 5
_OTHER = "something else"

Simple = Compare | OneOf | Matches | StatusIs


@dataclass(frozen=True, slots=True)
class Case:
    """Fields of a ticket beside priority, customer and group, and the class of its status."""

    fields: tuple[tuple[str, Value], ...]
    status_class: StatusClass

    def situation(self, priority: str, customer: str, group: str) -> Situation:
        """The ticket, of that priority and these declared names ("" for none)."""
        return Situation({**dict(self.fields), "priority": priority}, self.status_class, customer, group)


PLAIN = Case((), StatusClass.WORKING)
"""The ticket of which nothing special is known."""


def cases_of(
    conditions: Iterable[Condition], rules: RuleSet, free: frozenset[str] = frozenset()
) -> tuple[Case, ...] | None:
    """Every kind of ticket that the conditions can tell apart, the plainest first; None where there are too many. `free` are those of
    `customer` and `group` that may be any text."""
    fixed = {"priority", *_PARTIES} - free
    by_field: dict[str, dict[Simple, None]] = {}
    for condition in conditions:
        for test in tests_of(condition):
            field = "status" if isinstance(test, StatusIs) else test.field
            if field not in fixed:
                by_field.setdefault(field, {})[test] = None
    choices: list[list[Case]] = []
    size = 1
    for field, tests in by_field.items():
        candidates = _statuses(tests, rules) if field == "status" else _values(field, tests)
        choices.append(_told_apart(candidates, tests))
        size *= len(choices[-1])
        if size > MOST:
            return None
    return tuple(map(_joined, product(*choices)))


def _joined(parts: tuple[Case, ...]) -> Case:
    fields = tuple(pair for part in parts for pair in part.fields)
    kinds = [part.status_class for part in parts if part.status_class is not StatusClass.WORKING]
    return Case(fields, kinds[0] if kinds else StatusClass.WORKING)


def _told_apart(candidates: Iterable[Case], tests: Iterable[Simple]) -> list[Case]:
    """The first candidate of each kind that the tests can tell from the others."""
    asked = [compile_condition(test) for test in tests]
    kinds: dict[tuple[bool, ...], Case] = {}
    for case in candidates:
        said = dict(case.fields)
        situation = case.situation("", as_text(said.get("customer")), as_text(said.get("group")))
        kinds.setdefault(tuple(test(situation) for test in asked), case)
    return list(kinds.values())


def _values(field: str, tests: Iterable[Simple]) -> Iterator[Case]:
    yield PLAIN
    for value in _mentioned(field, tests):
        yield Case(((field, value),), StatusClass.WORKING)


def _mentioned(field: str, tests: Iterable[Simple]) -> Iterator[Value]:
    """The constants of the tests and what lies beside them."""
    constants = dict.fromkeys(value for test in tests for value in _constants(test))
    numbers = [value for value in constants if isinstance(value, int) and not isinstance(value, bool)]
    texts = [value for value in constants if isinstance(value, str)]
    if any(isinstance(value, bool) for value in constants):
        yield True
    yield from (number + step for number in numbers for step in (0, 1, -1))
    yield from texts
    if field == "tags":
        for count in range(2, min(len(texts), _TAGS) + 1):
            yield from (" ".join(chosen) for chosen in combinations(texts[:_TAGS], count))
    yield _OTHER


def _constants(test: Simple) -> Iterable[Value]:
    match test:
        case Compare(_, _, value):
            return (value,)
        case OneOf(_, values):
            return values
        case Matches(_, pattern):
            return samples(pattern)
        case StatusIs():
            return ()


def _statuses(tests: Iterable[Simple], rules: RuleSet) -> Iterator[Case]:
    """Tickets with each status, and with each class that an event brings about without one."""
    yield PLAIN
    for folded, status_class in rules.statuses.items():
        yield Case((("status", rules.status_names.get(folded, folded)),), status_class)
    for value in _mentioned("status", tests):
        yield Case((("status", value),), rules.statuses.get(str(value).casefold(), StatusClass.WORKING))
    for status_class in StatusClass:
        yield Case((), status_class)
