"""A send ends when its time is up, however slowly the other side answers."""

from __future__ import annotations

import pytest

from engine.channels.deadline import LateError, within
from engine.channels.door import NeverError
from engine.channels.webhook import Webhook
from tests.engine.channels.servers import Drip
from tests.engine.channels.test_webhook import page


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"],
    ids=["headers", "body"],
)
def test_a_webhook_that_drips_is_cut_off(beginning):
    drip = Drip(beginning)
    try:
        with pytest.raises(LateError) as caught:
            within(1, Webhook(drip.address, "secret", 1), page())
        assert caught.value.outage and "geheim" not in str(caught.value)
        assert drip.cut.wait(30)
    finally:
        drip.close()


def test_what_ends_in_time_is_answered_as_it_is(hook):
    hook.answers.extend([(200, {}, b"fine"), (404, {}, b"")])
    way = Webhook(hook.address, "secret", 5)
    assert within(30, way, page()) == "200 fine"
    with pytest.raises(NeverError, match="404"):
        within(30, way, page())
    way.close()
