"""Scenarios and checks on the engine: each kind of expectation, held and not, with what is said to have come out."""

from __future__ import annotations

import re

import pytest

from dsl.load import load_texts
from dsl.scenario import FAILED
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.scenario.rehearsal import MOST_REPEATED, Rehearsal
from engine.scenario.verdicts import run_all
from tests.engine.desk import at
from tests.engine.ladders import rules

STEPS = (
    "at 50% of response notify assignee via inbox skip if nobody",
    "at warning of resolution notify duty-manager via inbox",
    "at breach of response reassign to lead of noc",
    "at breach of response raise priority to critical",
    "at breach of resolution escalate to management",
    'at breach of resolution tag "late" when vip',
    "at 1h past resolution notify management via email repeat every 30m until acknowledged",
    "at 1h past resolution notify duty-manager via inbox only in office hours",
    "stop when status is resolved",
)
SITE = (
    rules(*STEPS)
    + """
customer globex "Globex AG" {
  zone Europe/Berlin
  override freeze from 2026-11-15 until 2026-12-01 {
    reason "CHG-1"
    target critical resolution within 1h on always
    target critical response within 10m on always when vip
  }
}
"""
)


def trial(text, **files):
    """Results of the scenarios and checks in a text that is added to the site."""
    loaded = load_texts("sla.rules", {"sla.rules": SITE + text, **files})
    assert loaded.ruleset is not None, [f"{one.span}: {one.message}" for one in loaded.diagnostics]
    return loaded, list(run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate))


def story(*lines, head="ticket t1 customer acme priority critical"):
    body = "\n".join(f"  {line}" for line in lines)
    return f'scenario "s" {{\n  zone Europe/Berlin\n  {head}\n{body}\n}}\n'


def got(expectation, *before, head="ticket t1 customer acme priority critical"):
    """What comes out where something is expected, "" if just that does."""
    _, (result,) = trial(story(*before, f"expect {expectation}", head=head))
    return result.failures[0].got if result.failures else ""


OPENED = "at 2026-10-05 09:00 opened"  # a Monday; response within 1h, resolution within 4h, around the clock
WAITS = 'at 2026-10-05 10:00 set status "Waiting"'
LOW = "ticket t1 customer acme priority low"  # response within 2h, resolution within 8h, office hours 08:00-16:00


@pytest.mark.parametrize(
    ("expectation", "events"),
    [
        ("response due 2026-10-05 10:00", [OPENED]),
        ("resolution due never", [OPENED, WAITS]),
        ("resolution running", [OPENED]),
        ("response running at 2026-10-05 10:00", [OPENED]),  # what is due just then is in time
        ("response breached at 2026-10-05 10:00:01", [OPENED]),
        ("response breached by 30m", [OPENED, "at 2026-10-05 10:30 reply"]),
        ("response met", [OPENED, "at 2026-10-05 10:00 reply"]),
        ("resolution paused", [OPENED, WAITS]),
        ("resolution paused by client at 2026-10-05 18:00", [OPENED, WAITS]),
        ("resolution cancelled", [OPENED, "at 2026-10-05 09:10 cancelled"]),
        ("no update", [OPENED]),
        ("gold decides resolution", [OPENED]),
        ("warning of response at 2026-10-05 09:30", [OPENED]),
        ("warning of response at 2026-10-05 09:45", [OPENED]),
        ("75% of response at 2026-10-05 09:45", [OPENED]),
        ("breach of response at 2026-10-05 10:00", [OPENED]),
        ("breach of response never", [OPENED, "at 2026-10-05 10:00 reply"]),
        ("breach of response reassign to lead of noc at 2026-10-05 10:00", [OPENED]),
        (
            "50% of response notify assignee via inbox never",
            [OPENED],
        ),  # nobody is assigned, and that is skipped
        (
            "50% of response notify assignee via inbox at 2026-10-05 09:30",
            [OPENED + ' with assignee "Night Desk"'],
        ),
        ('breach of resolution tag "late" never', [OPENED]),
        ('breach of resolution tag "late" at 2026-10-05 13:00', [OPENED + " with vip true"]),
        ("1h past resolution notify management via email at 2026-10-05 14:00", [OPENED]),
        (
            "1h past resolution notify management via email at 2026-10-06 06:30",
            [OPENED],
        ),  # repeated without end
        ("1h past resolution notify management via email never", [OPENED, "at 2026-10-05 12:00 resolved"]),
        ("nothing until 2026-10-05 09:30", [OPENED]),
        ("nothing until 2026-10-09 09:00", [OPENED, "at 2026-10-05 09:01 resolved"]),
        # what happened before counts as well: the breach of half an hour ago
        ("breach of response at 2026-10-05 10:00", [OPENED, "at 2026-10-05 10:30 reply"]),
    ],
)
def test_what_holds(expectation, events):
    assert got(expectation, *events) == ""


