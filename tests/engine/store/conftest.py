"""Every store that there is answers the same contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.store.opening import open_store
from engine.store.place import Place
from engine.store.sql import SqlStore

Opener = Callable[[], SqlStore]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a new store may be made."""
    if request.param == "postgres":
        found: Place = request.getfixturevalue("schema")
        return found
    return tmp_path / "sla.db"


@pytest.fixture
def opener(place: Place) -> Iterator[Opener]:
    """Opens one more connection to one and the same new store."""
    opened: list[SqlStore] = []

    def open_() -> SqlStore:
        opened.append(open_store(place, create=True))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> SqlStore:
    return opener()
