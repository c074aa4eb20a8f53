"""What is paid back for a month: statement lines with what each follows from. Pure.

Amounts are `Decimal` and exact up to the line, where they are rounded once, half to even, to the smallest unit of the currency. Sums are
sums of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

from dsl.commitment import WHOLE, Band, BreachCredit, Credits, Money, Payment, RetainerShare
from dsl.model import Party, Retainer
from dsl.span import NOWHERE, Origin
from engine.commitment.uptime import Figure
from engine.commitment.words import band_line, breach_line, cap_line, measured, money, payment
from engine.errors import EngineError

# Minor units of ISO 4217 that are not two digits.
_NONE = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Breach:
    """A breached promise of a ticket; `tier` is the one that made it."""

    ticket: str
    metric: str
    priority: str
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """`rule` is the line of the `credits`, `because` what made it apply; `amount` is below zero for what a cap takes back. `service` is
    whose uptime pays, `tickets` whose breaches."""

    rule: str
    because: str
    amount: Money
    credits: str = ""
    service: str = ""
    tickets: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of a month and their sum."""

    lines: tuple[Line, ...]
    total: Money


def retainers(customer: Party, group: Party | None) -> tuple[Retainer, ...]:
    """What is paid when: by the customer's own lines, its group's only where it has none."""
    return customer.retainers or (group.retainers if group else ())


def retainer_on(day: date, customer: Party, group: Party | None) -> Retainer | None:
    """What is paid for the month of that day."""
    for one in retainers(customer, group):
        start, end = one.period.start, one.period.end
        if (start is None or start <= day) and (end is None or day < end):
            return one
    return None


def statement(
    credits_: Credits, retainer: Money | None, figures: Iterable[Figure], breaches: Iterable[Breach]
) -> Statement:
    """The credits of a month, None for a month without retainer. Each service's uptime pays for itself, by the lowest band that it has
    reached; a breach pays by the line that names its priority, else by the one for all. Raises EngineError for a share of no retainer.
    """
    lines = [line for one in figures if (line := _of_uptime(credits_, retainer, one))]
    found = list(breaches)
    for rule in credits_.breaches:
        mine = [one for one in found if rule_of(credits_.breaches, one) is rule]
        if mine:
            lines.append(_of_breaches(credits_.name, rule, retainer, mine))
    currency = _currency(credits_, retainer)
    total = sum((line.amount.amount for line in lines), Decimal(0))
    if credits_.cap is not None and lines:
        most = rounded(_worth(credits_.cap, retainer, 1))
        if total > most.amount:
            because = f"the lines above come to {money(Money(total, currency))}, the cap is {money(most)}"
            taken = Money(most.amount - total, currency)
            said = cap_line(credits_.cap)
            lines.append(Line(said, because, taken, credits_.name, origin=credits_.capped))
            total = most.amount
    return Statement(tuple(lines), Money(total, currency))


def _of_uptime(credits_: Credits, retainer: Money | None, figure: Figure) -> Line | None:
    band = reached(credits_.bands, figure)
    if band is None or figure.uptime is None:
        return None
    outages = "1 outage" if figure.outages == 1 else f"{figure.outages} outages"
    because = f"{measured(figure)}, {outages}"
    return Line(
        band_line(band),
        _explained(because, band.pays, retainer),
        rounded(_worth(band.pays, retainer, 1)),
        credits_.name,
        figure.service,
        origin=band.origin,
    )


def reached(bands: Sequence[Band], figure: Figure) -> Band | None:
    """The lowest band that the uptime is under."""
    ran = figure.measured - figure.down
    reached = [band for band in bands if figure.measured and ran * WHOLE < band.below * figure.measured]
    return min(reached, key=lambda band: band.below, default=None)


def rule_of(rules: Sequence[BreachCredit], breach: Breach) -> BreachCredit | None:
    """The line that pays for a breach: the one that names its priority, else the one for all."""
    mine = [one for one in rules if one.metric == breach.metric]
    named = (one for one in mine if breach.priority in one.priorities)
    return next(named, next((one for one in mine if not one.priorities), None))


def _of_breaches(
    credits_: str, rule: BreachCredit, retainer: Money | None, breaches: Sequence[Breach]
) -> Line:
    tickets = tuple(sorted(one.ticket for one in breaches))
    counted = "1 breach" if len(breaches) == 1 else f"{len(breaches)} breaches"
    because = _explained(f"{counted}: {', '.join(tickets)}", rule.pays, retainer)
    return Line(
        breach_line(rule),
        because,
        rounded(_worth(rule.pays, retainer, len(breaches))),
        credits_,
        tickets=tickets,
        origin=rule.origin,
    )


def _explained(because: str, pays: Payment, retainer: Money | None) -> str:
    return (
        f"{because}; retainer {money(retainer)}" if isinstance(pays, RetainerShare) and retainer else because
    )


def _worth(pays: Payment, retainer: Money | None, times: int) -> Money:
    """So many payments, exactly."""
    if isinstance(pays, Money):
        return Money(_EXACT.multiply(pays.amount, Decimal(times)), pays.currency)
    if retainer is None:
        raise EngineError(
            f"{payment(pays)} cannot be paid: there is no retainer for this month",
            help="let a `retainer` line of the customer or its group cover the month",
        )
    part = _EXACT.multiply(retainer.amount, Decimal(pays.share * times))
    return Money(part.scaleb(-4, _EXACT), retainer.currency)


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """The sum in each currency, by its letters: currencies are never added up."""
    found: dict[str, Decimal] = {}
    for one in amounts:
        found[one.currency] = _EXACT.add(found.get(one.currency, Decimal(0)), one.amount)
    return tuple(Money(found[currency], currency) for currency in sorted(found))


def rounded(value: Money) -> Money:
    """To the smallest unit of the currency, half to even."""
    digits = 0 if value.currency in _NONE else 3 if value.currency in _THREE else 2
    unit = Decimal(1).scaleb(-digits)
    return Money(value.amount.quantize(unit, ROUND_HALF_EVEN, _EXACT), value.currency)


def _currency(credits_: Credits, retainer: Money | None) -> str:
    paid = [*(band.pays for band in credits_.bands), *(one.pays for one in credits_.breaches)]
    amounts = [one for one in (*paid, credits_.cap, retainer) if isinstance(one, Money)]
    return amounts[0].currency if amounts else ""
