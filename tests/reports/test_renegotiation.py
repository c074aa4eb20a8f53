"""Who needs another talk: figures by hand, months that are missing, and where figures go."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.commitment import Money, Uptime
from dsl.load import load_texts
from engine.calendar.period import following, month, preceding
from engine.commitment.credits import Line
from engine.commitment.uptime import Figure
from engine.facts import Instant
from reports.compliance import Figures
from reports.correction import Closing
from reports.renegotiation import Course, course, months_to_look_at, needs_talk
from reports.reviewing import reviews
from reports.settlement import Entry, Settlement
from tests.reports.counter import NOVEMBER, OCTOBER, RULES, SEPTEMBER, Counter

BASE = """\
priorities critical
tier gold {{
  target critical resolution within 4h on always
}}
group retail {{
  tier gold
}}
customer acme {{
  group retail
}}
customer other {{
  tier gold
}}
renegotiation chronic {{
{}}}
"""
EUR = Money(Decimal(1000), "EUR")


def rules(*lines):
    loaded = load_texts("sla.rules", {"sla.rules": BASE.format("".join(f"  {line}\n" for line in lines))})
    assert loaded.ruleset is not None, loaded.diagnostics
    return loaded.ruleset


def settled(period, met=9, failed=1, paid="0", down=0, retainer=EUR, closed=True, trouble=""):
    closing = Closing(1, period, "acme", "UTC", 0, 1, 2, "r", "d", 0) if closed else None
    promise = Uptime(999_000, None, "always", False)
    entries = (Entry(Line("r", "b", Money(Decimal(paid), "EUR")), ""),) if Decimal(paid) else ()
    return Settlement(
        "acme", "Acme", period, "UTC", 0, 1, closing, retainer,
        (Figure("acme", "web", promise, 0, 1000, 1000, 1000, 1000, down, 0, 0, 0, 0),), entries,
        {"resolution": Figures(met=met, missed=failed), "response": Figures(met=10, excluded=3)}, trouble,
    )  # fmt: skip


def evidence(line, *months, customer="acme", tier="gold"):
    [talk] = needs_talk(rules(line), customer, tier, months)
    [found] = talk.evidence
    assert talk.needed is bool(found.holds)
    return found


THREE = [settled("2026-08", 9, 1), settled("2026-09", 8, 2), settled("2026-10", 9, 2)]


@pytest.mark.parametrize(
    ("line", "value", "holds"),
    [
        # 26 of 31 are 83.87 %, with the 30 met responses 56 of 61 are 91.80 %.
        ("when compliance of resolution below 83.88% over 3 months", "83.87%", True),
        ("when compliance of resolution below 83.87% over 3 months", "83.87%", False),
        ("when compliance below 91.81% over 3 months", "91.8%", True),
        ("when compliance of resolution below 81.82% per month", "81.81%", True),
        ("when breaches above 1 per month", "2", True),
        ("when breaches above 2 per month", "2", False),
        ("when breaches above 4 over 3 months", "5", True),
        ("when breaches of response above 1 over 3 months", "0", False),
        ("when uptime below 99.9% per month", "100%", False),
        ("when credits above 0.01% of retainer over 3 months", "0% of retainer", False),
    ],
)
def test_figures_are_added_up_over_the_months_of_the_line(line, value, holds):
    found = evidence(line, *THREE)
    assert (found.value, found.holds, found.so_far) == (value, holds, False)


def test_credits_are_a_share_of_the_retainers_of_these_months_or_an_amount():
    months = [settled("2026-08", paid="100"), settled("2026-09", paid="-10"), settled("2026-10", paid="211")]
    share = evidence("when credits above 10% of retainer over 3 months", *months)
    assert (share.value, share.holds) == ("10.03% of retainer", True)
    assert [said for _, said, _ in share.by_month] == [
        "10% of retainer",
        "-1% of retainer",
        "21.1% of retainer",
    ]
    amount = evidence("when credits above EUR 301 over 3 months", *months)
    assert (amount.value, amount.holds) == ("EUR 301", False)
    assert evidence("when credits above CHF 1 over 3 months", *months).value == "CHF 0"
    poor = [*months[:2], settled("2026-10", paid="5", retainer=None)]
    assert evidence("when credits above 1% of retainer over 3 months", *poor).holds is None
    assert evidence("when credits above EUR 1 over 3 months", *poor).holds is True
    assert (
        evidence("when credits above EUR 1 per month", settled("2026-10", trouble="no retainer")).holds
        is None
    )


def test_uptime_is_that_of_the_worst_service_over_all_months():
    found = evidence(
        "when uptime below 99.5% over 2 months", settled("2026-09", down=9), settled("2026-10", down=2)
    )
    assert (found.value, found.holds) == ("99.45%", True)


def test_a_month_that_is_not_known_makes_no_case_and_one_that_is_open_is_said():
    line = "when breaches above 1 over 3 months"
    assert evidence(line, None, *THREE[1:]).holds is None
    assert evidence(line, *THREE[1:]).holds is None
    found = evidence(line, *THREE[:2], settled("2026-10", closed=False))
    assert (found.holds, found.so_far) == (True, True)


def test_it_concerns_whom_any_line_names():
    when = "when breaches above 1 per month"
    for named, whose in (
        ("for customer acme", {"acme"}),
        ("for group retail", {"acme"}),
        ("for tier gold", {"acme", "other"}),
        ("", {"acme", "other"}),
    ):
        found = rules(*filter(None, (named, when)))
        assert {name for name in ("acme", "other") if needs_talk(found, name, "gold", THREE)} == whose
    assert needs_talk(rules("for tier gold", when), "acme", "silver", THREE) == ()


def test_any_line_is_reason_enough():
    [talk] = needs_talk(
        rules("when breaches above 99 per month", "when breaches of resolution above 1 per month"),
        "acme",
        "",
        THREE,
    )
    assert talk.needed and [one.holds for one in talk.evidence] == [False, True]


@pytest.mark.parametrize(
    ("points", "rising", "expected"),
    [
        ([90, 80, 70], True, Course.WORSE),
        ([70, 80, 90], True, Course.BETTER),
        ([1, 2, 9], False, Course.WORSE),
        ([90, 50, 90], True, Course.STEADY),
        ([0, 0, 0], False, Course.STEADY),
        ([90, 80], True, Course.UNKNOWN),
        ([90, None, 80, None], True, Course.UNKNOWN),
        ([90, None, 80, 70], True, Course.WORSE),
    ],
)
def test_where_a_figure_goes(points, rising, expected):
    fractions = [None if point is None else Fraction(point) for point in points]
    assert course(fractions, rising_is_better=rising) is expected


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=6))
def test_backwards_it_goes_the_other_way(points):
    other = {Course.BETTER: Course.WORSE, Course.WORSE: Course.BETTER, Course.STEADY: Course.STEADY}
    there = course([Fraction(point) for point in points], rising_is_better=True)
    back = course([Fraction(point) for point in reversed(points)], rising_is_better=True)
    assert back is other[there]


def test_months_go_back_over_the_year():
    found = [
        one.name for one in months_to_look_at(rules("when breaches above 1 over 14 months"), month("2026-02"))
    ]
    assert (len(found), found[0], found[-2:]) == (14, "2025-01", ["2026-01", "2026-02"])
    assert all(following(preceding(month(name))) == month(name) for name in found)


def test_closed_months_of_a_store_and_one_that_is_not(store, site):
    text = RULES + "renegotiation chronic {\n  when breaches of resolution above 2 over 2 months\n}\n"
    counter = Counter(store, site, text)
    counter.breach("T-1", "2026-09-05")
    counter.breach("T-2", "2026-10-05")
    counter.breach("T-3", "2026-10-06")
    counter.pass_to("2026-11-02 12:00")

    def looked(period):
        found = reviews(store, counter.graph, Instant(counter.now), period, ["acme", "hooli"])
        return {name: talks[0].evidence[0] for name, talks in found.items()}

    open_ = looked(OCTOBER)["acme"]
    assert (open_.value, open_.holds, open_.so_far) == ("3", True, True)
    counter.close(SEPTEMBER)
    counter.close(OCTOBER)
    closed = looked(OCTOBER)
    assert (closed["acme"].value, closed["acme"].so_far) == ("3", False)
    assert [(period, count) for period, _, count in closed["acme"].by_month][-2:] == [
        ("2026-09", 1),
        ("2026-10", 2),
    ]
    assert (closed["hooli"].value, closed["hooli"].holds) == ("0", False)
    so_far = looked(NOVEMBER)["acme"]
    assert (so_far.value, so_far.so_far) == ("2", True)
