"""Credits in scenarios: a month settled from what is told above the expectation, said as expectations, shown with its reasons."""

from __future__ import annotations

from dataclasses import fields

import pytest

from dsl.load import load_texts
from dsl.values import month_within_reach
from engine.calendar.period import month as month_of_text
from engine.clock import Clock, State
from engine.evaluate import Evaluated
from engine.graph import Graph
from engine.scenario.coverage import Coverage, Unit
from engine.scenario.owed import breaches_in
from engine.scenario.verdicts import run_all
from reports.compliance import FAILED, Judged, standing

SITE = """\
priorities high, low
statuses {
  working "Open"
  waiting "Waiting"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
service mail {
}
service web {
  for customer acme
}
maintenance patches {
  window sun 02:00-06:00 zone Europe/Berlin
  excludes uptime
}
tier gold {
  target high, low resolution within 4h on always
  uptime 99.9% per month on always excluding maintenance
  credits standard
}
tier bronze {
  target high, low resolution within 8h on always
}
tier silver {
  target high, low resolution within 8h on always
  uptime 99.9% per month on always excluding maintenance
  credits small
}
credits standard {
  uptime below 99.9% pays 5% of retainer
  uptime below 99% pays 10% of retainer
  breach of resolution for high pays EUR 250.00 each
  cap EUR 1000 per month
}
credits small {
  uptime below 99.5% pays EUR 20
  breach of resolution pays EUR 10 each
}
customer acme {
  alias "ACME"
  zone America/New_York
  tier gold from 2026-10-01 until 2026-12-01
  tier bronze from 2026-12-01 until 2027-01-01
  tier gold from 2027-01-01 until 2027-02-15
  tier silver from 2027-02-15
  retainer EUR 2000.00 per month from 2026-11-01
}
customer globex {
  zone Europe/Berlin
  tier gold
  retainer EUR 1000.00 per month
}
"""
LOADED = load_texts("sla.rules", {"sla.rules": SITE})


def trial(*lines: str, witness=None, site=SITE):
    body = "\n".join(f"  {line}" for line in lines)
    loaded = load_texts("sla.rules", {"sla.rules": site + f'scenario "s" {{\n  zone UTC\n{body}\n}}\n'})
    assert loaded.ruleset is not None, [f"{one.span}: {one.message}" for one in loaded.diagnostics]
    (result,) = run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate, witness=witness)
    return result.failures


def got(*lines: str) -> list[str]:
    return [failure.got for failure in trial(*lines)]


def test_the_first_and_the_last_month_that_rules_can_name_are_settled():
    for month in ("1901-01", "2198-12"):
        outage = f"outage mail from {month}-10 10:00 until {month}-10 11:00"
        [failure] = trial(
            outage, *(f"expect no credits for customer {one} in {month}" for one in ("acme", "globex"))
        )[-1:]
        assert failure.got == f"credits EUR 50.00 for customer globex in {month}"
    for year in range(1890, 2210):
        text = f"{year}-06"
        assert taken(month_within_reach, text) == taken(month_of_text, text), text


