from __future__ import annotations

import pytest

from tests.reports.portal.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, tmp_path / "sla.db")
    yield made
    made.close()
