"""A closed month keeps what it came to; what turns out otherwise is a line of the next, and the sum is that of full knowledge."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.commitment.days import Known, strip
from engine.facts import Instant
from reports.closing import UnsettledError
from reports.composing import compose, history
from reports.making import make
from reports.statement import BREACHES, Scope
from tests.reports.counter import DECEMBER, NOVEMBER, OCTOBER, RULES, SEPTEMBER, Counter, credits_, lines

BREACH = "breach of resolution for critical pays EUR 250 each"
LOW, LOWER = "uptime below 99.9% pays 5% of retainer", "uptime below 99.5% pays 10% of retainer"


@pytest.fixture
def counter(store, site):
    """Acme's October: T-1 and T-2 breached, web down for an hour (99.8656 % of 31 days and an hour)."""
    found = Counter(store, site)
    found.breach("T-1", "2026-10-05")
    found.breach("T-2", "2026-10-06")
    found.breach("H-1", "2026-10-06", "hooli", "low")
    found.outage("2026-10-07 10:00", "2026-10-07 11:00")
    found.pass_to("2026-11-02 12:00")
    return found


OWED = [("", LOW, "EUR 166.67"), ("", BREACH, "EUR 500.00")]


def test_a_closing_keeps_retainer_uptime_and_credits(counter):
    before = counter.month(OCTOBER)
    assert before.closing is None
    assert lines(before) == OWED
    done = counter.close()
    found = counter.month(OCTOBER)
    assert found.closing is not None and found.closing.id
    assert replace(found, closing=None, entries=()) == replace(before, closing=None, entries=())
    assert (lines(found), credits_(found)) == (OWED, ["EUR 666.67"])
    assert [value.amount for value in found.due] == [Decimal("2666.66")]
    assert found.digest == before.digest == done["acme"].settlement.digest
    assert found.entries[1].line.tickets == ("T-1", "T-2")
    assert [entry.where.rpartition(":")[0] for entry in found.entries] == ["sla.rules"] * 2
    assert {one.service for one in found.figures} == {"web", "mail"}
    assert [one.failures for one in found.figures if one.down] == [((1791367200, 1791370800),)]
    hooli = counter.month(OCTOBER, "hooli")
    assert (hooli.retainer, hooli.zone, lines(hooli)) == (
        None,
        "America/Denver",
        [("", "breach of resolution pays JPY 1000 each", "JPY 1000")],
    )


def test_what_was_closed_stays_whatever_is_edited(counter):
    counter.close()
    before = counter.month(OCTOBER)
    counter.edit(
        RULES.replace("pays EUR 250.00 each", "pays EUR 999.00 each")
        .replace("EUR 3333.33", "EUR 1.00")
        .replace('"Acme GmbH"', '"Acme SE"')
        .replace("99.9% per month", "99.99% per month")
    )
    counter.pass_to("2026-11-20 12:00")
    assert counter.month(OCTOBER) == before
    assert lines(counter.month(NOVEMBER)) == [], "an edit corrects nothing"


def test_a_tier_that_is_no_more_pays_what_it_paid(counter):
    """Both are called otherwise before the month is closed, so that no rule in force has what the tickets were promised."""
    before = [line for line in lines(counter.month(OCTOBER)) if line[1] == BREACH]
    tiers = dict.fromkeys(re.findall(r"^tier (\S+)", RULES, re.MULTILINE))
    credits_names = dict.fromkeys(re.findall(r"^credits (\S+)", RULES, re.MULTILINE))
    text = RULES
    for name in tiers:
        text = re.sub(rf"\btier {name}\b", f"tier {name}-a", text)
        text = re.sub(rf"\blike {name}\b", f"like {name}-a", text)
    for name in credits_names:
        text = re.sub(rf"\bcredits {name}\b", f"credits {name}-a", text)
    counter.edit(text)
    assert not set(counter.graph.ruleset.credits) & set(credits_names)
    assert [line for line in lines(counter.month(OCTOBER)) if line[1] == BREACH] == before
    counter.close()
    assert [line for line in lines(counter.month(OCTOBER)) if line[1] == BREACH] == before


