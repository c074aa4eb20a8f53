"""Two people at two consoles on one store: each sees what the other does, and nobody undoes it unawares."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from textual.widgets import Input, Static

from engine.facts import Event, Instant
from engine.run import Engine
from engine.store.opening import open_store
from tests.engine.site import RULES
from tests.tui.driving import inbox, press, settle
from tui import deeds
from tui.actions import Act, Action
from tui.app import Console, Options
from tui.screens.ask import Confirm
from tui.source import Sight, StoreSource


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    return request.getfixturevalue("schema") if request.param == "postgres" else tmp_path / "sla.db"


@pytest.fixture
def engine(place, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES)
    data = {"customer": "Acme", "priority": "high", "status": "Open", "subject": "down"}
    with closing(open_store(place, create=True)) as store:
        opened = Event(Instant(int(time.time()) - 60), "opened", data, "test", "1")
        store.add_events("test", [("T-1", opened)])
        made = Engine(store, tmp_path / "sla.rules")
        made.start(Instant(int(time.time())))
        yield made


def at_desk(place, person):
    return StoreSource(Sight(place, write=True, person=person))


async def test_the_second_is_told_and_loses_nothing(place, engine):
    consoles = [Console(at_desk(place, name), Options(refresh=3600)) for name in ("day-lead", "night-lead")]
    async with consoles[0].run_test(size=(120, 40)) as day, consoles[1].run_test(size=(120, 40)) as night:
        for pilot in (day, night):
            pilot.app._refresh()
            await settle(pilot)
        await assign(day, "day-lead")
        assert inbox(day.app).table.rows[0].assignee == "day-lead"
        await assign(night, "night-lead")
        screen = night.app.screen
        assert isinstance(screen, Confirm)
        asked = " ".join(str(line.content) for line in screen.query(Static))
        assert "Changed meanwhile" in asked
        assert "assignee set to day-lead by day-lead" in asked
        # What the other has done is on the screen below the question, and what was wanted is still there to be done.
        assert inbox(night.app).table.rows[0].assignee == "day-lead"
        await press(night, "y")
        assert inbox(night.app).table.rows[0].assignee == "night-lead"
        day.app._refresh()
        await settle(day)
        assert inbox(day.app).table.rows[0].assignee == "night-lead"
    with closing(open_store(place)) as store:
        [ticket] = store.tickets()
    said = [(item.data["by"], item.data["assignee"]) for item in ticket.events if "assignee" in item.data]
    assert said == [("day-lead", "day-lead"), ("night-lead", "night-lead")]


async def assign(pilot, name):
    await press(pilot, "A")
    pilot.app.screen.query_one(Input).value = name
    await press(pilot, "enter")


def test_of_two_at_the_same_moment_one_is_second(place, engine, monkeypatch):
    event_of = deeds.event_of

    def slowly(*args):
        time.sleep(0.05)  # both have looked, unless one has to wait
        return event_of(*args)

    monkeypatch.setattr(deeds, "event_of", slowly)
    names = ("day-lead", "night-lead")
    with ThreadPoolExecutor(2) as pool:
        barrier = Barrier(2)

        def act(name):
            with closing(at_desk(place, name)) as source:
                [row] = source.snapshot(full=True).rows
                barrier.wait(10)
                return source.act([row.id], Action(Act.ASSIGN, text=name), [row])

        outcomes = dict(zip(names, pool.map(act, names), strict=True))
    [first] = [name for name, outcome in outcomes.items() if outcome.done]
    [second] = [name for name in names if name != first]
    assert dict(outcomes[second].overtaken) == {1: f"assignee set to {first} by {first}"}
