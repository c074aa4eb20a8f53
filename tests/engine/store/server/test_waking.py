"""Programs on one server wake each other."""

from __future__ import annotations

import threading

from engine.facts import Instant
from engine.store.database import POST, WORK
from engine.store.opening import listening
from engine.store.protocol import StoredRules
from tests.engine.store.values import opening


class Rings:
    """What a bell has rung for."""

    def __init__(self, place):
        self.heard = {WORK: threading.Event(), POST: threading.Event()}
        self._bell = listening(place, {what: event.set for what, event in self.heard.items()})

    def __enter__(self):
        self._bell.__enter__()
        assert self.after(lambda: None, WORK)  # at its beginning
        assert self.after(lambda: None, POST)
        return self

    def __exit__(self, *how):
        self._bell.__exit__(*how)

    def after(self, done, what, seconds=5.0):
        """Do it: whether the bell rings for this then."""
        done()
        rang = self.heard[what].wait(seconds)
        self.heard[what].clear()
        return rang


def test_whoever_listens_hears_of_work_when_it_is_in(place, store):
    with Rings(place) as rings:
        assert rings.after(lambda: store.add_events("desk", [opening(1)]), WORK)
        assert not rings.after(lambda: store.add_events("desk", [opening(1)]), WORK, 0.2)  # known already
        with store.cycle():
            store.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))
            assert not rings.after(lambda: None, WORK, 0.2)
        assert rings.after(lambda: None, WORK)
        assert rings.after(lambda: store.outbox.again([1], Instant(0), {}), POST)
        assert not rings.after(lambda: None, WORK, 0.1)


def test_a_bell_rings_in_its_own_store_only_and_again_after_a_loss(place, store, admin, postgres):
    with Rings(place) as rings:
        admin("SELECT pg_notify('sla', 'work elsewhere')")
        assert not rings.after(lambda: None, WORK, 0.2)
        lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT current_schema()%'"
        assert rings.after(lambda: admin(lost), WORK)  # what was missed meanwhile
        assert rings.after(lambda: store.add_events("desk", [opening(1)]), WORK)
