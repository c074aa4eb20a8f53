"""Uptime by hand, and against a look at every second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.load import load_texts
from engine.commitment.outage import Notice, Outage
from engine.commitment.uptime import EVERYTHING, History, figures
from engine.facts import Instant
from engine.graph import Graph
from engine.wall import parse_instant
from tests.engine.uptime_site import PATCHES, SERVICES, SITE

HOUR, DAY = 3600, 86_400


def at(text, zone="Europe/Berlin"):
    return Instant(parse_instant(text, zone))


OCTOBER = (at("2026-10-01"), at("2026-11-01"))
LONG = (OCTOBER[1] - OCTOBER[0]) // DAY * DAY + HOUR  # clocks fall back on the 25th
AFTER = OCTOBER[1] + DAY


def graph(more=SERVICES + PATCHES):
    loaded = load_texts("sla.rules", {"sla.rules": SITE.format(more)})
    assert loaded.ruleset is not None and loaded.diagnostics == (), loaded.diagnostics
    return Graph.compile(loaded)


def outage(start, end, service="web", customer="", number=0):
    begin = at(start) if isinstance(start, str) else start
    return Outage(service, customer, begin, at(end) if isinstance(end, str) else end, "t", str(number))


def notice(announced, start=None, end=None, maintenance="", service=""):
    bounds = (at(one) if one else None for one in (start, end))
    return Notice(maintenance, service, "", at(announced), *bounds, "t", announced)


def of(customer, outages=(), notices=(), *, since=0, now=AFTER, rules=None, period=OCTOBER):
    history = History(outages, notices, since)
    return {one.service: one for one in figures(rules or graph(), customer, *period, history, now)}


def test_a_quiet_month_is_all_agreed_time_but_four_announced_sundays():
    figure = of("acme")["web"]
    assert LONG == 31 * DAY + HOUR
    # The window of the 25th, 02:00-06:00, has the hour that comes twice.
    assert figure.excluded == 4 * 4 * HOUR + HOUR
    assert (figure.agreed, figure.elapsed, figure.measured, figure.down) == (LONG - 17 * HOUR,) * 3 + (0,)
    assert (figure.uptime, figure.covered, figure.burn, figure.kept) == (1, 1, 0, True)
    assert figure.budget == figure.left == (LONG - 17 * HOUR) // 1000


def test_overlapping_outages_count_once_and_those_in_maintenance_not_at_all():
    outages = [
        outage("2026-10-05 10:00", "2026-10-05 10:30"),
        outage("2026-10-05 10:20", "2026-10-05 10:40", service=""),
        outage("2026-10-04 05:00", "2026-10-04 06:10"),
        outage("2026-10-06 10:00", "2026-10-06 11:00", customer="hooli"),
        outage("2026-10-06 10:00", "2026-10-06 11:00", service="shop"),
    ]
    figure = of("acme", outages)["web"]
    assert (figure.down, figure.outages, figure.lasting) == (50 * 60, 3, 0)
    assert figure.uptime == 1 - Fraction(50 * 60, LONG - 17 * HOUR)
    assert figure.left == figure.budget - 3000 == -380  # of 2620 seconds
    assert figure.kept is False
    assert figure.burn == Fraction(3000 * 1000, LONG - 17 * HOUR) > 1


def test_one_that_lasts_counts_until_now():
    outages = [outage("2026-10-05 10:00", None)]
    now = at("2026-10-05 10:20")
    figure = of("acme", outages, now=now)["web"]
    assert (figure.down, figure.lasting) == (1200, 1)
    assert figure.elapsed == now - OCTOBER[0] - 4 * HOUR
    assert figure.agreed == LONG - 17 * HOUR, "the budget is that of the whole month"
    assert of("acme", outages, now=at("2026-10-05 10:00"))["web"].down == 0


def test_maintenance_counts_as_downtime_unless_it_was_announced_before_it_began():
    untold = PATCHES.replace("  announced 2026-01-15 09:00 zone Europe/Berlin\n", "")
    late = PATCHES.replace("2026-01-15 09:00", "2026-10-11 02:00")
    down = [outage("2026-10-11 02:00", "2026-10-11 06:00")]
    for more, notices, excluded, failed in (
        (untold, [], 0, 4),
        (untold, [notice("2026-10-10 12:00", maintenance="patches")], 13, 0),
        (untold, [notice("2026-10-11 02:00", maintenance="patches")], 9, 4),
        (untold, [notice("2026-10-01 12:00", "2026-10-10", "2026-10-12", "patches")], 4, 0),
        (untold, [notice("2026-10-01 12:00", maintenance="others")], 0, 4),
        (late, [], 9, 4),
    ):
        figure = of("acme", down, notices, rules=graph(SERVICES + more))["web"]
        assert (figure.excluded, figure.down) == (excluded * HOUR, failed * HOUR)
        assert figure.unannounced == (17 - excluded) * HOUR


def test_a_window_of_its_own_counts_from_when_it_was_announced():
    told = notice("2026-10-06 09:00", "2026-10-07 10:00", "2026-10-07 12:00", service="web")
    late = notice("2026-10-08 10:00", "2026-10-08 10:00", "2026-10-08 12:00", service="web")
    other = notice("2026-10-06 09:00", "2026-10-09 10:00", "2026-10-09 12:00", service="shop")
    figure = of("acme", [], [told, late, other])["web"]
    assert (figure.excluded, figure.unannounced) == (19 * HOUR, 2 * HOUR)


def test_a_commitment_that_does_not_exclude_maintenance_counts_it():
    down = [outage("2026-10-05 07:00", "2026-10-05 09:00"), outage("2026-10-04 02:00", "2026-10-04 06:00")]
    figure = of("hooli", down, period=(at("2026-10-01", "UTC"), at("2026-11-01", "UTC")))["web"]
    assert figure.agreed == 22 * 10 * HOUR, "working days in Berlin"
    assert (figure.down, figure.excluded, figure.unannounced) == (HOUR, 0, 0)


def test_services_are_those_that_run_for_the_customer():
    assert list(of("acme")) == ["web"]
    assert list(of("hooli")) == ["web", "shop"]
    assert list(of("acme", rules=graph(""))) == [EVERYTHING]


def test_what_was_before_anything_was_recorded_is_not_measured():
    figure = of("acme", since=at("2026-10-16"))["web"]
    assert figure.measured == at("2026-11-01") - at("2026-10-16") - 9 * HOUR
    assert figure.covered == Fraction(figure.measured, LONG - 17 * HOUR)
    never = of("acme", since=None)["web"]
    assert (never.uptime, never.kept, never.burn, never.covered) == (None, None, None, 0)
    ahead = of("acme", now=OCTOBER[0] - DAY)["web"]
    assert (ahead.elapsed, ahead.covered, ahead.uptime) == (0, None, None)


def test_a_promise_counts_while_it_is_made():
    more = (
        SERVICES + "customer late {\n  zone Europe/Berlin\n  tier gold from 2026-10-11 until 2026-10-21\n}\n"
    )
    figure = of("late", [outage("2026-10-10 23:00", "2026-10-11 01:00")], rules=graph(more))["web"]
    assert (figure.start, figure.end) == (at("2026-10-11"), at("2026-10-21"))
    assert (figure.agreed, figure.down) == (10 * DAY, HOUR)
    assert of("late", rules=graph(more), period=(at("2026-09-01"), at("2026-10-01"))) == {}


BERLIN = ZoneInfo("Europe/Berlin")
START = at("2026-10-23 00:00")  # three days with a change of clocks in them
OFTEN = """\
maintenance often {
  window mon-sun 23:30-01:00, 09:00-09:40 zone Europe/Berlin
  excludes uptime
}
"""
RULES = graph(SERVICES + OFTEN)
INSTANTS = st.integers(START - 7 * HOUR, START + 4 * DAY)


def seen(now, outages, notices, since):
    """Agreed, measured and failed seconds of the six hours before `now`, each second looked at by itself."""
    agreed = measured = down = 0
    for t in range(now - 6 * HOUR, now):
        local = datetime.fromtimestamp(t, UTC).astimezone(BERLIN)
        if local.weekday() > 4 or not 8 <= local.hour < 18 or any(excluded(t, local, one) for one in notices):
            continue
        agreed += 1
        if t >= since:
            measured += 1
            down += any(one.start <= t and (one.end is None or t < one.end) for one in outages)
    return agreed, measured, down


def excluded(t, local, told):
    """Whether this announcement takes the second out. Of the declared windows only that at nine is in office hours."""
    if not told.maintenance:
        return told.announced < told.start <= t < told.end
    if not (local.hour == 9 and local.minute < 40):
        return False
    begin = t - local.minute * 60 - local.second
    return told.announced < begin and (told.start or 0) <= begin and (told.end is None or begin < told.end)


@st.composite
def spans(draw):
    start = draw(INSTANTS)
    return start, start + draw(st.integers(0, 5 * HOUR))


@settings(max_examples=60, deadline=None)
@given(
    now=st.integers(START, START + 4 * DAY),
    down=st.lists(st.tuples(spans(), st.booleans()), max_size=4),
    own=st.lists(st.tuples(spans(), INSTANTS), max_size=2),
    named=st.lists(st.tuples(st.none() | spans(), INSTANTS), max_size=2),
    since=st.integers(START - DAY, START + 4 * DAY),
)
def test_every_second_agrees(now, down, own, named, since):
    outages = [outage(a, b if ended else None, number=n) for n, ((a, b), ended) in enumerate(down)]
    notices = [Notice("", "", "", told, a, b, "t", str(n)) for n, ((a, b), told) in enumerate(own)]
    notices += [
        Notice("often", "", "", told, *(span or (None, None)), "t", f"n{n}")
        for n, (span, told) in enumerate(named)
    ]
    history = History(outages, notices, since)
    period = (START - DAY, START + 5 * DAY)
    found = [one for one in figures(RULES, "quick", *period, history, now) if one.service == "web"]
    agreed, measured, failed = seen(now, outages, notices, since)
    [figure] = found
    assert (figure.agreed, figure.elapsed, figure.measured, figure.down) == (agreed, agreed, measured, failed)
    if measured:
        assert figure.uptime == Fraction(measured - failed, measured)
        assert figure.kept is (figure.uptime >= Fraction(9, 10))
        assert figure.burn == Fraction(failed, measured) / Fraction(1, 10)
    assert figure.left == agreed // 10 - failed


def test_the_month_is_agreed_with_the_slow_way_too():
    down = [
        outage("2026-10-09 17:30", "2026-10-12 08:15"),
        outage("2026-10-26 07:59:30", "2026-10-26 08:00:01"),
    ]
    figure = of("hooli", down)["web"]
    failed = agreed = 0
    moment = datetime.fromtimestamp(OCTOBER[0], UTC)
    for t in range(OCTOBER[0], OCTOBER[1], 1):
        if (t - OCTOBER[0]) % 900 == 0:
            local = (moment + timedelta(seconds=t - OCTOBER[0])).astimezone(BERLIN)
            is_open = local.weekday() < 5 and 8 <= local.hour < 18
        agreed += is_open
        failed += is_open and any(one.start <= t < one.end for one in down)
    assert (figure.agreed, figure.down) == (agreed, failed)


@pytest.mark.parametrize(("down", "kept"), [(2159, True), (2160, True), (2161, False)])
def test_exactly_the_budget_is_kept(down, kept):
    now = at("2026-10-23 14:00")
    begin = now - 6 * HOUR
    history = History([outage(begin, begin + down)], [], 0)
    [figure, *_] = figures(graph(SERVICES), "quick", begin, now, history, now)
    assert (figure.agreed, figure.left, figure.kept) == (21_600, 2160 - down, kept)
