"""Everybody's reports from one reading: each is the one that its customer alone would get."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from engine.archive import parts as archive
from engine.calendar.period import Period, bound
from engine.facts import Instant
from reports import issuing
from reports.issuing import Issue, entry, file_stem, issued, manifest
from reports.making import Making
from reports.render.look import Look
from reports.statement import BREACHES, Scope
from tests.engine.site import at
from tests.reports.office import NOVEMBER, OCTOBER, Office

HOSTILE = "../../etc/<b>\x1b[31m\u202e=1+1"
DAY = Period(bound("2026-10-05"), bound("2026-10-06"))


@pytest.fixture
def office(store, site):
    found = Office(store, site)
    found.opened("strange", "2026-10-05 08:00", customer=HOSTILE)
    found.opened("nobody's", "2026-10-05 08:00", customer="")
    found.pass_to("2026-11-20 12:00")
    return found


def each(office, period=OCTOBER, **wanted):
    making = Making(office.store, office.graph, Instant(office.now), period, BREACHES)
    scopes = [Scope({"customer": name, **wanted}) for name in sorted(making.customers())]
    return {
        report.scope.wanted["customer"]: report
        for report in making.reports(scopes, making.read(sorted(making.customers())))
    }


def assert_as_alone(office):
    for period in (OCTOBER, NOVEMBER, DAY):
        found = each(office, period)
        whole = office.report(period)
        assert {clock for report in found.values() for clock in report.clocks} == set(whole.clocks)
        for name, report in found.items():
            assert report == office.report(period, customer=name)


def test_each_is_the_report_of_its_customer_alone(office):
    found = each(office)
    assert {"acme", "globex", "initech", HOSTILE, ""} <= found.keys()
    assert sum(len(report.clocks) > 10 for report in found.values()) >= 3
    assert_as_alone(office)
    narrowed = each(office, metric="response")
    assert narrowed["acme"] == office.report(customer="acme", metric="response")


def test_so_it_is_with_closed_months_and_their_corrections(office):
    failed = [clock for clock, _ in office.report().listed]
    office.close(customer="acme")
    office.close()
    for clock in failed[:6]:
        office.excuse(clock.ticket, clock.metric, cycle=clock.cycle)
    office.opened("late", "2026-10-20 08:00", customer="globex")
    assert_as_alone(office)
    assert any(report.corrections for report in each(office, NOVEMBER).values())
    office.pass_to("2026-12-02 12:00")
    office.close(NOVEMBER)
    assert_as_alone(office)


def test_so_it_is_with_an_archive(office, tmp_path):
    for (ticket,) in office.store.connection.execute("SELECT key FROM tickets").fetchall():
        office.say(ticket, "2026-11-20 12:05", "closed")
    office.opened("new", "2027-02-09 12:00")
    office.pass_to("2027-02-10 12:00")
    before = each(office)
    kept = archive.first_kept(at("2027-02-01 00:00"))
    assert archive.move(office.store, tmp_path / "archive", kept, office.graph) > 20
    after = each(office)
    assert after.keys() == before.keys(), "also who is in the archive alone"
    assert {name: report.clocks for name, report in after.items()} == {
        name: report.clocks for name, report in before.items()
    }
    assert_as_alone(office)


def wanted(office, place, formats=("csv", "json"), **more):
    return Issue.of(
        place,
        office.graph,
        Instant(office.now),
        OCTOBER,
        more.pop("wanted", {}),
        BREACHES,
        formats,
        Look(),
        **more,
    )


def files_of(issue, workers=1):
    total, portions = issued(issue, workers)
    found = list(portions)
    assert sum(count for count, _ in found) == total
    return {file.name: file for _, files in found for file in files}


def test_files_are_named_by_what_is_declared_and_by_nothing_that_strangers_wrote(office, place):
    found = files_of(wanted(office, place))
    assert {"acme.csv", "acme.json", "globex.csv", "initech.json"} <= found.keys()
    assert all(re.fullmatch(r"([a-z][a-z0-9-]*|other_[0-9a-f]{16})\.(csv|json)", name) for name in found)
    strange = json.loads(found[f"{file_stem(HOSTILE, declared=False)}.json"].content)
    assert strange["by_customer"] == {strange["scope"]["customer"]: strange["total"]}
    assert files_of(wanted(office, place, wanted={"priority": "unheard-of"})) == {}, "narrowed to nothing"


def test_the_manifest_has_the_digest_of_every_file(office, place):
    issue = wanted(office, place)
    found = files_of(issue)
    text = manifest(issue, [entry(file) for file in found.values()])
    assert "\x1b" not in text
    told = json.loads(text)
    assert [item["file"] for item in told["files"]] == sorted(found)
    for item in told["files"]:
        assert item["sha256"] == hashlib.sha256(found[item["file"]].content).hexdigest()
        assert item["bytes"] == len(found[item["file"]].content)
        assert item["customer"] == found[item["file"]].customer
    assert (told["period"], told["rules"]) == ("2026-10", office.graph.digest)


def test_processes_say_the_same_and_so_does_judging_anew(office, place, monkeypatch):
    monkeypatch.setattr(issuing, "AT_ONCE", 2)
    one = files_of(wanted(office, place))
    assert files_of(wanted(office, place)) == one
    assert files_of(wanted(office, place), workers=2) == one
    assert files_of(wanted(office, place, anew=True), workers=2) == one
