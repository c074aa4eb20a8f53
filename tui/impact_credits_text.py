"""What a change of the rules does to credits, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dsl.commitment import Money
from engine.commitment.words import money
from tui.plain import plain

if TYPE_CHECKING:
    from engine.commitment.settlement import Settled
    from engine.contract.impact_credits import Month, Owed

HEADER = ("customer", "month", "before", "after", "difference")
ROWS = 40


def record_of(owed: Owed, *, outages: bool) -> dict[str, Any]:
    """The documented JSON object; `outages` says whether any could be known."""
    return {
        "before": _amounts(owed.before),
        "after": _amounts(owed.after),
        "difference": _amounts(owed.difference),
        "outages_known": outages,
        "months": [
            {
                "customer": one.customer,
                "month": one.name,
                "running": one.running,
                "before": _settled(one.before),
                "after": _settled(one.after),
                "difference": _amounts(one.difference),
            }
            for one in owed.months
        ],
        "unsettled": list(owed.unsettled),
    }


def _settled(settled: Settled) -> dict[str, Any]:
    return {
        "total": _amounts(settled.credits),
        "lines": [
            {"rule": line.rule, "because": line.because, **_amount(line.amount)} for line in settled.lines
        ],
    }


def _amounts(amounts: Iterable[Money]) -> list[dict[str, str]]:
    return [_amount(one) for one in amounts]


def _amount(one: Money) -> dict[str, str]:
    return {"currency": one.currency, "amount": f"{one.amount:f}"}


def sums(owed: Owed) -> str:
    """What both sides pay in all and how much that is more, a clause for each currency."""
    sides = [{one.currency: one for one in side} for side in (owed.before, owed.after, owed.difference)]
    currencies = sorted({*sides[0], *sides[1]})
    if not currencies:
        return "nothing is paid that the change may touch"
    texts = []
    for currency in currencies:
        before, after, more = (side.get(currency) for side in sides)
        change = f"{_signed(more)}" if more else "no difference"
        texts.append(
            f"{money(before) if before else 'nothing'} before, {money(after) if after else 'nothing'} after: {change}"
        )
    return "; ".join(texts)


def rows(owed: Owed, *, verbose: bool) -> tuple[list[tuple[str, ...]], int]:
    """The months of the table, by default those that differ and no more than `ROWS` of them, the largest differences first; and how
    many of these were left out."""
    differing = [one for one in owed.months if one.difference]
    chosen = list(owed.months) if verbose else sorted(differing, key=_largest)[:ROWS]
    found: list[tuple[str, ...]] = [
        (
            one.customer,
            f"{one.name} so far" if one.running else one.name,
            _all(one.before.credits),
            _all(one.after.credits),
            ", ".join(map(_signed, one.difference)) or "-",
        )
        for one in chosen
    ]
    return found, 0 if verbose else len(differing) - len(chosen)


def statements(owed: Owed) -> Iterator[str]:
    """What each month of the table follows from, a line each."""
    for one in owed.months:
        for words, settled in (("before", one.before), ("after", one.after)):
            for line in settled.lines:
                yield f"{one.customer} {one.name} {words}: {line.rule}: {plain(line.because, 2000)}: {money(line.amount)}"


def _largest(one: Month) -> tuple[object, ...]:
    return (-max(abs(money.amount) for money in one.difference), one.customer, one.name)


def _all(amounts: Sequence[Money]) -> str:
    return ", ".join(map(money, amounts)) or "-"


def _signed(one: Money) -> str:
    words = money(one)
    return words if one.amount < 0 else words.replace(" ", " +", 1)
