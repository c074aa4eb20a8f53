"""Work in threads beside a test: what one raises is raised, and none is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Answer = TypeVar("Answer")


@contextmanager
def in_thread(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run it meanwhile; joined at the end."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
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


def at_once(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """What `work` answers to 0, 1 .. below `count`, asked in as many threads that begin together."""
    start = threading.Barrier(count)

    def begin(number: int) -> Answer:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
