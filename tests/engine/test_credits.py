"""Credits by hand: bands, breaches, caps, and rounding once at the line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.commitment import Band, BreachCredit, Credits, Money, RetainerShare, Uptime
from dsl.load import load_texts
from engine.commitment.credits import Breach, retainer_on, rounded, statement
from engine.commitment.uptime import Figure
from engine.errors import EngineError
from tests.dsl.commitment_site import BASE

RULES = load_texts("sla.rules", {"sla.rules": BASE}).ruleset
STANDARD = RULES.credits["standard"]
RETAINER = Money(Decimal("12000.00"), "EUR")


def figure(down, measured=1_000_000, service="web"):
    promise = Uptime(999_500, None, "always", True)
    return Figure("acme", service, promise, 0, measured, measured, measured, measured, down, 0, 0, 2, 0)


def amounts(found):
    return [line.amount.amount for line in found.lines]


@pytest.mark.parametrize(
    ("down", "paid"),
    [(0, []), (500, []), (501, [600]), (5000, [600]), (5001, [1260]), (1_000_000, [1260])],
)
def test_the_lowest_band_that_is_reached_pays(down, paid):
    found = statement(STANDARD, RETAINER, [figure(down)], [])
    assert amounts(found) == paid
    assert found.total == Money(Decimal(sum(paid)), "EUR")


def test_a_line_says_what_it_follows_from():
    [line] = statement(STANDARD, RETAINER, [figure(501)], []).lines
    assert line.rule == "uptime below 99.95% pays 5% of retainer"
    assert line.because == (
        "web: 99.9499% of 99.95% per month on always excluding maintenance, 8m21s of 277h46m40s down, 2 outages"
        "; retainer EUR 12000"
    )


def test_what_was_not_measured_pays_nothing():
    assert statement(STANDARD, RETAINER, [figure(0, measured=0)], []).lines == ()


def test_a_breach_is_paid_once_by_the_line_that_names_its_priority():
    eur = [Money(Decimal(amount), "EUR") for amount in (10, 250)]
    credits_ = Credits(
        *("c", "c", ()),
        (BreachCredit("resolution", (), eur[0]), BreachCredit("resolution", ("critical", "high"), eur[1])),
        None,
    )
    breaches = [
        Breach("T-2", "resolution", "high"),
        Breach("T-1", "resolution", "critical"),
        Breach("T-3", "resolution", "low"),
        Breach("T-4", "response", "critical"),
    ]
    found = statement(credits_, None, [], breaches)
    assert [(line.because, line.amount.amount) for line in found.lines] == [
        ("1 breach: T-3", 10),
        ("2 breaches: T-1, T-2", 500),
    ]
    assert found.lines[1].rule == "breach of resolution for critical, high pays EUR 250 each"
    assert found.total.amount == 510


def test_a_cap_takes_back_what_is_above_it():
    breaches = [Breach(f"T-{number}", "resolution", "critical") for number in range(12)]
    found = statement(STANDARD, RETAINER, [figure(5001), figure(0, service="mail")], breaches)
    assert amounts(found) == [1260, 3000, -660]
    assert found.lines[-1].rule == "cap 30% of retainer per month"
    assert found.lines[-1].because == "the lines above come to EUR 4260, the cap is EUR 3600"
    assert found.total.amount == sum(amounts(found)) == 3600
    assert len(statement(STANDARD, RETAINER, [], breaches).lines) == 1, "3000 is under the cap"


def test_a_share_of_no_retainer_is_an_error_and_not_nothing():
    with pytest.raises(EngineError, match="no retainer for this month"):
        statement(STANDARD, None, [figure(501)], [])
    assert statement(STANDARD, None, [figure(0)], []).lines == ()


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.025", "EUR", "0.02"),
        ("0.075", "EUR", "0.08"),
        ("0.0250000001", "EUR", "0.03"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
        ("1.0005", "KWD", "1.000"),
    ],
)
def test_half_goes_to_even_in_the_smallest_unit(amount, currency, expected):
    assert str(rounded(Money(Decimal(amount), currency)).amount) == expected


@given(
    cents=st.integers(1, 10**12),
    share=st.integers(1, 10_000),
    times=st.integers(1, 500),
)
def test_a_line_is_rounded_once_from_the_exact_amount(cents, share, times):
    credits_ = Credits("c", "c", (), (BreachCredit("response", (), RetainerShare(share)),), None)
    retainer = Money(Decimal(cents) / 100, "EUR")
    breaches = [Breach(str(number), "response", "low") for number in range(times)]
    [line] = statement(credits_, retainer, [], breaches).lines
    exact = Fraction(cents * share * times, 10_000)  # in cents; `round` of a fraction is half to even
    assert Fraction(line.amount.amount) * 100 == round(exact)


def test_bands_are_compared_exactly():
    band = Band(333_333, Money(Decimal(1), "EUR"))
    third = statement(Credits("c", "c", (band,), (), None), None, [figure(2, measured=3)], [])
    assert third.lines == (), "a third is more than 33.3333%"


def test_the_retainer_is_that_of_the_month():
    acme, hooli = RULES.customers["acme"], RULES.customers["hooli"]
    assert retainer_on(date(2026, 12, 1), acme, None).money.amount == 12_000
    assert retainer_on(date(2027, 1, 1), acme, None).money.amount == 13_000
    assert retainer_on(date(2025, 12, 1), acme, RULES.groups["retail"]) is None
    assert retainer_on(date(2026, 12, 1), hooli, RULES.groups["retail"]).money.amount == 100
