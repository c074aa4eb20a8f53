"""An engine in a process of its own, to be killed. Started from a fork server, so that fifty cost little more than one."""

from __future__ import annotations

import multiprocessing
import signal
import time
from pathlib import Path

from engine import cycle
from engine.facts import Instant
from engine.run import Engine
from engine.store.sqlite import SqliteStore

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.engine.killable"])
SMALL_CHUNK = 7


def turn(ready, store: Path, rules: Path, start: int, end: int, step: int) -> None:
    """Turn an engine from `start` to `end`, many small transactions on the way."""
    cycle.CHUNK = SMALL_CHUNK
    engine = Engine(SqliteStore.open(store, create=True), rules)
    ready.set()
    engine.start(Instant(start))
    for now in range(start + step, end, step):
        engine.reload(Instant(now))
        engine.step(Instant(now))
    engine.step(Instant(end))


def finish(*args) -> None:
    """Let it run to its end."""
    process = _started(*args)
    process.join(120)
    assert process.exitcode == 0


def kill(after: float, *args) -> bool:
    """Kill it `after` seconds of work; whether it was still at work."""
    process = _started(*args)
    time.sleep(after)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _started(*args):
    ready = _FORKS.Event()
    process = _FORKS.Process(target=turn, args=(ready, *args))
    process.start()
    assert ready.wait(60)
    return process
