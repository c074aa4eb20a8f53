"""One send, ended when its time is up.

Time-outs of sockets are for one read: an other side that drips bytes, a name server that hangs or a plugin of somebody's would hold
a lane past the lease of what it sends, and another sender would send the same. So a send has a thread that need not be waited for.
Not every one can be cut off (a plugin's socket is its own, a connection being made has none yet): those that hang are counted.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from engine.channels.door import LaterError, Way
from engine.delivery.page import Page

HANGING_MOST = 4
"""Sends of a channel that were left behind and hang; while there are so many, no other is begun."""


class LateError(LaterError):
    """The time of a send was up. Its way may still be at it and must not be used again, nor closed."""


def within(seconds: float, way: Way, page: Page) -> str:
    """Hand a page over by `way` in at most `seconds`; answers as `Way.send`. Raises LateError, LaterError and NeverError."""
    name = f"sla-send-{page.channel}"
    if sum(thread.name == name for thread in threading.enumerate()) >= HANGING_MOST:
        raise LaterError(f"{HANGING_MOST} sends before this one still hang", outage=True)
    ended: SimpleQueue[str | BaseException] = SimpleQueue()

    def send() -> None:
        try:
            ended.put(way.send(page))
        except BaseException as error:  # noqa: BLE001 - it is raised by whoever waits
            ended.put(error)

    threading.Thread(target=send, name=name, daemon=True).start()
    try:
        answer = ended.get(timeout=seconds)
    except Empty:
        way.cut()
        raise LateError(f"it was not taken in {seconds:g} s", outage=True) from None
    if isinstance(answer, BaseException):
        raise answer
    return answer
