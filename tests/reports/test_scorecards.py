"""Scorecards of customers, beside what reports and statements say of the same store."""

from __future__ import annotations

import pytest

from engine.facts import Instant
from engine.store.sqlite import SqliteStore
from reports.books import settlement
from reports.making import make
from reports.reviewing import reviews
from reports.scoring import Scorer
from reports.statement import BREACHES, Scope
from tests.engine.site import Site, at
from tests.reports.counter import OCTOBER, RULES, SEPTEMBER, Counter
from tui.scorecards import Scorecards

SITE = RULES + "default tier bronze\n"


@pytest.fixture
def counter(tmp_path):
    store = SqliteStore.open(tmp_path / "sla.db", create=True)
    made = Counter(store, Site(tmp_path), SITE)
    made.breach("s1", "2026-09-03")
    made.breach("o1", "2026-10-05")
    made.breach("o2", "2026-10-06", "hooli", "low")
    made.breach("w1", "2026-10-06", "Walk-in", "low")
    made.breach("x1", "2026-10-07")
    made.outage("2026-10-04 10:00", "2026-10-04 12:00")
    made.pass_to("2026-10-20 12:00")
    made.excuse("x1")
    made.pass_to("2026-10-20 12:01")
    yield made
    store.close()


def so_far(counter, **changes):
    scorer = Scorer(counter.store, counter.graph, Instant(counter.now), **changes)
    return {one.name: one for one in scorer.so_far()}


def test_every_figure_is_that_of_the_report_and_of_the_statement(counter):
    found = so_far(counter)
    assert set(found) == {"acme", "hooli", "Walk-in"}
    for name, scorecard in found.items():
        report = make(
            counter.store, counter.graph, Instant(counter.now), OCTOBER, Scope({"customer": name}), BREACHES
        )
        assert scorecard.figures == report.figures
        assert scorecard.metrics == report.by("metric")
    for name in ("acme", "hooli"):
        known = settlement(counter.store, counter.graph, Instant(counter.now), OCTOBER, name)
        assert found[name].settlement == known
        assert found[name].credits == known.credits
    acme = found["acme"]
    assert (acme.figures.breached + acme.figures.missed, acme.figures.excluded) == (1, 1)
    assert [str(one.amount) for one in acme.credits] == [
        "416.67"
    ]  # a breach, and 5% of the retainer for 99.57 %
    assert (acme.tier, acme.zone, acme.period, acme.declared) == ("gold", "Europe/Berlin", "2026-10", True)
    assert (found["Walk-in"].declared, found["Walk-in"].settlement) == (False, None)


def test_months_before_are_those_of_reports_also_when_closed(counter):
    counter.close(SEPTEMBER)
    counter.breach("late", "2026-09-10")  # heard of after the closing: it corrects October
    counter.pass_to("2026-10-21 12:00")
    scorer = Scorer(counter.store, counter.graph, Instant(counter.now))
    report = make(
        counter.store, counter.graph, Instant(counter.now), SEPTEMBER, Scope({"customer": "acme"}), BREACHES
    )
    assert scorer.figures(SEPTEMBER)["acme"] == report.figures
    acme = so_far(counter)["acme"]
    assert acme.settlement is not None
    assert [entry.of for entry in acme.settlement.corrections] == ["2026-09"]
    assert scorer.settlement("acme", SEPTEMBER).closing is not None


def test_credits_that_cannot_be_counted_are_said_and_hide_nothing_else(counter):
    counter.edit(SITE.replace("from 2026-01-01", "until 2026-02-01"))
    counter.pass_to("2026-10-20 13:00")
    found = so_far(counter)
    assert "there is no retainer for this month" in found["acme"].trouble
    assert found["acme"].uptime and found["acme"].figures.met
    assert found["hooli"].credits


def test_the_past_is_as_it_was(counter):
    now, counter.now = counter.now, at("2026-10-05 15:00")
    acme = so_far(counter, anew=True)["acme"]
    assert (acme.figures.running, acme.figures.breached, acme.credits[0].currency) == (0, 1, "EUR")
    assert acme.figures.excluded == 0
    counter.now = now


def test_portions_come_to_the_same_as_everything_at_once(counter):
    now = Instant(counter.now)
    rows = counter.store.rows(100)
    whole = Scorecards().whole(counter.store, counter.graph, rows, now)
    scorecards, asked = Scorecards(), 0
    while True:
        found = scorecards.at(counter.store, counter.graph, rows, now)
        asked += 1
        if not found.more:
            break
    assert asked > 10  # each month in a portion of its own
    assert found == whole
    acme = next(one.scorecard for one in whole.entries if one.scorecard.name == "acme")
    assert acme.months[0].name == "2026-09"
    assert (acme.months[0].figures.breached + acme.months[0].figures.missed, acme.period) == (1, "2026-10")


def test_nothing_is_read_again_within_a_minute_and_other_rules_begin_anew(counter, monkeypatch):
    scorecards, now = Scorecards(), counter.now
    scorecards.whole(counter.store, counter.graph, (), Instant(now))
    made = []
    monkeypatch.setattr("tui.scorecards.Scorer", lambda *a, **k: made.append(a) or Scorer(*a, **k))
    scorecards.at(counter.store, counter.graph, (), Instant(now + 59))
    assert made == []
    scorecards.whole(counter.store, counter.graph, (), Instant(now + 60))
    assert len(made) == 1
    scorecards.whole(counter.store, counter.graph, (), Instant(now + 601))
    assert len(made) > 10  # what comes late may have changed months that are over
    counter.edit(SITE.replace("Acme GmbH", "Acme SE"))
    [acme] = [
        one
        for one in scorecards.whole(counter.store, counter.graph, (), Instant(now + 602)).entries
        if one.scorecard.name == "acme"
    ]
    assert acme.scorecard.title == "Acme SE"


def test_who_needs_another_talk_is_marked_as_sla_renegotiation_says(counter):
    counter.edit(SITE + "renegotiation often {\n  when breaches above 0 per month\n}\n")
    now = Instant(counter.now)
    found = Scorecards().whole(counter.store, counter.graph, (), now)
    told = {
        one.scorecard.name: [talk.renegotiation.name for talk in one.scorecard.talks] for one in found.entries
    }
    known = reviews(counter.store, counter.graph, now, OCTOBER, ["acme", "hooli"])
    assert told == {"acme": ["often"], "hooli": ["often"], "Walk-in": []}
    assert all(talk.needed for talks in known.values() for talk in talks)
