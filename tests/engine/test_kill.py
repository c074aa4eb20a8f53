"""An engine killed at any moment: nothing is lost, nothing is told twice. Real processes, real SIGKILL."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from dsl.load import load_texts
from engine.facts import Instant
from engine.simulate import DAY, HOUR, Desk, Simulation
from engine.store.sqlite import SqliteStore
from tests.engine.killable import finish, kill
from tests.engine.site import RULES

KILLS = int(os.environ.get("SLA_TEST_KILLS", "50"))
END = Instant(1_790_000_000)
WINDOW = 2 * HOUR
START = Instant(END - KILLS * WINDOW)


@pytest.fixture
def site(tmp_path):
    """Makes folders with the same rules, an empty store, and the same story to be told into it."""

    def make(name: str) -> tuple[Path, Path, Simulation]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "sla.rules").write_text(RULES)
        rules = load_texts("sla.rules", {"sla.rules": RULES}).ruleset
        assert rules is not None
        SqliteStore.open(folder / "sla.db", create=True).close()
        return folder / "sla.db", folder / "sla.rules", Simulation(Desk.of(rules), 11, Instant(START - DAY))

    return make


def tell(path: Path, story: Simulation, until: int) -> None:
    """What happens up to an instant goes into the store."""
    store = SqliteStore.open(path)
    store.add_events("demo", story.until(Instant(until), 1200, 1.0))
    store.close()


def outcome(path: Path) -> dict[str, list[tuple[object, ...]]]:
    store = SqliteStore.open(path, read_only=True)
    try:
        ask = store.connection.execute
        assert ask("PRAGMA integrity_check").fetchone() == ("ok",)
        return {
            "alerts": ask(
                "SELECT ticket, metric, cycle, threshold, at, cause FROM alerts ORDER BY 1, 2, 3, 4"
            ).fetchall(),
            "clocks": ask("SELECT * FROM clocks ORDER BY ticket, metric, cycle").fetchall(),
            "pins": ask("SELECT ticket, at, cause, terms FROM pins ORDER BY 1, 2, 3").fetchall(),
            "rules": ask("SELECT digest FROM rule_sets ORDER BY generation DESC LIMIT 1").fetchall(),
        }
    finally:
        store.close()


def test_killed_in_the_middle_of_cycles(site):
    calm, rules, story = site("calm")
    tell(calm, story, END)
    finish(calm, rules, END, END, WINDOW)
    store, rules, story = site("killed")
    rng = random.Random(5)
    at_work = 0
    for now in range(START + WINDOW, END + 1, WINDOW):
        tell(store, story, now)
        at_work += kill(rng.uniform(0.0, 0.06), store, rules, now - WINDOW, now, 600)
    finish(store, rules, END, END, WINDOW)
    assert outcome(store) == outcome(calm)
    assert at_work > KILLS // 2, "most kills have to hit an engine at work"


def test_killed_in_the_middle_of_reloads(site):
    """Rules that differ in opening hours move many open tickets; a version is in force completely or not at all."""
    store, rules, story = site("killed")
    tell(store, story, END)
    finish(store, rules, END, END, DAY)
    rng = random.Random(6)
    at_work = 0
    for turn in range(KILLS):
        rules.write_text(RULES.replace("16:00", f"{17 + turn % 3}:00"))
        at_work += kill(rng.uniform(0.0, 0.06), store, rules, END, END, DAY)
        outcome(store)
    rules.write_text(RULES.replace("16:00", "17:30"))
    finish(store, rules, END, END, DAY)
    clean, clean_rules, story = site("clean")
    clean_rules.write_text(RULES)
    tell(clean, story, END)
    finish(clean, clean_rules, END, END, DAY)
    clean_rules.write_text(RULES.replace("16:00", "17:30"))
    finish(clean, clean_rules, END, END, DAY)
    left, right = outcome(store), outcome(clean)
    assert (left["clocks"], left["rules"]) == (right["clocks"], right["rules"])
    assert at_work > KILLS // 2, "most kills have to hit an engine at work"