def test_credits_that_a_tier_in_force_gave_up_are_not_paid(counter):
    text = re.sub(r"^  credits \S+\n", "", RULES, flags=re.MULTILINE)
    counter.edit(re.sub(r"^credits \S+ (?:\".*\" )?\{\n.*?^\}\n", "", text, flags=re.MULTILINE | re.DOTALL))
    assert lines(counter.month(OCTOBER)) == []


def test_an_excused_breach_is_not_paid(counter):
    counter.excuse("T-1")
    counter.pass_to("2026-11-02 13:00")
    counter.close()
    assert lines(counter.month(OCTOBER)) == [OWED[0], ("", BREACH, "EUR 250.00")]


def test_an_excuse_after_the_closing_corrects_the_next_month_and_is_told_once(counter):
    counter.close()
    counter.excuse("T-1")
    correction = ("2026-10", BREACH, "EUR -250.00")
    for _ in ("awaited", "taken in"):
        november = counter.month(NOVEMBER)
        assert lines(november) == [correction]
        counter.pass_to("2026-11-10 12:00")
    assert november.entries[0].line.because == (
        "EUR 500 was told, it comes to EUR 250: 1 breach: T-2; not counted any more: T-1"
    )
    assert lines(counter.month(OCTOBER)) == OWED
    counter.pass_to("2026-12-02 12:00")
    counter.close(NOVEMBER)
    assert lines(counter.month(NOVEMBER)) == [correction]
    assert credits_(counter.month(NOVEMBER)) == ["EUR -250.00"]
    assert lines(counter.month(DECEMBER)) == []
    counter.excuse("T-1", excused=False)
    counter.pass_to("2026-12-03 12:00")
    assert lines(counter.month(DECEMBER)) == [("2026-10", BREACH, "EUR 250.00")]


def test_a_late_ticket_is_paid_in_the_next_month(counter):
    counter.close()
    counter.breach("late", "2026-10-08")
    counter.pass_to("2026-11-10 12:00")
    [entry] = counter.month(NOVEMBER).entries
    assert (entry.of, entry.line.amount.amount, entry.line.tickets) == (
        "2026-10",
        250,
        ("T-1", "T-2", "late"),
    )


def test_a_reopened_breach_is_paid_where_it_is_decided_and_only_there(counter):
    counter.close()
    counter.say("T-1", "2026-11-03 08:00", "reopened")
    counter.pass_to("2026-11-10 12:00")
    assert credits_(counter.month(NOVEMBER)) == [], "it stays breached at the instant at which it was"


def test_an_outage_that_is_heard_of_late_takes_the_lower_band(counter):
    counter.close()
    counter.outage("2026-10-20 10:00", "2026-10-20 14:00")
    november = counter.month(NOVEMBER)
    assert sorted(lines(november)) == [("2026-10", LOWER, "EUR 333.33"), ("2026-10", LOW, "EUR -166.67")]
    counter.pass_to("2026-12-02 12:00")
    counter.close(NOVEMBER)
    assert lines(counter.month(DECEMBER)) == []
    counter.outage("2026-10-20 10:00", "2026-10-20 10:00")
    assert sorted(lines(counter.month(DECEMBER))) == [
        ("2026-10", LOWER, "EUR -333.33"),
        ("2026-10", LOW, "EUR 166.67"),
    ]


def test_corrections_name_their_rule_and_all_that_they_follow_from(counter):
    counter.close()
    told = {entry.line.rule: entry.where for entry in counter.month(OCTOBER).entries}
    # In the last week of the month: both the month and the seven days reach the lower band.
    counter.outage("2026-10-30 10:00", "2026-10-30 16:00")
    counter.excuse("T-1")
    counter.excuse("T-2")
    found = {entry.line.rule: entry for entry in counter.month(NOVEMBER).corrections}
    for rule in (BREACH, LOW):
        assert found[rule].where == told[rule] != ""
    because = found[LOWER].line.because
    assert "comes to EUR 666.66" in because
    assert "per month on always" in because and "per 7d on always" in because