@pytest.mark.parametrize(
    ("expectation", "events", "out"),
    [
        ("response due 2026-10-05 10:30", [OPENED], "response due 2026-10-05 10:00"),
        ("resolution due never", [OPENED], "resolution due 2026-10-05 13:00"),
        ("resolution due 2026-10-05 13:00", [OPENED, WAITS], "resolution due never"),
        ("update due 2026-10-05 13:00", [OPENED], "no update"),
        ("resolution running", [OPENED, WAITS], "resolution paused by client"),
        ("resolution met at 2026-10-05 13:20", [OPENED], "resolution breached by 20m at 2026-10-05 13:20"),
        ("response breached by 29m", [OPENED, "at 2026-10-05 10:30 reply"], "response breached by 30m"),
        ("response met", [OPENED], "response running"),
        ("no response", [OPENED], "response running"),
        ("gold decides next-response", [OPENED], "no next-response"),
        ("warning of response at 2026-10-05 09:40", [OPENED], "warning of response at 2026-10-05 09:45"),
        ("warning of response never", [OPENED], "warning of response at 2026-10-05 09:30"),
        ("75% of response at 2026-10-05 09:46", [OPENED], "75% of response at 2026-10-05 09:45"),
        (
            "breach of response reassign to lead of noc at 2026-10-05 10:01",
            [OPENED],
            "breach of response reassign to lead of noc at 2026-10-05 10:00",
        ),
        (
            'breach of resolution tag "late" at 2026-10-05 13:00',
            [OPENED],
            'breach of resolution tag "late" never',
        ),
        (
            "1h past resolution notify management via email at 2026-10-05 14:10",
            [OPENED],
            "1h past resolution notify management via email at 2026-10-05 14:00",
        ),
        ("nothing until 2026-10-05 09:31", [OPENED], "nothing until 2026-10-05 09:30"),
    ],
)
def test_what_does_not_hold_is_told_as_what_would(expectation, events, out):
    assert got(expectation, *events) == out
    assert got(out, *events) == ""


def test_ladders_act_as_time_passes():
    """The breach of the response raises the priority, and the stricter target of the resolution is passed at once."""
    events = ["at 2026-10-05 09:00 opened"]
    assert got("resolution due 2026-10-05 17:00", *events, head=LOW) == "resolution due 2026-10-06 09:00"
    later = [*events, "at 2026-10-05 11:30 note"]
    assert got("resolution due 2026-10-05 13:00", *later, head=LOW) == ""
    assert got("resolution breached by 1h at 2026-10-05 14:00", *events, head=LOW) == ""
    assert got("breach of resolution escalate to management at 2026-10-05 13:00", *events, head=LOW) == ""


def test_a_step_waits_for_its_hours():
    step = "1h past resolution notify duty-manager via inbox"
    evening = ["at 2026-10-05 15:00 opened"]
    assert (
        got(f"{step} at 2026-10-05 20:00", *evening) == f"{step} at 2026-10-06 09:00"
    )  # an hour on that calendar


def test_reminders_that_a_standing_ladder_holds_back_are_quiet_and_end():
    site = rules(
        "at breach of response notify management via email repeat every 30m until acknowledged",
        "stop when status is waiting",
    )
    text = site + story(
        OPENED,
        "at 2026-10-05 10:10 set vip true",
        "expect nothing until 2026-10-05 10:20",
        WAITS.replace("10:00", "10:20"),
        "expect nothing until 2026-10-20 09:00",
    )
    loaded = load_texts("sla.rules", {"sla.rules": text})
    (result,) = run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate)
    assert [failure.got for failure in result.failures] == []


@pytest.mark.parametrize(
    "day", ["1900-01-01", "1969-12-29", "1970-01-05", "2026-10-05", "2199-12-02"]
)  # Mondays
def test_every_year_within_reach_is_like_any_other(day):
    opened = f"at {day} 09:00 opened"
    assert got(f"nothing until {day} 09:30", opened) == ""
    assert got(f"nothing until {day} 09:31", opened) == f"nothing until {day} 09:30"
    assert got(f"nothing until {day} 10:30", opened, f"at {day} 10:00 reply") == ""
    quiet = (opened, f"at {day} 13:01 reply", f"at {day} 14:10 acknowledged")
    assert got(f"nothing until {day} 18:00", *quiet) == ""
    assert got(f"nothing until {day} 15:00", *quiet[:2]) == f"nothing until {day} 14:00"
    assert got(f"response breached at {day} 10:01", opened) == ""


