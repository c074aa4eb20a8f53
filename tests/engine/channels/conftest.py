from __future__ import annotations

import pytest

from tests.engine.channels.servers import Hook, MailSink, mail_server


@pytest.fixture
def sink():
    return MailSink()


@pytest.fixture
def smtp(sink):
    server = mail_server(sink)
    yield server.port
    server.stop()


@pytest.fixture
def hook():
    made = Hook()
    yield made
    made.close()