def test_a_day_of_a_strip_is_what_its_figure_counts(counter):
    def strips():
        month = counter.month(OCTOBER)
        span = (month.start, month.end)
        known = history(counter.store, counter.graph, span, counter.now)
        return [strip(counter.graph, one, span, known, counter.now) for one in month.figures]

    for one in (before := strips()):
        assert sum(day.down for day in one.days) == one.figure.down
    [week] = [one for one in before if one.figure.promise.window and one.figure.service == "web"]
    assert [day.known for day in week.days] == [Known.UNKNOWN] * 24 + [Known.MEASURED] * 7
    counter.close()
    counter.outage("2026-10-20 10:00", "2026-10-20 14:00")
    assert strips() == before


@pytest.mark.parametrize("more", [{}, {"tier": "gold"}, {"metric": "response"}])
def test_the_uptime_of_a_closed_month_on_paper_is_that_of_the_closing(counter, more):
    def paper():
        about = Scope({"customer": "acme", **more})
        report = make(counter.store, counter.graph, Instant(counter.now), OCTOBER, about, BREACHES)
        return compose(counter.store, counter.graph, report)

    counter.close()
    before = paper()
    counter.outage("2026-10-20 10:00", "2026-10-20 14:00")
    assert paper().strips == before.strips
    assert (before.settlement is None) is bool(more)


def test_the_cap_of_the_month_applies_to_its_corrections(counter):
    counter.close()
    for number in range(3):
        counter.breach(f"late-{number}", "2026-10-12")
    counter.pass_to("2026-11-10 12:00")
    found = counter.month(NOVEMBER)
    # 166.67 + 5 x 250 = 1416.67, the cap is 1000 (999.999, rounded): 333.33 are left of it.
    assert credits_(found) == ["EUR 333.33"]
    assert ("2026-10", "cap 30% of retainer per month", "EUR -416.67") in lines(found)


def test_corrections_are_by_the_rules_that_closed_the_month(counter):
    counter.close()
    counter.edit(RULES.replace("pays EUR 250.00 each", "pays EUR 999.00 each"))
    counter.breach("late", "2026-10-08")
    counter.breach("T-3", "2026-11-04")
    counter.pass_to("2026-11-10 12:00")
    assert lines(counter.month(NOVEMBER)) == [
        ("", "breach of resolution for critical pays EUR 999 each", "EUR 999.00"),
        ("2026-10", BREACH, "EUR 250.00"),
    ]


def test_a_share_of_no_retainer_closes_nothing_and_names_everybody(store, site):
    poor = RULES.replace("from 2026-01-01", "from 2026-11-01") + (
        'customer poor "Poor Ltd." {\n  tier gold\n  retainer EUR 10 per month from 2026-12-01\n}\n'
    )
    counter = Counter(store, site, poor)
    for customer in ("acme", "poor"):
        counter.say(f"{customer}-1", "2026-10-05 08:00", "opened", customer=customer, priority="high")
        counter.say(f"{customer}-1", "2026-10-05 09:00", "reply")
        counter.say(f"{customer}-1", "2026-10-05 09:10", "resolved")
    counter.pass_to("2026-11-02 12:00")
    with pytest.raises(UnsettledError) as caught:
        counter.close()
    assert set(caught.value.reasons) == {"acme", "poor"}
    assert "no retainer for this month" in caught.value.reasons["acme"]
    assert store.connection.execute("SELECT count(*) FROM closings").fetchone()[0] == 0
    assert set(counter.close(customer="hooli")) == {"hooli"}
    counter.edit(
        poor.replace("from 2026-11-01", "from 2026-10-01").replace("from 2026-12-01", "from 2026-10-01")
    )
    assert lines(counter.close()["poor"].settlement) == [
        ("", "breach of response pays 0.5% of retainer each", "EUR 0.05")
    ]


def test_a_retainer_that_a_correction_lacks_is_taken_from_the_rules_in_force(store, site):
    late = RULES.replace("from 2026-01-01", "from 2026-11-01")
    counter = Counter(store, site, late)
    counter.pass_to("2026-11-02 12:00")
    counter.close()
    counter.outage("2026-10-07 10:00", "2026-10-07 11:00")
    found = counter.month(NOVEMBER)
    assert found.trouble.startswith("correction of 2026-10: 5% of retainer cannot be paid")
    assert found.entries == ()
    counter.edit(RULES)
    assert lines(counter.month(NOVEMBER)) == [("2026-10", LOW, "EUR 166.67")]


