"""What was told of a closed month stays told; what turns out otherwise corrects the next one, and both are seen."""

from __future__ import annotations

import pytest

from engine.calendar.period import Period, bound, month
from engine.errors import EngineError
from reports.compliance import Figures, Standing
from reports.correction import net, with_corrections
from reports.render.as_csv import render as as_csv
from reports.render.as_html import render as as_html
from reports.render.as_json import render as as_json
from tests.reports.office import NOVEMBER, OCTOBER, RULES, Office

DECEMBER = month("2026-12")


@pytest.fixture
def office(store, site):
    """Acme's October, by hand: response of `good` met, of `bad` missed; both resolved in time."""
    found = Office(store, site, tickets=0)
    found.opened("good", "2026-10-20 08:00")
    found.say("good", "2026-10-20 08:10", "reply")
    found.say("good", "2026-10-20 09:00", "resolved")
    found.opened("bad", "2026-10-21 08:00")
    found.say("bad", "2026-10-21 08:40", "reply")
    found.say("bad", "2026-10-21 09:00", "resolved")
    found.pass_to("2026-11-02 12:00")
    return found


def response(report):
    return {clock.ticket: which.value for clock, which in report.clocks if clock.metric == "response"}


def corrections(report, metric):
    found = [item for item in report.corrections if item.clock.metric == metric]
    return [(item.clock.ticket, item.of, item.was, item.standing) for item in found]


def told(office):
    return office.store.connection.execute(
        "SELECT * FROM closed_clocks ORDER BY 1, 20, 2, 3, 4, 5"
    ).fetchall()


def test_a_closed_month_is_told_as_it_was(office):
    before = office.report()
    assert response(before) == {"good": "met", "bad": "missed"}
    done = {item.closing.customer: item for item in office.close()}
    assert set(done) == {"", "acme", "globex", "initech"}
    assert done["acme"].figures == before.figures
    assert done["acme"].closing.rules == office.graph.digest
    after = office.report()
    assert set(after.clocks) == set(before.clocks)
    assert after.corrections == ()
    assert {item.customer for item in after.closings} == set(done)


def test_closing_twice_changes_nothing(office):
    first = office.close()
    kept = told(office)
    office.excuse("bad", "response")
    office.opened("late", "2026-10-22 08:00", customer="somebody else")
    office.pass_to("2026-11-03 12:00")
    again = office.close()
    assert [(item.closing.customer, item.closing.data, item.figures) for item in again] == [
        (item.closing.customer, item.closing.data, item.figures) for item in first
    ]
    assert not any(item.anew for item in again)
    assert told(office) == kept


def test_a_reopened_ticket_corrects_the_next_month(office):
    office.close()
    before = office.report()
    office.say("good", "2026-11-03 08:00", "reopened")
    office.pass_to("2026-11-05 12:00")
    assert office.report().clocks == before.clocks
    november = office.report(NOVEMBER)
    assert corrections(november, "resolution") == [("good", "2026-10", Standing.MET, None)]
    assert ("good", "resolution", Standing.BREACHED) in {
        (clock.ticket, clock.metric, which) for clock, which in november.clocks
    }
    assert net(november.corrections)["met"] < 0


def test_a_late_ticket_corrects_the_next_month_once(office):
    office.close()
    before = office.report()
    office.opened("late", "2026-10-22 08:00")
    office.say("late", "2026-10-22 08:05", "reply")
    office.say("late", "2026-10-22 14:00", "resolved")
    for _ in ("awaited", "taken in"):
        assert office.report().clocks == before.clocks
        november = office.report(NOVEMBER)
        assert corrections(november, "response") == [("late", "2026-10", None, Standing.MET)]
        assert corrections(november, "resolution") == [("late", "2026-10", None, Standing.MISSED)]
        assert with_corrections(Figures(met=1), november.corrections).tally.met >= 2
        office.pass_to("2026-11-10 12:00")
    office.pass_to("2026-12-02 12:00")
    [acme] = office.close(NOVEMBER, "acme")
    assert acme.corrections == len(november.corrections)
    assert office.report(NOVEMBER).corrections == november.corrections
    assert office.report(DECEMBER).corrections == (), "it is told once"
    office.pass_to("2027-01-02 12:00")
    [acme] = office.close(DECEMBER, "acme")
    assert acme.corrections == 0


