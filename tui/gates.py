"""Gates of a plan: limits that a change of the rules must keep to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from dsl.commitment import Money
from dsl.verdict import counted
from tui.plain import plain

if TYPE_CHECKING:
    from engine.contract.impact_credits import Owed

_MONEY = re.compile(r"([A-Z]{3}) *([0-9]{1,12}(?:\.[0-9]{1,4})?)")


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit, what was found, and whether it holds."""

    name: str
    limit: int | str
    found: int | str
    holds: bool


class MoneyParam(click.ParamType[Money]):
    """A currency and an amount as in the rules, `EUR 500`; nothing is an amount too."""

    name = "money"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Money:
        if isinstance(value, Money):
            return value
        found = _MONEY.fullmatch(str(value).strip())
        if found is None:
            self.fail(f'{plain(value, 60)!r} is no amount of money. Write it like "EUR 500".', param, ctx)
        return Money(Decimal(found[2]), found[1])


def breaches_gate(limit: int, found: int) -> Gate:
    """No more new breaches than so many."""
    return Gate("max-new-breaches", limit, found, found <= limit)


def credit_gates(limits: Iterable[Money], owed: Owed) -> Iterator[Gate]:
    """In each currency that is named no more than so much, in no other one more at all, and every month settled."""
    from engine.commitment.words import money

    name = "max-credit-delta"
    named = list(limits)
    more = {one.currency: one for one in owed.difference}
    for limit in named:
        found = more.get(limit.currency, Money(Decimal(0), limit.currency))
        yield Gate(name, money(limit), money(found), found.amount <= limit.amount)
    for currency in more.keys() - {limit.currency for limit in named}:
        if more[currency].amount > 0:
            nothing = money(Money(Decimal(0), currency))
            yield Gate(name, nothing, money(more[currency]), holds=False)
    if owed.unsettled:
        found_words = f"{counted(len(owed.unsettled), 'month')} cannot be settled"
        yield Gate(name, ", ".join(map(money, named)), found_words, holds=False)