def taken(read, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


ACME = "ticket t1 customer acme priority high"
LATE = ("at 2026-11-05 09:00 opened", "at 2026-11-05 14:00 resolved")


def outage(start: str, end: str = "", service: str = "mail", customer: str = "") -> str:
    whose = f" for customer {customer}" if customer else ""
    return f"outage {service}{whose} from {start}" + (f" until {end}" if end else "")


def test_what_is_paid_for_a_month_is_that_of_its_first_day():
    assert (
        trial(
            "expect no retainer for customer acme in 2026-10",
            "expect retainer EUR 2000.00 for customer acme in 2026-11",
            ACME,
            *LATE,
            "expect retainer EUR 2000.00 in 2026-12",
            "expect no retainer for customer acme in 2026-10",
        )
        == ()
    )
    begun = SITE.replace("month from 2026-11-01", "month from 2026-11-02")
    [failure] = trial("expect retainer EUR 2000.00 for customer acme in 2026-11", site=begun)
    assert failure.got == "no retainer for customer acme in 2026-11"
    assert failure.reasons[0].startswith("acme: retainer EUR 2000 per month from 2026-11-02 (sla.rules:")
    assert failure.can_be_blessed
    assert got("expect retainer EUR 2000 for customer acme in 2026-11") == []
    wrong = "expect retainer EUR 1 for customer acme in 2026-11"
    assert got(wrong) == ["retainer EUR 2000.00 for customer acme in 2026-11"]
    nobody = 'ticket t1 customer "Nobody" priority high'
    [failure] = trial(nobody, LATE[0], "expect no retainer in 2026-11")
    assert failure.error
    assert failure.got == '"Nobody" is no declared customer, and only theirs are settled'


def test_a_group_pays_for_members_without_a_retainer_of_their_own():
    group = "group g {\n  retainer EUR 70.00 per month\n}\ncustomer one {\n  group g\n}\ncustomer two {\n  zone UTC\n}\n"
    lines = (
        "expect retainer EUR 70.00 for customer one in 2026-11",
        "expect retainer EUR 1.00 for customer two in 2026-11",
    )
    [failure] = trial(*lines, site=SITE + group)
    assert (failure.got, failure.reasons) == (
        "no retainer for customer two in 2026-11",
        ("two has no retainer",),
    )


@pytest.mark.parametrize(
    "lines",
    [
        # a breach, by the ticket's customer, whatever the ticket calls it
        (ACME, *LATE, "expect credits EUR 250.00 in 2026-11", "expect no credits in 2026-10"),
        ('ticket t1 customer "acme" priority high', *LATE, "expect credits EUR 250 in 2026-11"),
        # only what stands above is known, and the month is looked at as a whole
        (ACME, "at 2026-11-05 09:00 opened", "expect credits EUR 250 in 2026-11", "at 2026-11-05 10:00 resolved", "expect no credits in 2026-11"),
        # decided at the due, in the zone of the customer: 03:30 in UTC is still November in New York
        (ACME, "at 2026-11-30 23:30 opened", "expect credits EUR 250 in 2026-11", "expect no credits in 2026-12"),
        ("ticket t1 customer globex priority high", "at 2026-11-30 19:30 opened", "expect no credits in 2026-11", "expect credits EUR 250 in 2026-12"),
        # several tickets count together, those of others do not
        (ACME, *LATE, "ticket t2 customer acme priority high", *LATE, "expect credits EUR 500 in 2026-11", "ticket t3 customer globex priority high", *LATE,
         "expect credits EUR 250 in 2026-11", "expect credits EUR 500 for customer acme in 2026-11"),
        # a ticket that is told below and happens before is not known
        (ACME, *LATE, "expect credits EUR 250 in 2026-11", "ticket t2 customer acme priority high", "at 2026-11-01 09:00 opened", "expect credits EUR 500 in 2026-11"),
        # outages without a ticket, the lowest band, services by themselves
        ("outage mail from 2026-11-02 10:00 until 2026-11-02 10:43", "expect no credits for customer acme in 2026-11"),
        ("outage mail from 2026-11-02 10:00 until 2026-11-02 10:44", "expect credits EUR 100.00 for customer acme in 2026-11"),
        (outage("2026-11-02 10:00", "2026-11-02 18:00"), "expect credits EUR 200.00 for customer acme in 2026-11", "expect credits EUR 100 for customer globex in 2026-11"),
        ("outage from 2026-11-02 10:00 until 2026-11-02 18:00", "expect credits EUR 400 for customer acme in 2026-11"),
        (outage("2026-11-02 10:00", "2026-11-02 18:00", customer="globex"), "expect no credits for customer acme in 2026-11"),
        # one that does not end lasts until the end of the month that is asked for
        (outage("2026-11-30 10:00"), "expect credits EUR 200 for customer acme in 2026-11", "expect no credits for customer acme in 2026-12"),
        # maintenance, told in time and too late
        (outage("2026-11-08 01:00", "2026-11-08 04:00"), "expect credits EUR 50 for customer globex in 2026-11",
         "maintenance patches announced 2026-11-07 09:00", "expect no credits for customer globex in 2026-11"),
        (outage("2026-11-08 01:00", "2026-11-08 04:00"), "maintenance patches announced 2026-11-08 01:00", "expect credits EUR 50 for customer globex in 2026-11"),
        (outage("2026-11-08 01:00", "2026-11-08 04:00"), "maintenance patches announced 2026-11-01 01:00 from 2026-11-09 00:00 until 2026-11-30 00:00",
         "expect credits EUR 50 for customer globex in 2026-11"),
        (outage("2026-11-05 01:00", "2026-11-05 04:00"), "maintenance announced 2026-11-01 01:00 from 2026-11-05 00:00 until 2026-11-05 05:00",
         "expect no credits for customer globex in 2026-11"),
        # a cap
        ("ticket t1 customer globex priority high", *LATE, *(line for n in range(4) for line in (f"ticket x{n} customer globex priority high", *LATE)),
         "expect credits EUR 1000 in 2026-11"),
        # a tier without credits pays nothing, and what was promised before is paid
        (ACME, "at 2026-12-05 09:00 opened", "expect no credits in 2026-12"),
        (ACME, "at 2026-11-30 12:00 opened", 'at 2026-11-30 12:30 set status "Waiting"', "at 2026-12-01 12:00 resolved", "expect credits EUR 250 in 2026-11"),
        # two tiers in one month: each pays for what it promised
        (outage("2027-02-03 10:00", "2027-02-03 11:00"), "expect credits EUR 100 for customer acme in 2027-02"),
        (ACME, "at 2027-02-10 09:00 opened", "ticket t2 customer acme priority low", "at 2027-02-20 09:00 opened", "expect credits EUR 260 in 2027-02"),
        (ACME, "at 2027-02-14 23:30 opened", "at 2027-02-17 23:30 resolved", "ticket t2 customer acme priority high", "at 2027-02-28 23:30 opened", "expect credits EUR 250 in 2027-02",
         "expect credits EUR 10 in 2027-03"),
        # a line that an amount is not there for is no trouble where nothing was broken
        ("expect no credits for customer acme in 2026-10",),
    ],
)  # fmt: skip
def test_what_a_month_comes_to(lines):
    assert got(*lines) == []


def test_a_failure_has_the_statement_and_can_be_blessed():
    (failure,) = trial(
        ACME, *LATE, outage("2026-11-02 10:00", "2026-11-02 11:00"), "expect no credits in 2026-11"
    )
    assert (failure.expected, failure.got) == ("no credits in 2026-11", "credits EUR 350.00 in 2026-11")
    assert failure.can_be_blessed
    assert [line.strip() for line in failure.reasons] == [
        "acme, 2026-11-01 00:00 to 2026-12-01 00:00 (times of America/New_York): credits standard, retainer EUR 2000",
        "EUR 100.00  uptime below 99.9% pays 5% of retainer (sla.rules:33)",
        "mail: 99.8613% of 99.9% per month on always excluding maintenance, 1h of 721h down, 1 outage; retainer EUR 2000",
        "EUR 250.00  breach of resolution for high pays EUR 250 each (sla.rules:35)",
        "1 breach: t1",
        "nothing  web: 100% of 99.9% per month on always excluding maintenance, 0m of 721h down",
    ]


def test_what_pays_nothing_is_shown():
    (failure,) = trial("ticket t1 customer globex priority low", *LATE, "expect credits EUR 1 in 2026-11")
    assert failure.got == "no credits in 2026-11"
    assert [line.strip() for line in failure.reasons][1:] == [
        "nothing  mail: 100% of 99.9% per month on always excluding maintenance, 0m of 720h down",
        "nothing  t1: breach of resolution of a low ticket, for which no credits of tier gold pay",
    ]
    (failure,) = trial(ACME, "at 2026-12-05 09:00 opened", "expect credits EUR 1 in 2026-12")
    assert [line.strip() for line in failure.reasons][1:] == [
        "nothing  t1: breach of resolution of a high ticket, for which no credits of tier bronze pay",
        "no tier of the customer in this month promises uptime",
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((outage("2026-10-02 10:00"), "expect no credits for customer acme in 2026-10"), "10% of retainer cannot be paid: there is no retainer for this month"),
        (('ticket t1 customer "Nobody" priority high', "at 2026-11-05 09:00 opened", "expect no credits in 2026-11"), '"Nobody" is no declared customer'),
        (("ticket t1 priority high", "at 2026-11-05 09:00 opened", "expect no credits in 2026-11"), "ticket t1 is of no customer"),
    ],
)  # fmt: skip
def test_what_cannot_be_settled_fails_with_words_and_is_not_blessed(lines, words):
    (failure,) = trial(*lines)
    assert words in failure.got
    assert not failure.can_be_blessed
    assert failure.diagnostic.fixes == ()
    assert len(failure.reasons) == 1


