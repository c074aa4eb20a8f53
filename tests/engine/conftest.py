from __future__ import annotations

import pytest

from tests.engine.site import Site


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    made.write()
    yield made
    made.close()
