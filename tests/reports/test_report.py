"""Figures of a period from every store and its archive, against a count in plain SQL that shares nothing with them."""

from __future__ import annotations

import pytest

from engine.archive import parts as archive
from engine.calendar.period import Period, bound
from engine.clock import FAILED_STATES
from reports.compliance import Figures, Standing
from tests.engine.site import at
from tests.reports.office import OCTOBER, Office

ZONES = {"acme": "Europe/Berlin", "globex": "America/Denver", "initech": "Asia/Kathmandu"}
COUNT = """
SELECT coalesce(customer, ''), clocks.metric,
  count(CASE WHEN decided >= ? AND decided < ? AND clocks.state = 'met' THEN 1 END),
  count(CASE WHEN decided >= ? AND decided < ? AND clocks.state = 'breached' THEN 1 END),
  count(CASE WHEN decided >= ? AND decided < ? AND clocks.state = 'missed' THEN 1 END),
  count(CASE WHEN started < ? AND (decided >= ? OR clocks.state = 'running') THEN 1 END),
  count(CASE WHEN started < ? AND decided IS NULL AND clocks.state = 'paused' THEN 1 END)
FROM clocks, tickets WHERE tickets.id = clocks.ticket GROUP BY 1, 2
"""


@pytest.fixture
def office(store, site):
    found = Office(store, site)
    found.pass_to("2026-11-20 12:00")
    return found


def by_sql(office, period):
    """Figures by (customer, metric), a question for each zone."""
    found = {}
    for zone in {"UTC", *ZONES.values()}:
        a, b = period.span(zone)
        for customer, metric, met, breached, missed, running, paused in office.store.connection.execute(
            COUNT, (a, b, a, b, a, b, b, b, b)
        ).fetchall():
            if ZONES.get(customer, "UTC") == zone and met + breached + missed + running + paused:
                found[customer, metric] = Figures(met, breached, missed, 0, running, paused)
    return found


def by_report(report):
    names = {(clock.customer, clock.metric) for clock, _ in report.clocks}
    return {
        (customer, metric): Figures(**{
            which.value: sum(
                1 for clock, found in report.clocks
                if (clock.customer, clock.metric) == (customer, metric) and found is which
            )
            for which in Standing
        })
        for customer, metric in names
    }  # fmt: skip


PERIODS = [
    OCTOBER,
    *(Period(bound(f"2026-10-{day:02}"), bound(f"2026-10-{day + 1:02}")) for day in (5, 6, 7, 8)),
]


def test_figures_are_those_of_a_plain_count(office):
    for period in PERIODS:
        report = office.report(period)
        assert by_report(report) == by_sql(office, period), period.name
    whole = office.report().figures
    assert whole.met > 30
    assert whole.missed + whole.breached > 20
    for dimension in ("customer", "group", "tier", "metric", "priority", "team"):
        parts = office.report().by(dimension).values()
        assert sum(part.met for part in parts) == whole.met
        assert sum(part.tally.failed for part in parts) == whole.tally.failed


def test_zones_make_a_difference_and_one_zone_can_be_had_for_all(office):
    day = PERIODS[1]
    own, same = office.report(day), office.report(day, zone="UTC")
    a, b = day.span("UTC")
    assert by_report(own) != by_report(same)
    assert all(
        a <= clock.decided < b for clock, which in same.clocks if which in (Standing.MET, Standing.MISSED)
    )


def test_judged_anew_by_the_same_rules_it_is_the_same(office):
    stored, anew = office.report(), office.report(anew=True)
    assert set(stored.clocks) == set(anew.clocks)


def test_it_is_the_same_before_an_engine_has_looked(office):
    office.opened("late", "2026-10-20 08:00")
    office.say("late", "2026-10-20 15:00", "resolved")
    before = office.report()
    assert any(clock.ticket == "late" for clock, _ in before.clocks)
    office.pass_to("2026-11-20 12:00")
    assert set(office.report().clocks) == set(before.clocks)


def test_a_scope_takes_what_it_names(office):
    whole = office.report()
    acme = office.report(customer="acme", metric="resolution")
    assert acme.clocks
    assert set(acme.clocks) == {
        item for item in whole.clocks if (item[0].customer, item[0].metric) == ("acme", "resolution")
    }


def test_a_priority_is_one_whatever_its_capitals(office):
    before = office.report().by("priority")
    assert "critical" in before and "Critical" not in before
    office.opened("shouted", "2026-10-20 08:00", priority=" Critical")
    office.say("shouted", "2026-10-20 08:05", "resolved")
    for _ in ("awaited", "taken in"):
        after = office.report()
        assert after.by("priority").keys() == before.keys()
        assert any(clock.ticket == "shouted" for clock, _ in office.report(priority="critical").clocks)
        office.pass_to("2026-11-20 12:01")


def test_an_excuse_takes_a_breach_out_and_shows_it(office):
    before = office.report()
    clock, which = before.listed[0]
    assert clock.state in FAILED_STATES
    office.excuse(clock.ticket, clock.metric, cycle=clock.cycle)
    for _ in ("awaited", "taken in"):
        after = office.report()
        assert after.figures.excluded == 1
        assert after.figures.met == before.figures.met
        assert after.figures.tally.failed == before.figures.tally.failed - 1
        [shown] = [item for item, found in after.listed if found is Standing.EXCLUDED]
        assert (shown.key, shown.excuse.reason, shown.excuse.by) == (clock.key, "=storm", "duty-manager")
        office.pass_to("2026-11-20 12:01")
    office.excuse(clock.ticket, clock.metric, cycle=clock.cycle, excused=False)
    office.pass_to("2026-11-20 12:02")
    assert office.report().figures == before.figures
    assert which in (Standing.BREACHED, Standing.MISSED)


def test_an_archive_answers_like_the_store_it_left(office, tmp_path):
    failed = [clock for clock, which in office.report().listed]
    office.excuse(failed[0].ticket, failed[0].metric, cycle=failed[0].cycle)
    for number, (ticket,) in enumerate(office.store.connection.execute("SELECT key FROM tickets").fetchall()):
        if number % 4:
            office.say(ticket, "2026-11-20 12:05", "closed")
    office.opened("new", "2027-02-09 12:00")
    office.pass_to("2027-02-10 12:00")
    before = {period: set(office.report(period).clocks) for period in PERIODS}
    moved = archive.move(
        office.store, tmp_path / "archive", archive.first_kept(at("2027-02-01 00:00")), office.graph
    )
    assert moved > 20
    for period in PERIODS:
        assert set(office.report(period).clocks) == before[period]
        assert set(office.report(period, anew=True).clocks) == before[period]
    key = next(iter(office.store.connection.execute("SELECT key FROM archived ORDER BY key").fetchall()))[0]
    assert archive.restore(office.store, [key]) == []
    assert set(office.report().clocks) == before[OCTOBER]