def test_lines_of_credits_are_covered_by_the_statements_that_were_asked_for():
    coverage = Coverage()
    lines = [line for n in range(5) for line in (f"ticket x{n} customer globex priority high", *LATE)]
    trial(
        outage("2026-11-02 10:00", "2026-11-02 11:00"),
        *lines,
        "expect credits EUR 1000 in 2026-11",
        "expect credits EUR 350 for customer acme in 2026-11",
        witness=coverage,
    )
    found = coverage.of(LOADED.ruleset, LOADED.locate)
    assert [(one.name, one.span.line, one.hits) for one in found if one.unit is Unit.CREDIT] == [
        ("uptime below 99.9% pays 5% of retainer", 33, 2),
        ("uptime below 99% pays 10% of retainer", 34, 0),
        ("breach of resolution for high pays EUR 250 each", 35, 1),
        ("cap EUR 1000 per month", 36, 1),
        ("uptime below 99.5% pays EUR 20", 39, 0),
        ("breach of resolution pays EUR 10 each", 40, 0),
    ]


def test_breaches_count_as_in_reports():
    """Every state, and every order of the instants around the bounds of a month."""
    span = (100, 200)
    names = [one.name for one in fields(Clock)]
    for state in State:
        for due in (None, 99, 100, 150, 199, 200):
            for stopped in (None, 50, 99, 100, 199, 200, 300):
                given = dict.fromkeys(names) | {
                    "metric": "m",
                    "cycle": 1,
                    "state": state,
                    "started": 10,
                    "stopped": stopped,
                    "due": due,
                }
                clock = Clock(**given)
                evaluated = Evaluated(
                    1,
                    0,
                    {"priority": "High"},
                    None,
                    False,
                    "c",
                    "",
                    "gold",
                    (clock,),
                    (),
                    None,
                    None,
                    False,
                    None,
                )  # type: ignore[arg-type]
                counts = bool(list(breaches_in(span, "t", evaluated)))
                judged = Judged(
                    "c", "t", "m", 1, "", "gold", "High", "", state, 10, stopped, 5, due, clock.decided
                )
                assert counts == (standing(judged, *span) in FAILED)


def test_two_currencies_are_not_added_up():
    text = SITE.replace("  retainer EUR 2000.00 per month from 2026-11-01\n", "")
    for old, new in (
        ("10% of retainer", "EUR 9"),
        ("5% of retainer", "EUR 7"),
        ("EUR 20", "USD 20"),
        ("EUR 10 ", "USD 10 "),
    ):
        text = text.replace(old, new)
    lines = (
        ACME,
        "at 2027-02-10 09:00 opened",
        "ticket t2 customer acme priority low",
        "at 2027-02-20 09:00 opened",
    )
    (failure,) = trial(*lines, "expect credits EUR 260 in 2027-02", site=text)
    assert failure.got == "amounts in EUR and in USD cannot be added up"
    assert failure.error


def test_the_priority_of_a_ticket_may_have_capitals():
    opened = 'at 2026-11-05 09:00 opened with priority "High"'
    assert got('ticket t1 customer "acme"', opened, "expect credits EUR 250 in 2026-11") == []
