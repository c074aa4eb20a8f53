"""A store with a ladder, its deliverer, and a mail server on loopback."""

from __future__ import annotations

import pytest

from tests.engine.channels.servers import MailSink, mail_server
from tests.engine.delivery.world import RULES, World


@pytest.fixture
def sink():
    return MailSink()


@pytest.fixture
def world(tmp_path, sink):
    server = mail_server(sink)
    made = []

    def make(rules=RULES, **delivery):
        made.append(World(tmp_path, rules, server.port, **delivery))
        return made[-1]

    yield make
    for item in made:
        item.store.close()
    server.stop()
