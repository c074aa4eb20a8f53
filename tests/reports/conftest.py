from __future__ import annotations

from tests.engine.conftest import site
from tests.engine.store.conftest import opener, place, store

__all__ = ["opener", "place", "site", "store"]
