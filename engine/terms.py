"""Terms: what was promised for a ticket when it opened, as a value that many tickets share.

Terms name calendars and pauses but do not contain them: those are live. They are addressed by their content;
the places in rule files take no part in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Protocol

from dsl.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Matches,
    Not,
    OneOf,
    StatusClass,
    StatusIs,
)
from dsl.model import Amount, BusinessDays, Reopen, Seconds
from engine.canonical import decode, digest_of, encode


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """One promise. `calendar` is always a name (never ""); `decided_by` says the scope in words
    ("tier gold", "override peak-freeze of customer acme"); `rule` is the line as written;
    `where` is file:line at the time of pinning; `lender` the override that names the calendar, with its line,
    where that is another one than decides.
    """

    priorities: tuple[str, ...]
    metric: str
    amount: Amount
    repeats: bool
    calendar: str
    when: Condition | None
    decided_by: str
    rule: str
    where: str = field(default="", compare=False)
    lender: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """`targets` stand in order of precedence: the first whose priority, metric and condition fit decides."""

    tier: str
    reopen: Reopen
    targets: tuple[PinnedTarget, ...]
    rules: str = field(default="", compare=False)  # digest of the rule set that made them


_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(Terms, PinnedTarget, Seconds, BusinessDays, Reopen, StatusClass, Comparison),
        *(Compare, OneOf, Matches, StatusIs, Not, AllOf, AnyOf),
    )
}


class Promises(Protocol):
    """What knows the terms of every customer: a graph."""

    def terms(self, customer: str, at: int) -> Terms | None: ...


def resolve(graph: Promises, customer: str, at: int) -> Terms | None:
    """What is promised to whoever a ticket calls `customer` for a ticket opened at `at`; None if nothing is."""
    return graph.terms(customer, at)


def digest(terms: Terms) -> str:
    """The content's address (hex SHA-256): equal terms have the same, wherever their rules stood."""
    return digest_of(terms)


def to_json(terms: Terms) -> str:
    """The terms as text that `from_json` reads."""
    return json.dumps(encode(terms), ensure_ascii=True, separators=(",", ":"))


def from_json(text: str) -> Terms:
    """Terms from the text of `to_json`. Raises ValueError for any other text."""
    terms = decode(json.loads(text), _KINDS)
    if not isinstance(terms, Terms):
        raise ValueError("this text holds no terms")
    return terms
