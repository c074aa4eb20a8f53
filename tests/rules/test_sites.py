"""The sites that we ship are sound, and the tutorial shows every declaration of the language."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from dsl.cut import cut
from dsl.load import load
from dsl.suppress import without_suppressed
from dsl.vocabulary import DECLARATIONS
from engine.analyse.analysis import analyse
from engine.graph import Graph
from engine.scenario.verdicts import run_all

PROJECT = Path(__file__).resolve().parents[2]
SITES = [
    PROJECT / "sla.rules",
    PROJECT / "rules" / "starter" / "sla.rules",
    *sorted((PROJECT / "rules" / "examples").glob("*.rules")),
]


@pytest.mark.parametrize("site", SITES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_shipped_site_has_nothing_to_say(site: Path) -> None:
    loaded = load(site)
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    assert loaded.ruleset.tiers


@pytest.mark.parametrize("site", SITES, ids=lambda path: str(path.relative_to(PROJECT)))
@pytest.mark.parametrize("day", ["2026-03-02", "2026-11-26", "2027-06-30"])
def test_an_analysis_of_a_shipped_site_has_nothing_to_say(site: Path, day: str) -> None:
    loaded = load(site)
    at = datetime.fromisoformat(f"{day}T10:00+00:00")
    found = analyse(loaded, Graph.compile(loaded), int(at.timestamp()))
    assert without_suppressed(found, loaded.files, at.date(), command="analyse") == ()


@pytest.mark.parametrize("site", SITES, ids=lambda path: path.stem)
def test_the_scenarios_and_checks_of_a_shipped_site_hold(site: Path) -> None:
    loaded = load(site)
    assert loaded.ruleset is not None
    results = list(run_all(loaded.ruleset, Graph.compile(loaded), loaded.locate))
    assert {result.kind for result in results} == {"scenario", "check"}
    assert [failure.diagnostic.message for result in results for failure in result.failures] == []


def test_every_rule_file_belongs_to_a_site() -> None:
    read = {site.parent / shown for site in SITES for shown in load(site).files}
    assert set((PROJECT / "rules").rglob("*.rules")) <= read


def test_the_tutorial_shows_every_declaration() -> None:
    loaded = load(PROJECT / "sla.rules")
    shown = {
        chunk.split()[0]
        for name, text in loaded.files.items()
        if name.endswith(".rules")
        for chunk in cut(text).texts
    }
    assert shown == set(DECLARATIONS)


def test_the_demo_site_has_a_dozen_customers_in_several_zones() -> None:
    ruleset = load(PROJECT / "sla.rules").ruleset
    assert ruleset is not None
    assert len(ruleset.customers) >= 12
    assert len({calendar.zone for calendar in ruleset.calendars.values()}) >= 5
    assert any(customer.overrides for customer in ruleset.customers.values())