def test_tiers_of_a_month_pay_each_for_what_it_promised(store, site):
    turning = RULES.replace(
        "  tier gold\n  retainer", "  tier gold until 2026-10-16\n  tier bronze\n  retainer"
    )
    turning = turning.replace("JPY 1000 ", "EUR 10 ").replace("JPY 5000", "EUR 50")
    counter = Counter(store, site, turning)
    counter.breach("T-1", "2026-10-05")
    counter.breach("T-2", "2026-10-20")
    counter.outage("2026-10-05 00:00", "2026-10-05 00:30")
    counter.outage("2026-10-20 00:00", "2026-10-20 04:00")
    counter.pass_to("2026-11-02 12:00")
    counter.close()
    assert lines(counter.month(OCTOBER)) == [
        ("", "uptime below 99% pays EUR 50", "EUR 50.00"),
        ("", "breach of resolution pays EUR 10 each", "EUR 10.00"),
        ("", LOW, "EUR 166.67"),
        ("", BREACH, "EUR 250.00"),
    ]


def test_a_rolling_window_ends_with_the_month(counter):
    counter.outage("2026-10-29 10:00", "2026-10-29 12:00", "mail")
    counter.close()
    rolling = [one for one in counter.month(OCTOBER).figures if one.promise.window]
    assert {one.end for one in rolling} == {counter.month(OCTOBER).end}
    assert [one.down for one in rolling if one.service == "mail"] == [7200]
    assert ("", LOWER, "EUR 333.33") in lines(counter.month(OCTOBER)), "98.8 % of seven days"


def test_one_customers_month_is_closed_alone(counter):
    counter.close(SEPTEMBER, "hooli")
    assert lines(counter.month(SEPTEMBER, "hooli")) == []
    assert counter.month(SEPTEMBER, "hooli").figures[0].uptime == 1


def test_a_commitment_that_two_tiers_make_alike_is_one_figure_and_paid_once(store, site):
    text = RULES.replace("  tier gold\n  retainer", "  tier gold until 2026-10-16\n  tier silver\n  retainer")
    text = text.replace("JPY", "EUR")
    counter = Counter(store, site, text + 'tier silver "Silver" {\n  like gold\n  credits small\n}\n')
    counter.outage("2026-10-20 10:00", "2026-10-20 11:30")
    counter.pass_to("2026-11-02 12:00")
    assert lines(counter.month(OCTOBER)) == [("", LOW, "EUR 166.67")]


def test_a_window_that_reaches_into_an_older_tier_counts_only_while_the_tier_lasts(store, site):
    text = RULES.replace("  tier gold\n  retainer", "  tier gold until 2026-10-01\n  tier bronze\n  retainer")
    counter = Counter(store, site, text.replace("per 7d", "per 60d").replace("JPY", "EUR"))
    counter.outage("2026-09-20 10:00", "2026-09-22 10:00")
    counter.pass_to("2026-11-02 12:00")
    assert {str(one.promise.share) for one in counter.month(OCTOBER).figures} == {"990000"}


def test_what_is_closed_outlives_archive_and_erasure_and_is_corrected_from_there(counter, tmp_path):
    from engine.archive import erase as archive_erase
    from engine.archive import parts as archive
    from engine.erasure import Kept

    counter.close()
    before = counter.month(OCTOBER)
    for key in ("T-1", "T-2", "H-1"):
        counter.say(key, "2026-11-02 13:00", "closed", subject="somebody's words")
    counter.breach("T-9", "2027-02-09")
    counter.pass_to("2027-02-10 12:00")
    assert archive.move(
        counter.store, tmp_path / "archive", archive.first_kept(counter.now - 40 * 86_400), counter.graph
    )
    assert archive_erase.forget(
        counter.store, Kept.by(counter.graph), archive_erase.of_customer("acme"), counter.now
    ).tickets
    assert counter.month(OCTOBER) == before
    assert lines(counter.month(NOVEMBER)) == []
    counter.outage("2026-10-20 10:00", "2026-10-20 14:00")
    assert credits_(counter.month(NOVEMBER)) == ["EUR 166.66"]
    counter.close(NOVEMBER)
    assert credits_(counter.month(NOVEMBER)) == ["EUR 166.66"]
