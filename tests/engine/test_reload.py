"""Reloading: promises stay, operations move, a broken edit blanks nothing, and the store remembers what was in force."""

from __future__ import annotations

import subprocess

import pytest

from engine.errors import EngineError
from engine.in_force import stored_graph
from tests.engine.site import RULES, at

NOON = "2026-03-02 12:00"


@pytest.fixture
def running(site):
    engine, store = site.engine()
    site.happen(store, "T-1", "2026-03-02 11:00", "opened", customer="Acme", priority="low", status="Open")
    engine.start(at("2026-03-02 11:00"))
    return engine, store


def due(store, metric="resolution"):
    [ticket] = store.tickets()
    return (
        next(
            due
            for (name, due) in store.connection.execute("SELECT metric, due FROM clocks")
            if name == metric
        )
        if ticket
        else None
    )


def test_a_promise_is_not_moved_by_an_edit_of_the_target(site, running):
    engine, store = running
    before = due(store)
    site.write(RULES.replace("within 8h", "within 1h"))
    engine.reload(at(NOON))
    assert engine.rules.now.status.generation == 2
    assert due(store) == before
    site.happen(store, "T-2", "2026-03-02 12:10", "opened", priority="low", status="Open")
    engine.step(at("2026-03-02 12:10"))
    rows = {row.ticket: row.target for row in store.rows()}
    assert rows["T-2"] == 3600


def test_opening_hours_are_live_and_what_they_move_is_the_rules_doing(site, running):
    engine, store = running
    before = due(store)
    site.write(RULES.replace("08:00-16:00", "08:00-24:00"))
    turn = engine.reload(at("2026-03-02 20:00"))
    assert due(store) < before
    causes = {(item.metric, item.what): item.cause for item in turn.transitions}
    assert causes["resolution", "breach"] == "rules"
    assert any("calendar" in words for words in engine.rules.now.status.moved)


def test_a_broken_edit_leaves_the_last_good_rules_in_force(site, running):
    engine, store = running
    site.write(RULES + "tier silver {\n")
    engine.reload(at(NOON))
    status = engine.rules.now.status
    assert status.broken and status.generation == 1
    site.write()
    engine.reload(at(NOON))
    assert not engine.rules.now.status.broken
    assert engine.rules.now.status.generation == 1


def test_an_engine_starts_on_the_last_good_rules_when_the_files_are_broken(site, running):
    site.write("tier {\n")
    later, _ = site.engine()
    later.start(at(NOON))
    assert later.rules.now.status.broken
    assert later.rules.now.status.generation == 1


def test_without_any_good_rules_it_says_so_and_where(site):
    site.write("tier {\n")
    engine, _ = site.engine()
    with pytest.raises(EngineError, match=r"sla\.rules:1:"):
        engine.start(at(NOON))


def test_missing_files_are_broken_rules_too(site, running):
    engine, _ = running
    site.root.unlink()
    engine.reload(at(NOON))
    assert engine.rules.now.status.broken
    site.write()
    engine.reload(at(NOON))
    assert not engine.rules.now.status.broken


def test_every_version_is_kept_with_the_time_it_came_into_force(site, running):
    engine, store = running
    site.write(RULES.replace("within 8h", "within 6h"))
    engine.reload(at("2026-03-03 09:00"))
    old = stored_graph(store, at("2026-03-02 23:00"))
    new = stored_graph(store, at("2026-03-03 10:00"))
    assert old is not None and new is not None
    assert old.digest != new.digest
    assert new.digest == engine.rules.now.graph.digest


def test_terms_that_name_a_calendar_that_is_gone_keep_its_hours_also_after_a_restart(site, running):
    engine, store = running
    before = due(store)
    site.write(RULES.replace("office", "desk").replace("08:00-16:00", "00:00-01:00"))
    engine.reload(at(NOON))
    site.happen(store, "T-1", "2026-03-02 12:01", "note")
    engine.step(at("2026-03-02 12:02"))
    assert due(store) == before
    again, _ = site.engine()
    again.start(at("2026-03-02 12:03"))
    site.happen(store, "T-1", "2026-03-02 12:04", "note")
    again.step(at("2026-03-02 12:05"))
    assert due(store) == before


def test_the_git_revision_is_known_also_when_nothing_was_new_at_the_start(site, running):
    git = ["git", "-C", str(site.folder), "-c", "user.name=tiercel", "-c", "user.email=tiercel@msp.example"]
    for words in (["init", "-q"], ["add", "sla.rules"], ["commit", "-q", "-m", "rules"]):
        subprocess.run([*git, *words], check=True)
    again, _ = site.engine()
    again.start(at(NOON))
    status = again.rules.now.status
    assert (status.generation, bool(status.revision), status.revision.endswith("+")) == (1, True, False)


def test_a_store_that_comes_to_ask_for_plans_meanwhile_is_obeyed(site, running, monkeypatch):
    engine, store = running
    held = store.generation()
    look_up = store.affected_tickets

    def meanwhile(*given):
        store.require_plans(True)  # as another engine that starts while this one prepares
        return look_up(*given)

    monkeypatch.setattr(store, "affected_tickets", meanwhile)
    site.write(RULES.replace("08:00-16:00", "08:00-24:00"))
    engine.reload(at(NOON))
    assert store.generation() == held
    assert [one.code for one in engine.rules.now.status.broken] == ["E0112"]
    store.save_plan(engine.rules._unplanned, "", at(NOON))
    assert engine.released()
    engine.reload(at(NOON))
    assert store.generation()[0] == held[0] + 1 and not engine.rules.now.status.broken
