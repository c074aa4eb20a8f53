"""A desk whose store keeps columns in blocks of a few tickets, made in several steps."""

from __future__ import annotations

from random import Random

import pytest

from engine.columns import keeper
from engine.run import Engine
from engine.store import column_blocks
from tests.engine.desk import RULES, random_ticket
from tests.engine.store.columns.keeping import NOW


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Blocks of a few tickets, made in several steps."""
    monkeypatch.setattr(column_blocks, "SIZE", 16)
    monkeypatch.setattr("engine.columns.load.SIZE", 16)
    monkeypatch.setattr(keeper, "PORTION", 5)


@pytest.fixture
def desk(store, tmp_path):
    """Sixty tickets that an engine has seen, most of them open."""
    root = tmp_path / "sla.rules"
    root.write_text(RULES)
    rng = Random(4)
    for number in range(1, 61):
        item = random_ticket(rng, number)
        store.add_events("test", [(item.key, event) for event in item.events])
    engine = Engine(store, root)
    engine.start(NOW)
    return engine
