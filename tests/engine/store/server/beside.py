"""What happens to a store while a test goes on."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from engine.facts import Event


def event(name, at=100):
    """One of ticket T-1, as `add_events` takes it."""
    return ("T-1", Event(at, "opened", {}, "desk", str(name)))


@contextmanager
def in_thread(work):
    """Run it meanwhile; joined at the end, and what it raised is raised."""
    raised = []

    def run():
        try:
            work()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(20)
    assert not thread.is_alive()
    if raised:
        raise raised[0]