def test_what_becomes_stricter_is_over_since_the_change():
    raised = (
        OPENED,
        "at 2026-10-05 09:30 reply",
        "at 2026-10-05 15:30 set priority critical",
        "at 2026-10-05 16:30 note",
    )
    for expected in ("resolution due 2026-10-05 15:30", "resolution breached by 1h"):
        assert got(expected, *raised, head="ticket t1 customer acme priority low") == ""


def test_a_reply_at_the_very_instant_is_in_time_and_silences_the_breach():
    assert got("nothing until 2026-10-05 10:30", OPENED, "at 2026-10-05 10:00 reply") == ""


def test_of_several_tickets_the_least_loaded_is_counted():
    text = """
scenario "loads" {
  zone Europe/Berlin
  ticket t1 customer acme priority critical
  at 2026-10-05 09:00 opened
  at 2026-10-05 10:01 note
  at 2026-10-05 12:00 resolved
  ticket t2 customer acme priority critical
  at 2026-10-05 09:01 opened
  at 2026-10-05 10:05 set vip false
  expect breach of response reassign to lead of noc at 2026-10-05 10:01
}
"""
    loaded, (result,) = trial(text)
    assert result.failures == ()
    told = next(iter(loaded.ruleset.scenarios.values()))
    rehearsal = Rehearsal(Graph.compile(loaded))
    for number, name in enumerate(("t1", "t2")):
        data = {"customer": "acme", "priority": "critical"}
        rehearsal.happen(name, Event(Instant(at("10-05 09:00") + number), "opened", data, "x", name, number))
    rehearsal.advance(at("10-05 10:30"))
    assert told.stories[1].name == "t2"
    assert rehearsal.look_at("t1").fields["assignee"] == "Night Desk"
    assert rehearsal.look_at("t2").fields["assignee"] == "day-lead"


def test_an_expectation_changes_nothing_for_those_below_it():
    looking = [
        OPENED,
        "expect response breached at 2026-10-05 11:00",
        "expect breach of response at 2026-10-05 10:00",
        "at 2026-10-05 11:00 reply",
    ]
    assert got("response breached by 1h", *looking) == ""
    assert got("resolution due 2026-10-05 13:00", *looking) == ""


def test_a_failure_is_a_diagnostic_with_the_reasons_of_why_and_a_fix():
    text = story(OPENED, "expect response due 2026-10-05 10:30  # a comment")
    loaded, (result,) = trial(text)
    (failure,) = result.failures
    one = failure.diagnostic
    line = (SITE + text).split("\n")[one.span.line - 1]
    assert (one.code, one.span.path, one.span.column) == (FAILED, "sla.rules", line.index("response") + 1)
    assert one.message == "expected response due 2026-10-05 10:30, got response due 2026-10-05 10:00"
    assert any(
        "tier gold decides: target critical response within 1h on always" in note for note in one.notes
    )
    assert any("breach 10:00" in note for note in one.notes)  # `always` is told in the zone of the scenario
    (fix,) = one.fixes
    (edit,) = fix.edits
    source = loaded.files["sla.rules"]
    assert source[edit.span.start : edit.span.end] == "response due 2026-10-05 10:30"
    mended = source[: edit.span.start] + edit.text + source[edit.span.end :]
    assert "expect response due 2026-10-05 10:00  # a comment\n" in mended


def test_nothing_is_offered_where_lines_may_hold_comments():
    text = story(OPENED, WAITS, "expect resolution paused by client, # one", "  other at 2026-10-05 12:00")
    more = 'pause other {\n  when status == "New"\n  stops resolution\n}\n'
    _, (result,) = trial(text + more)
    assert result.failures[0].got == "resolution paused by client at 2026-10-05 12:00"
    assert result.failures[0].diagnostic.fixes == ()


def test_an_hour_that_comes_twice_says_so():
    night = [
        "at 2026-10-25 01:30 opened"
    ]  # clocks go back at 03:00: an hour later it is 02:30 for the first time
    assert got("response due 2026-10-25 02:30", *night) == ""
    late = ["at 2026-10-25 02:30 opened"]  # one hour later it is 02:30 again
    _, (result,) = trial(story(*late, "expect response due 2026-10-25 02:30"))
    (failure,) = result.failures
    assert failure.expected == failure.got
    assert "twice" in failure.reasons[0]
    assert failure.diagnostic.message.endswith(
        "got response due 2026-10-25 02:30 (the second time that night)"
    )
    assert failure.diagnostic.fixes == ()


