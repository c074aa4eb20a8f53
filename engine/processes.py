"""Work in several processes of this machine. Errors of ours come home in words, and an interruption is this process's to answer."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from typing import TypeVar, cast

from dsl.errors import SlaError
from engine.errors import EngineError

I = TypeVar("I")  # noqa: E741 - what goes in
T = TypeVar("T")

AHEAD = 2
"""Pieces of work that are handed to each process before it is done with one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of ours, as it comes home."""

    words: str
    help: str
    exit_code: int


def caught(work: Callable[[I], T], item: I) -> T | Failure:
    """What comes of a piece of work, an error of ours as a Failure."""
    try:
        return work(item)
    except SlaError as error:
        return Failure(str(error), error.help, error.exit_code)


def checked(result: object) -> object:
    """A result; raises EngineError for a Failure."""
    if isinstance(result, Failure):
        raise EngineError(result.words, help=result.help, exit_code=result.exit_code)
    return result


def spread(work: Callable[[I], T], items: Iterable[I], workers: int) -> Generator[T, None, None]:
    """What comes of `work` (which travels, as do items and results) on every item, in whatever order it is done. Results that nobody has
    taken are few. Raises EngineError."""
    waiting = iter(items)
    running: set[Future[T | Failure]] = set()
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin) as pool:
        try:
            while True:
                some = islice(waiting, AHEAD * workers - len(running))
                running |= {pool.submit(partial(caught, work), item) for item in some}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield cast("T", checked(future.result()))
        except BrokenProcessPool as error:
            raise EngineError(
                "a process that worked for this one was ended from outside",
                help="perhaps there was no memory left: run it with fewer --workers",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A terminal's ctrl+c reaches every process, and only the one that was started by hand answers; when that is gone, so are the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
        os._exit(1)  # whoever waited for the work is no more