def test_an_excuse_after_the_closing_is_a_correction_and_taking_it_back_another(office):
    office.close()
    office.excuse("bad", "response")
    office.pass_to("2026-11-10 12:00")
    assert response(office.report()) == {"good": "met", "bad": "missed"}
    [item] = office.report(NOVEMBER).corrections
    assert (item.was, item.standing, item.clock.excuse.by) == (
        Standing.MISSED,
        Standing.EXCLUDED,
        "duty-manager",
    )
    office.pass_to("2026-12-02 12:00")
    office.close(NOVEMBER)
    office.excuse("bad", "response", excused=False)
    office.pass_to("2026-12-03 12:00")
    assert corrections(office.report(NOVEMBER), "response") == [
        ("bad", "2026-10", Standing.MISSED, Standing.EXCLUDED)
    ]
    assert corrections(office.report(DECEMBER), "response") == [
        ("bad", "2026-10", Standing.EXCLUDED, Standing.MISSED)
    ]


def test_a_ticket_that_turns_out_to_be_somebody_elses(office):
    office.close()
    office.say("bad", "2026-11-03 08:00", "changed", customer="globex")
    office.pass_to("2026-11-05 12:00")
    assert response(office.report(customer="acme")) == {"good": "met", "bad": "missed"}
    found = corrections(office.report(NOVEMBER, customer="acme"), "response")
    assert found == [("bad", "2026-10", Standing.MISSED, None)]
    assert [of for _, of, *_ in corrections(office.report(NOVEMBER, customer="globex"), "response")] == [
        "2026-10"
    ]


def test_an_edit_of_the_rules_moves_nothing_that_was_told(office):
    office.close()
    before = office.report()
    office.edit(
        RULES.replace(
            "target critical response within 15m on always", "target critical response within 5m on always"
        )
    )
    office.pass_to("2026-11-05 12:00")
    assert office.graph.digest != before.rules
    assert office.report(anew=True).clocks == before.clocks
    assert office.report().clocks == before.clocks


def test_another_zone_moves_no_closed_month(office):
    office.opened("early", "2026-09-30 22:30")
    office.say("early", "2026-09-30 22:35", "reply")
    office.say("early", "2026-09-30 22:40", "resolved")
    office.pass_to("2026-11-02 13:00")
    office.close()
    before = office.report()
    assert response(before)["early"] == "met"
    office.edit(RULES.replace("zone Europe/Berlin\n  override", "zone America/Denver\n  override"))
    office.pass_to("2026-11-05 12:00")
    assert office.graph.zone("acme") == "America/Denver"
    assert office.report().clocks == before.clocks
    assert {item.zone for item in office.report(customer="acme").closings if item.customer} == {
        "Europe/Berlin"
    }


def test_what_is_open_at_the_end_is_told_as_running(office):
    office.opened("open", "2026-10-31 23:30", customer="nobody in particular", priority="normal")
    office.pass_to("2026-11-01 00:20")
    office.pass_to("2026-11-02 12:00")
    office.close()
    running = {item for item in office.report().clocks if item[1] is Standing.RUNNING}
    assert {clock.ticket for clock, _ in running} == {"open"}
    office.say("open", "2026-11-02 13:00", "resolved")
    office.pass_to("2026-11-05 12:00")
    assert {item for item in office.report().clocks if item[1] is Standing.RUNNING} == running
    assert office.report(NOVEMBER).corrections == ()
    assert {clock.ticket for clock, _ in office.report(NOVEMBER).clocks} == {"open"}


def test_ranges_over_closed_and_open_time_count_each_clock_once(office):
    office.opened("november", "2026-11-02 13:00")
    office.say("november", "2026-11-02 13:05", "reply")
    office.pass_to("2026-11-05 12:00")
    both = Period(bound("2026-10-01"), bound("2026-12-01"))
    before = office.report(both)
    office.close()
    after = office.report(both)
    assert {item for item in after.clocks if item[1] is not Standing.RUNNING} == {
        item for item in before.clocks if item[1] is not Standing.RUNNING
    }
    assert after.figures == before.figures