@pytest.mark.parametrize(
    "expectation",
    [
        "response due 2026-10-25 04:00",
        "breach of response at 2026-10-25 04:00",
        "nothing until 2026-10-25 04:00",
    ],
)
def test_what_would_not_hold_when_read_back_is_not_offered(expectation):
    night = "at 2026-10-25 02:30 opened"
    _, (result,) = trial(story(night, f"expect {expectation}"))
    (failure,) = result.failures
    assert (failure.twice, failure.diagnostic.fixes) == (True, ())
    _, (result,) = trial(story(night.replace("02:30", "01:15"), f"expect {expectation}"))
    (failure,) = result.failures
    assert (failure.twice, len(failure.diagnostic.fixes)) == (False, 1)


def test_flags_and_acknowledgements():
    seen = [
        OPENED,
        "at 2026-10-05 12:59 flagged",
        "at 2026-10-05 12:59 unflagged",
        "at 2026-10-05 14:10 acknowledged",
    ]
    assert got("breach of resolution escalate to management at 2026-10-05 13:00", *seen) == ""
    assert got("1h past resolution notify management via email at 2026-10-05 14:30", *seen) != ""
    flagged = [OPENED, "at 2026-10-05 12:59 flagged"]
    assert got("breach of resolution escalate to management never", *flagged) == ""


def test_repetitions_are_told_at_their_times():
    """Also those that nothing asks for before they are over."""
    _, (result,) = trial(story(OPENED, "at 2026-10-05 16:10 note", "expect resolution met"))
    fired = [
        line.strip()[:38]
        for line in result.failures[0].reasons
        if " fired" in line and "notify management" in line
    ]
    assert [line[11:16] for line in fired] == ["14:00", "14:30", "15:00", "15:30", "16:00"]
    assert not any(" late" in line for line in result.failures[0].reasons)


def test_a_year_of_repetitions_is_told_by_the_newest():
    _, (result,) = trial(story(OPENED, "at 2027-10-05 10:10 note", "expect resolution met"))
    fired = [line for line in result.failures[0].reasons if " fired" in line and "notify management" in line]
    assert len(fired) == MOST_REPEATED + 2
    assert "2027-10-05 10:00" in fired[-1]
    assert not any(" late" in line for line in result.failures[0].reasons)


# ---------------------------------------------------------------- the engine as the oracle


@pytest.mark.parametrize("priority", ["critical", "low"])
def test_ladders_decide_what_an_engine_decides_that_looks_every_minute(site, priority):
    """The whole engine over a store, stepping through a day, against the rehearsal that jumps from step to step."""
    site.write(SITE)
    engine, store = site.engine()
    data = {"customer": "acme", "priority": priority, "status": "New", "vip": True}
    events = [
        Event(at("10-05 09:00"), "opened", data, "test", "1", 1),
        Event(at("10-05 11:00"), "changed", {"status": "Waiting"}, "test", "2", 2),
        Event(at("10-05 12:30"), "changed", {"status": "New"}, "test", "3", 3),
        Event(at("10-06 13:00"), "resolved", {}, "test", "4", 4),
    ]
    engine.start(at("10-05 08:59"))
    decided, now, coming = [], at("10-05 09:00"), list(events)
    while now <= at("10-06 13:00"):
        while coming and coming[0].at <= now:
            store.add_events("test", [("T-1", coming.pop(0))])
        for second in (now, Instant(now + 1)):
            decided += engine.step(second).decisions
        now = Instant(now + 60)
    loaded = load_texts("sla.rules", {"sla.rules": SITE})
    rehearsal = Rehearsal(Graph.compile(loaded))
    for event in events:
        rehearsal.happen("T-1", event)
    rehearsal.advance(at("10-06 13:01"))
    mine = rehearsal.actors["T-1"].decisions.values()
    once = {(one.at, one.step, one.outcome) for one in decided if not one.number}
    assert once == {(one.at, one.step, one.outcome) for one in mine if not one.number}
    assert len(once) > 6


def test_a_run_follows_the_order_of_the_files_and_takes_what_is_wanted():
    text = (
        story(OPENED, "expect no update").replace('"s"', '"b"')
        + 'check "a" on 2026-12-01 {\n  customer acme priority low expect no update\n}\n'
        + story(OPENED, "expect no update").replace('"s"', '"c"')
    )
    loaded, results = trial(text)
    assert [result.title for result in results] == ["b", "a", "c"]
    chosen = run_all(
        loaded.ruleset, Graph.compile(loaded), loaded.locate, lambda title: bool(re.search("a|c", title))
    )
    assert [result.title for result in chosen] == ["a", "c"]
