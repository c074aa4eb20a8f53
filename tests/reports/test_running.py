"""Declared reports, made: once, for each customer, also by two at once, after downtime and when one of them cannot be made."""

from __future__ import annotations

from functools import cache

import pytest

from engine.delivery.outbox import Kind, Status
from engine.facts import Instant
from engine.store.publications import everything, published
from engine.store.report_runs import made
from reports.render.look import Look
from reports.render.pdf import Press
from reports.running import UNSHARED, due_now, make_all
from tests.engine.site import at
from tests.reports.office import RULES, Office

MONTHLY = """
person chief "Chief" {
  email "lead@msp.example"
}
report monthly "Monthly service report" {
  every month on day 1 at 06:00 zone Europe/Berlin
  for customer acme, globex
  format csv, json
  share portal
  share mail to chief, account-manager
}
"""
NOW = Instant(at("2026-11-01 07:00"))


def nothing_to_print():
    raise AssertionError("no paper is wanted")


@pytest.fixture
def office(store, site):
    found = Office(store, site, tickets=10)
    found.edit(RULES + MONTHLY)
    due_now(store, found.graph, Instant(at("2026-10-10 00:00")))
    return found


def run(office, now=NOW, store=None, press=nothing_to_print, **how):
    store = store or office.store
    return list(make_all(store, office.graph, press, now, due_now(store, office.graph, now), **how))


def test_each_customers_files_are_published_and_mailed_once(office):
    found = run(office)
    assert [(one.key, one.error, one.known) for one in found] == [
        (("monthly", "2026-10", "acme"), "", False),
        (("monthly", "2026-10", "globex"), "", False),
    ]
    connection = office.store.connection
    assert {(one.format, one.report, one.title) for one in published(connection, "acme")} == {
        ("csv", "monthly", "Monthly service report"),
        ("json", "monthly", "Monthly service report"),
    }
    mails = office.store.outbox.queued([Status.WAITING])
    assert {(one.message.kind, one.message.recipient) for one in mails} == {(Kind.REPORT, "lead@msp.example")}
    assert len(mails) == 2
    assert run(office) == [] and len(everything(connection)) == 4
    assert found[0].unmailed == ("account-manager",)


def test_after_downtime_every_month_is_made(office):
    found = run(office, Instant(at("2027-01-15 00:00")))
    assert [one.key[1] for one in found] == ["2026-10", "2026-10", "2026-11", "2026-11", "2026-12", "2026-12"]


def test_two_make_it_once(office, opener):
    other = opener()
    now = NOW
    mine, theirs = due_now(office.store, office.graph, now), due_now(other, office.graph, now)
    first = make_all(office.store, office.graph, nothing_to_print, now, mine)
    second = make_all(other, office.graph, nothing_to_print, now, theirs)
    told = [next(first), next(second), next(second), next(first)]
    assert [one.known for one in told] == [False, True, False, True]
    assert len(everything(other.connection)) == 4 and len(other.outbox.queued([Status.WAITING])) == 2


def test_one_that_cannot_be_made_keeps_no_other_from_it(office):
    named = RULES.replace('customer acme "Acme GmbH"', 'customer acme "日本商事"')
    office.edit(named + MONTHLY.replace("csv, json", "pdf"))
    assert office.graph.ruleset.customers["acme"].title == "日本商事"
    found = {one.key[2]: one for one in run(office, press=cache(lambda: Press(Look())))}
    assert "no font has a glyph for '日'" in found["acme"].error and "reports.fonts" in found["acme"].error
    assert found["globex"].error == ""
    assert made(office.store.connection) == {("monthly", "2026-10", "globex")}


def test_what_only_goes_by_mail_is_not_the_customers(office):
    office.edit(RULES + MONTHLY.replace("  share portal\n", ""))
    run(office)
    assert published(office.store.connection, "acme") == []
    assert {one.withdrawn_by for one in everything(office.store.connection)} == {UNSHARED}
    [mail, _] = office.store.outbox.queued([Status.WAITING])
    assert len(office.store.outbox.files([mail])) == 2


def test_made_again_by_hand(office):
    due = due_now(office.store, office.graph, NOW)
    run(office)
    later = Instant(NOW + 60)
    again = list(make_all(office.store, office.graph, nothing_to_print, later, due, again=True))
    assert [one.known for one in again] == [False, False]
    assert (
        len(published(office.store.connection, "acme")) == 2 and len(everything(office.store.connection)) == 8
    )