def refusal(office, period, customer=""):
    kept = told(office)
    with pytest.raises(EngineError) as caught:
        office.close(period, customer)
    assert told(office) == kept
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_months_are_closed_when_they_are_over_and_in_order(office):
    assert "2026-11 is not over" in refusal(office, NOVEMBER)
    office.now = OCTOBER.span("America/Denver")[0] + 31 * 86_400 - 1
    assert (
        refusal(office, OCTOBER)
        == "2026-10 is not over for globex: it ends at 2026-11-01 00:00 America/Denver"
    )
    assert [item.closing.customer for item in office.close(OCTOBER, "initech")] == ["initech"]
    office.pass_to("2027-02-02 12:00")
    assert office.close()
    assert refusal(office, DECEMBER) == "2026-11 is not closed yet for everybody"
    office.close(NOVEMBER, "acme")
    assert refusal(office, month("2026-09"), "acme").startswith("2026-11 is closed already for acme")
    office.close(NOVEMBER)
    assert office.close(DECEMBER)


def test_what_is_closed_outlives_the_archive_and_loses_only_text(office, tmp_path):
    from engine.archive import erase as archive_erase
    from engine.archive import parts as archive
    from engine.erasure import Kept

    office.excuse("bad", "response")
    office.pass_to("2026-11-03 12:00")
    office.close()
    before = office.report()
    office.say("good", "2026-11-04 08:00", "closed")
    office.say("bad", "2026-11-04 08:00", "closed")
    office.opened("new", "2027-02-09 12:00")
    office.pass_to("2027-02-10 12:00")
    assert archive.move(
        office.store, tmp_path / "archive", archive.first_kept(office.now - 40 * 86_400), office.graph
    )
    assert office.report().clocks == before.clocks
    assert archive_erase.forget(
        office.store, Kept.by(office.graph), archive_erase.of_customer("acme"), office.now
    ).tickets
    [clock] = [clock for clock, which in office.report().clocks if which is Standing.EXCLUDED]
    assert (clock.excuse.reason, clock.excuse.by) == ("", "")
    assert office.report().figures == before.figures
    assert "(reason erased)" in as_html(office.report())


def test_every_format_shows_both_and_hostile_text_is_harmless(office):
    office.close()
    evil = '=HYPERLINK("x")</td><script>alert(1)</script>\u202e\x1b[31m'
    office.excuse("bad", "response", reason=evil)
    office.opened("=late()", "2026-10-22 08:00", customer="acme")
    office.say("=late()", "2026-10-22 09:00", "reply")
    office.pass_to("2026-11-05 12:00")
    report = office.report(NOVEMBER)
    assert len(report.corrections) >= 2
    for text in (as_csv(report), as_json(report), as_html(report)):
        assert "2026-10" in text
        assert office.graph.digest in text
        assert "excluded" in text
        assert "\u202e" not in text and "\x1b" not in text
    assert "'=late()" in as_csv(report)
    assert "'=HYPERLINK" in as_csv(report)
    assert "<script" not in as_html(report)
    assert "http" not in as_html(report)


def test_what_comes_while_a_month_is_closed_is_not_lost(office, opener, monkeypatch):
    """An event that an engine takes in between the reading and the writing is corrected next."""
    from reports import ledger

    pending = ledger.pending

    def meanwhile(*arguments):
        found = pending(*arguments)
        office.say("good", "2026-10-25 08:00", "reopened")
        office.pass_to("2026-11-02 12:30")
        return found

    before = office.report()
    with monkeypatch.context() as then:
        then.setattr(ledger, "pending", meanwhile)
        office.close()
    assert office.report().clocks == before.clocks
    assert corrections(office.report(NOVEMBER), "resolution") == [
        ("good", "2026-10", Standing.MET, Standing.BREACHED)
    ]


def test_two_that_close_at_once_close_once(office, opener, monkeypatch):
    from engine.facts import Instant
    from reports import ledger
    from reports.closing import close

    other, pending, others = opener(), ledger.pending, []

    def first(*arguments):
        found = pending(*arguments)
        if not others:
            others.append(None)
            others[:] = close(other, office.graph, Instant(office.now), OCTOBER)
        return found

    monkeypatch.setattr(ledger, "pending", first)
    ours = office.close()
    assert not any(item.anew for item in ours)
    assert all(item.anew for item in others)
    assert [item.closing.data for item in ours] == [item.closing.data for item in others]
