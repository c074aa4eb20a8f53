"""A rule file becomes the values of the model that its lines say."""

from __future__ import annotations

from datetime import date

import pytest

from dsl.condition import AllOf, Compare, Comparison, Matches, Not, OneOf, StatusClass
from dsl.load import load_texts
from dsl.model import BusinessDays, Period, Reopen, Seconds, TimeRange
from tests.dsl.small_site import BASE, rules


def test_like_copies_and_a_later_fact_replaces_the_same_fact():
    loaded = rules(
        """
pause wait {
  when status is waiting
  stops resolution
}
tier gold "Gold" {
  like standard
  target high response within 30m on always
  target high response within 10m on always when vip
  warn at 90%, 50.5%
  pause by wait
  reopen restarts
}
tier platinum {
  target critical response   within 5m   on always # fast
  like gold
}
"""
    )
    gold, platinum = loaded.ruleset.tiers["gold"], loaded.ruleset.tiers["platinum"]
    assert [(one.priorities, one.amount, one.when) for one in gold.targets] == [
        (("critical",), Seconds(3600), None),
        (("high",), Seconds(1800), None),
        (("high",), Seconds(600), Compare("vip", Comparison.EQ, True)),
    ]
    assert (gold.warn, gold.pauses, gold.reopen, gold.calendar) == (
        (5050, 9000),
        ("wait",),
        Reopen.RESTARTS,
        "office",
    )
    assert (platinum.warn, platinum.pauses, platinum.reopen) == (gold.warn, gold.pauses, gold.reopen)
    assert platinum.targets[-1].priorities == ("critical",)
    inherited = platinum.targets[0]
    assert str(loaded.locate(inherited.origin)).endswith(":22:3")
    assert inherited.rule == "target high response within 30m on always"


def test_the_rule_of_a_target_is_its_line_without_comments():
    loaded = load_texts(
        "sla.rules",
        {
            "sla.rules": BASE
            + 'tier t {\n  target high,  # and\n    low response within 90s on always when site == "a  # b"\n}\n'
        },
    )
    target = loaded.ruleset.tiers["t"].targets[0]
    assert target.rule == 'target high, low response within 90s on always when site == "a  # b"'
    assert loaded.locate(target.origin).line == BASE.count("\n") + 2


@pytest.mark.parametrize(
    "condition",
    [
        'site in ["net", "Print Room"]',
        'not (vip or site == "lab")',
        '((vip) or (site in ["a", "b"])) and (not (status is waiting))',
        '(site matches "a[)]")',
        "vip",
    ],
)
def test_the_rule_of_a_target_has_its_last_bracket(condition):
    line = f"target high response within 90s on always when {condition}"
    loaded = rules(f"tier t {{\n  {line}  # why ( [ ) ]\n}}\n")
    target = loaded.ruleset.tiers["t"].targets[0]
    assert target.rule == line
    assert loaded.locate(target.origin).end_column == len(line) + 3


def test_a_calendar_by_all_its_lines():
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
        "DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    loaded = rules(
        """
holidays all "All kinds" {
  country DE subdivision BE
  day 2026-11-27 "Day after"
  yearly 12-24
  easter -2 "Good Friday"
  file "x.ics"
  observed no
}
calendar c "C" {
  zone US/Eastern
  open mon-thu 09:00-12:00, 11:00-13:00
  open sat 22:00-02:00
  open sun-mon 20:00-24:00
  holidays all
  closed 2026-12-24 12:00-24:00 "Early"
  closed 2026-12-25
  open 2026-12-31 09:00-12:00 "Year end"
}
""",
        **{"x.ics": ics},
    )
    calendar = loaded.ruleset.calendars["c"]
    assert calendar.weekly[0] == (TimeRange(540, 780), TimeRange(1200, 1440))
    assert calendar.weekly[5] == (TimeRange(1320, 1560),)
    assert calendar.weekly[4] == ()
    assert [(one.day, one.range) for one in calendar.closed_dates] == [
        (date(2026, 12, 24), TimeRange(720, 1440)),
        (date(2026, 12, 25), None),
    ]
    assert calendar.open_dates[0].title == "Year end"
    lines = calendar.holidays[0].lines
    assert [type(line).__name__ for line in lines] == [
        "CountryHolidays",
        "DayHoliday",
        "YearlyHoliday",
        "EasterHoliday",
        "FileHolidays",
    ]
    assert (lines[-1].path, lines[-1].text) == ("x.ics", ics)
    assert not calendar.holidays[0].observed
    assert loaded.files["x.ics"] == ics


def test_conditions_customers_and_overrides():
    loaded = rules(
        r"""
statuses {
  working "In Progress"
  cancelled "Spam"
}
group retail {
  tier standard
}
customer acme "Acme GmbH" {
  alias "ACME", "Acme \"Germany\"*"
  group retail
  zone Europe/Berlin
  account-manager ann
  tier standard
  tier standard from 2026-07-01 through 2026-12-31
  override freeze until 2027-01-06 {
    reason "CHG-1"
    calendar office
    target critical resolution within 3bd when vip and not (site matches "^a\d+" or priority in [high, low])
  }
}
"""
    )
    customer = loaded.ruleset.customers["acme"]
    assert customer.aliases == ("ACME", 'Acme "Germany"*')
    assert [one.period for one in customer.tiers] == [Period(), Period(date(2026, 7, 1), date(2027, 1, 1))]
    override = customer.overrides[0]
    assert override.period == Period(None, date(2027, 1, 6))
    assert override.targets[0].amount == BusinessDays(3)
    when = override.targets[0].when
    assert isinstance(when, AllOf)
    assert isinstance(when.items[1], Not)
    assert when.items[1].item.items == (Matches("site", r"^a\d+"), OneOf("priority", ("high", "low")))
    assert loaded.ruleset.statuses == {"in progress": StatusClass.WORKING, "spam": StatusClass.CANCELLED}


def test_a_file_of_calendars_alone_is_a_rule_set():
    loaded = load_texts(
        "sla.rules", {"sla.rules": "calendar c {\n  zone UTC\n  open mon-sun 00:00-24:00\n}\n"}
    )
    assert loaded.diagnostics == ()
    assert list(loaded.ruleset.calendars) == ["c"]


def test_moving_a_declaration_changes_neither_value_nor_origin():
    text = "tier t {\n  target low response within 1h on always\n}\n"
    first, second = rules(text), rules("# moved\n\n\n" + text)
    assert first.ruleset.tiers == second.ruleset.tiers
    assert first.ruleset.tiers["t"].origin == second.ruleset.tiers["t"].origin
    assert (
        second.locate(second.ruleset.tiers["t"].origin).line
        == first.locate(first.ruleset.tiers["t"].origin).line + 3
    )
    assert first.digest != second.digest == second.ruleset.digest


def test_a_chain_of_tiers_may_be_as_long_as_it_likes():
    chain = [f"tier t-{n} {{\n  like t-{n - 1}\n}}\n" for n in range(3000, 0, -1)]
    text = "language 1\npriorities p\n" + "".join(chain)
    base = "tier t-0 {\n  target p response within 1h on always\n}\n"
    loaded = load_texts("sla.rules", {"sla.rules": text + base})
    assert loaded.diagnostics == ()
    assert loaded.ruleset.tiers["t-3000"].targets == loaded.ruleset.tiers["t-0"].targets
    closed = load_texts("sla.rules", {"sla.rules": text + "tier t-0 {\n  like t-3000\n}\n"})
    assert [one.code for one in closed.diagnostics if one.code == "E0306"] == ["E0306"]
