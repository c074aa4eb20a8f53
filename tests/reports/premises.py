"""A store with an engine that takes in what is said to it, for tests of reports."""

from __future__ import annotations

from engine.facts import EXCUSED, Event, FieldValue, Instant
from engine.run import Engine
from engine.store.sql import SqlStore
from tests.engine.site import Site, at

SOURCE = "test"


class Premises:
    """Things happen to it at local times of UTC; `now` moves by `pass_to`."""

    def __init__(self, store: SqlStore, site: Site, rules: str, now: str) -> None:
        self.store = store
        self.now: Instant = at(now)
        self._number = 0
        self._site = site
        self.edit(rules)

    def edit(self, rules: str) -> None:
        """Put these rules in force."""
        self._site.write(rules)
        self.engine = Engine(self.store, self._site.root)
        self.engine.start(self.now)

    @property
    def graph(self):
        assert self.engine.rules.now is not None
        return self.engine.rules.now.graph

    def pass_to(self, when: str) -> None:
        """Let time pass, and the engine take in what has come."""
        self.now = at(when)
        self.engine.step(self.now)

    def say(self, key: str, when: str, kind: str, **data: FieldValue) -> None:
        self._told(key, at(when), kind, data)

    def excuse(
        self,
        key: str,
        metric: str = "resolution",
        *,
        cycle: int = 1,
        excused: bool = True,
        reason: str = "=storm",
    ) -> None:
        said = {"metric": metric, "cycle": cycle, "by": "duty-manager", "reason": reason, "excused": excused}
        self._told(key, self.now, EXCUSED, said)

    def _told(self, key: str, when: Instant, kind: str, data: dict[str, FieldValue]) -> None:
        self._number += 1
        self.store.add_events(
            SOURCE, [(key, Event(when, kind, data, SOURCE, str(self._number), self._number))]
        )
