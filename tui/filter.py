"""The filter language: words and `field:value` terms, parsed to a value, compiled to a pure predicate.

A term that cannot be understood is an error with a place and a remedy, never a term that is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dsl.suggest import nearest
from engine.snapshot import Row
from tui.standing import STANDINGS, standing

T = TypeVar("T")
Test = Callable[[T, int], bool]
Predicate = Test[Row]

TEXT_FIELDS = (
    "ticket",
    "customer",
    "group",
    "tier",
    "priority",
    "status",
    "assignee",
    "queue",
    "team",
    "tag",
    "metric",
    "subject",
    "step",
)
FLAGS = ("acknowledged", "snoozed", "flagged", "escalated", "unassigned")
EXAMPLE = "customer:acme tier:gold due:<30m state:breached !queue:spam"


@dataclass(frozen=True, slots=True)
class Words:
    """What can be asked of some kind of rows: fields of text, fields of time, and fields that have a few values."""

    text: tuple[str, ...]
    times: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    example: str

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.text, *self.choices, *self.times)


TICKETS = Words(TEXT_FIELDS, ("due", "over", "age"), {"state": STANDINGS, "is": FLAGS}, EXAMPLE)
"""What can be asked of tickets."""

_TERM = re.compile(r'(?P<not>[!-])?(?:(?P<field>[A-Za-z_][\w-]*):)?(?P<value>"(?:[^"\\]|\\.)*"|"|[^\s"]*)')
_SPAN = re.compile(r"(?P<op><=|>=|<|>)?(?P<parts>(?:\d+[smhdw])+)")
_PART = re.compile(r"(\d+)([smhdw])")
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `field` "" is a word looked for in every text of the row. `seconds` and `op` of time fields."""

    field: str
    value: str
    negated: bool = False
    op: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """All terms must hold; terms of one text field that are not negated are alternatives."""

    terms: tuple[Term, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether time alone can change what it lets through."""
        return any(term.field in {"due", "over", "age", "state", "is"} for term in self.terms)


@dataclass(frozen=True, slots=True)
class BadFilter:
    """What is wrong with a filter, at which character (from 0), and what to do."""

    message: str
    help: str
    at: int


def parse(text: str, words: Words = TICKETS) -> Filter | BadFilter:
    """Read a filter as typed, over rows of which `words` can be asked."""
    terms: list[Term] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TERM.match(text, at)
        assert match is not None  # every part of the pattern is optional
        term = _term(match, words)
        if isinstance(term, BadFilter):
            return term
        terms.append(term)
        at = match.end()
        if at < len(text) and not text[at].isspace():
            return BadFilter(
                "a quote in the middle of a word", 'put the whole value in quotes: customer:"A B"', at
            )
    return Filter(tuple(terms))


def _term(match: re.Match[str], words: Words) -> Term | BadFilter:
    at = match.start()
    value = match["value"]
    field = (match["field"] or "").lower()
    negated = bool(match["not"])
    if value == '"':
        return BadFilter("a quote is not closed", 'end the value with "', match.start("value"))
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if not value and field in words.text and match["value"]:
        return Term(field, "", negated)  # written as "": the field is empty
    if not value and field:
        return BadFilter(f"nothing after {field}:", f'say {field}:VALUE, or {field}:"" for none', match.end())
    if not value:
        return BadFilter("an empty term", f"try {words.example}", at)
    if not field:
        return Term("", value.casefold(), negated)
    if field not in words.fields:
        close = nearest(field, words.fields)
        names = " ".join(f"{name}:" for name in words.fields)
        known = f"did you mean {close}:?" if close else f"known: {names}"
        return BadFilter(
            f"no field is called {field}", f'{known} (a word with a colon goes in quotes: "{field}:…")', at
        )
    if field in words.times:
        return _time(field, value, negated, match.start("value"))
    if field in words.choices:
        return _choice(field, value, negated, words.choices[field], match.start("value"))
    return Term(field, value.casefold(), negated)


def _time(field: str, value: str, negated: bool, at: int) -> Term | BadFilter:
    match = _SPAN.fullmatch(value.lower())
    if match is None:
        return BadFilter(
            f"{value} is not a length of time",
            f"write {field}:<30m, {field}:>2h or {field}:<1d12h (s m h d w)",
            at,
        )
    seconds = sum(int(count) * _UNIT[unit] for count, unit in _PART.findall(match["parts"]))
    return Term(field, value.lower(), negated, match["op"] or "<", seconds)


def _choice(field: str, value: str, negated: bool, known: tuple[str, ...], at: int) -> Term | BadFilter:
    word = value.casefold().replace("-", " ")
    hits = [name for name in known if name == word] or [name for name in known if name.startswith(word)]
    if len(hits) == 1:
        return Term(field, hits[0], negated)
    return BadFilter(
        f"{value} is no {'flag' if field == 'is' else field}",
        f"one of: {', '.join(name.replace(' ', '-') for name in known)}",
        at,
    )


def compile_filter(wanted: Filter) -> Predicate | None:
    """A pure predicate of a row and `now`; None where everything passes."""
    return compile_terms(wanted, TEXT_FIELDS, _positive, _any_of)


def compile_terms(
    wanted: Filter,
    text: Collection[str],
    positive: Callable[[Term], Test[T]],
    any_of: Callable[[str, tuple[str, ...]], Test[T]],
) -> Test[T] | None:
    """The predicate of a filter: `positive` tests one term as if it were not negated, `any_of` a field of text for several
    values. None where everything passes.
    """
    alternatives: dict[str, list[str]] = {}
    tests: list[Test[T]] = []
    for term in wanted.terms:
        if term.field in text and not term.negated:
            alternatives.setdefault(term.field, []).append(term.value)
        else:
            tests.append(_not(positive(term)) if term.negated else positive(term))
    for field, values in alternatives.items():
        tests.append(any_of(field, tuple(values)))
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda row, now: all(test(row, now) for test in tests)


def _not(test: Test[T]) -> Test[T]:
    return lambda row, now: not test(row, now)


def _positive(term: Term) -> Predicate:
    field, value = term.field, term.value
    if field == "":
        return lambda row, _: value in _words(row)
    if field == "state":
        return lambda row, now: standing(row, now) == value
    if field == "is":
        return _flag(value)
    if field in {"due", "over", "age"}:
        return lambda row, now: compares(_length(field, row, now), term)
    return _any_of(field, (value,))


def _any_of(field: str, values: tuple[str, ...]) -> Predicate:
    if field == "tag":
        return lambda row, _: any(
            (value in row.tags.casefold().split()) if value else not row.tags for value in values
        )
    return lambda row, _: any(holds(value, getattr(row, field)) for value in values)


def holds(value: str, text: str) -> bool:
    """Whether a field's text has `value` in it; "" asks for an empty one."""
    return value in text.casefold() if value else not text


def _words(row: Row) -> str:
    return "\n".join(
        (
            row.ticket,
            row.subject,
            row.customer,
            row.tier,
            row.priority,
            row.status,
            row.assignee,
            row.queue,
            row.tags,
            row.step,
        )
    ).casefold()


def _flag(value: str) -> Predicate:
    if value == "acknowledged":
        return lambda row, _: row.acknowledged_at is not None
    if value == "snoozed":
        return lambda row, now: row.snoozed_until is not None and row.snoozed_until > now
    if value == "flagged":
        return lambda row, _: row.flagged
    if value == "escalated":
        return lambda row, _: bool(row.step)
    return lambda row, _: not row.assignee


def _length(field: str, row: Row, now: int) -> int | None:
    if field == "age":
        return now - row.opened
    if row.due is None:
        return None
    if field == "over":
        return now - row.due if now > row.due else None
    return row.due - now


def compares(length: int | None, term: Term) -> bool:
    """Whether a length of time in seconds passes a term like `due:<30m`; one that is not there never does."""
    if length is None:
        return False
    if length == term.seconds:
        return term.op.endswith("=")
    return length < term.seconds if term.op[0] == "<" else length > term.seconds
