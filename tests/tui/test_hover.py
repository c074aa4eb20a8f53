"""What is shown under the pointer: when a calendar opens next, and what a target comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dsl.load import load_texts
from dsl.model import TimeRange
from engine.wall import parse_instant
from tests.tui.editor import REST, ROOT
from tui.language_server.hover import hover
from tui.language_server.insight import openings
from tui.language_server.sites import Reading

ONE_FILE = ROOT.replace('include "rules/*.rules"\n', "") + REST


def loaded(text=ONE_FILE):
    found = load_texts("sla.rules", {"sla.rules": text})
    assert found.ruleset
    return Reading(Path("/site"), "sla.rules", found, date(2026, 1, 1), found.diagnostics)


def test_the_next_openings_are_on_the_calendars_own_clock():
    office = loaded().loaded.ruleset.calendars["office"]
    assert openings(office, parse_instant("2026-03-27T17:00:00+01:00")) == [
        "open until 18:00",
        "Mon 2026-03-30 08:00 to 18:00",
        "Tue 2026-03-31 08:00 to 18:00",
    ]
    assert openings(office, parse_instant("2026-03-27T18:00:00+01:00"), 1) == [
        "Mon 2026-03-30 08:00 to 18:00"
    ]
    never = replace(office, weekly=((),) * 7)
    assert openings(never, parse_instant("2026-03-27T18:00:00+01:00")) == []
    night = replace(office, weekly=((TimeRange(1320, 1560),), *((),) * 6))
    assert openings(night, parse_instant("2026-03-27T18:00:00+01:00"), 1) == [
        "Mon 2026-03-30 22:00 to Tue 2026-03-31 02:00"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "target critical, low response within 4h",
            ["response for critical, low: within 4h of open time", "on calendar office (Europe/Berlin)"],
        ),
        (
            "target critical, low response within 3bd",
            ["response for critical, low: within 3 open days", "on calendar office (Europe/Berlin)"],
        ),
        (
            "target critical, low response within 1d on always",
            ["response for critical, low: within 24h of open time", "on calendar always, around the clock"],
        ),
    ],
)
def test_a_target_says_what_it_comes_to(text, said):
    source = (
        ROOT.replace('include "rules/*.rules"\n', "").replace("target critical, low response within 4h", text)
        + REST
    )
    reading = loaded(source)
    for word in ("target", "critical", "within"):
        shown, _ = hover(reading, "sla.rules", source.index(text) + text.index(word) + 1, 0)
        assert shown.splitlines()[:2] == said, word


def test_a_target_of_an_override_runs_on_the_nearest_calendar():
    lines = "  override peak {\n    target critical resolution within 1h\n  }\n"
    base = (
        ROOT.replace('include "rules/*.rules"\n', "")
        + REST
        + "calendar late {\n  zone Asia/Tokyo\n  open mon 10:00-12:00\n}\n"
    )
    for own, wanted in (("", "office"), ("  calendar late\n", "late")):
        source = base.replace(
            "  tier gold\n}\ncustomer globex", f"{own}  tier gold\n{lines}}}\ncustomer globex"
        )
        shown, _ = hover(loaded(source), "sla.rules", source.index("within 1h"), 0)
        assert f"on calendar {wanted} " in shown
