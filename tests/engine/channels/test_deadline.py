"""A send ends when its time is up, however slowly the other side answers."""

from __future__ import annotations

import threading
import time

import pytest

from engine.channels.deadline import HANGING_MOST, LateError, within
from engine.channels.door import LaterError, NeverError
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


def test_sends_that_cannot_be_cut_off_are_not_piled_up():
    release, begun = threading.Event(), []

    class Stuck:
        def send(self, page):
            begun.append(page)
            release.wait(30)
            return "taken"

        def close(self):
            pass

        cut = close

    try:
        for _ in range(HANGING_MOST):
            with pytest.raises(LateError):
                within(0.01, Stuck(), page())
        with pytest.raises(LaterError, match="still hang") as caught:
            within(30, Stuck(), page())
        assert caught.value.outage
        assert len(begun) == HANGING_MOST
    finally:
        release.set()
    end = time.monotonic() + 30
    while any(thread.name.startswith("sla-send") for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert within(30, Stuck(), page()) == "taken"


def test_what_ends_in_time_is_answered_as_it_is(hook):
    hook.answers.extend([(200, {}, b"fine"), (404, {}, b"")])
    way = Webhook(hook.address, "secret", 5)
    assert within(30, way, page()) == "200 fine"
    with pytest.raises(NeverError, match="404"):
        within(30, way, page())
    way.close()
