"""Replaying a history in one process, in several on this machine, or on a Dask cluster: three ways to one answer.

A portion is replayed wherever there is room for it, by the same function. What has been worked out elsewhere is added up here, in any order.
"""

from __future__ import annotations

import logging
import pickle
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar, cast

from dsl.collector import uncollected
from dsl.errors import USAGE
from dsl.model import RuleSet
from engine.errors import EngineError
from engine.graph import Graph
from engine.plain import plain
from engine.processes import caught, checked, spread
from engine.replay.judge import Outcomes, Period, Portion, added, outcomes, replay
from engine.replay.read import Reader, Source
from engine.terms import Terms

_KEPT = threading.local()
"""What a thread has made ready: the last work and how it is done."""


_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:[0-9]+")


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workbench(Generic[T]):
    """How a piece of work is done where it is: reading a portion, and working it out."""

    read: Callable[[Source], Portion]
    judged: Callable[[Source, Portion], T]


class Work(Protocol[T]):
    """What to work out of every portion, and how that is added up. It travels to where the work is done."""

    def workbench(self, threads: int = 1) -> Workbench[T]:
        """Made ready; `threads` are DuckDB's, 0 for as many as there are cores."""
        ...

    def added(self, parts: Iterable[T]) -> T:
        """What came of all portions together."""
        ...


@dataclass(frozen=True, slots=True)
class Replay:
    """What becomes of clocks. `rules` are those that judge, then those that answer for what these no longer have; `promised`
    are the terms that pins name, None where the rules promise."""

    rules: tuple[RuleSet, ...]
    period: Period
    promised: Mapping[str, Terms] | None = None

    @classmethod
    def of(cls, graph: Graph, period: Period, promised: Mapping[str, Terms] | None = None) -> Replay:
        """The work of replaying by the rules of `graph`."""
        return cls(graph.rulesets, period, promised)

    def workbench(self, threads: int = 1) -> Workbench[Outcomes]:
        graph = compiled(self.rules)
        reader = Reader((graph,), self.period.end, self.promised, threads)
        return Workbench(
            reader.read,
            lambda _, portion: outcomes(replay(portion, graph, self.period.end), self.period),
        )

    def added(self, parts: Iterable[Outcomes]) -> Outcomes:
        return added(parts)


def compiled(rules: Sequence[RuleSet]) -> Graph:
    """The graph of rules and those behind them, as `Graph.rulesets` took it apart."""
    graph: Graph | None = None
    for one in reversed(rules):
        graph = Graph.compile(one, fallback=graph)
    assert graph is not None, "there are rules"
    return graph


Done = Callable[[object], None]
"""Told of what came of every portion."""


def in_one(work: Work[T], sources: Sequence[Source], done: Done = lambda _: None) -> T:
    """Portion after portion in this process; the next is read meanwhile. Raises EngineError, StoreError."""
    workbench = work.workbench(threads=0)

    def each() -> Iterator[T]:
        coming: deque[tuple[Source, Future[Portion]]] = deque()
        with ThreadPoolExecutor(1) as ahead:
            for source in sources:
                coming.append((source, ahead.submit(workbench.read, source)))
                if len(coming) > 1:
                    yield judged(*coming.popleft())
            while coming:
                yield judged(*coming.popleft())

    def judged(source: Source, read: Future[Portion]) -> T:
        return workbench.judged(source, read.result())

    with uncollected():
        return work.added(_told(each(), done))


def in_processes(work: Work[T], sources: Sequence[Source], workers: int, done: Done = lambda _: None) -> T:
    """In as many processes of this machine. Raises EngineError, StoreError."""
    do = partial(replay_one, packed=pickle.dumps(work))
    results = spread(do, sources, min(workers, max(len(sources), 1)))
    return work.added(_told(_checked(results), done))


def on_cluster(work: Work[T], sources: Sequence[Source], address: str, done: Done = lambda _: None) -> T:
    """On the workers of a Dask scheduler, which must see the same files. What a lost worker had to do others do again. Raises
    EngineError, StoreError."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise EngineError("Dask needs the extra `history`", help="pip install 'tiercel[history]'") from error
    if not _ADDRESS.fullmatch(address):
        raise EngineError(
            f"{plain(address)!r} is not an address of a Dask scheduler",
            help="write it like tcp://HOST:8786",
            exit_code=USAGE,
        )
    try:
        client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise EngineError(
            f"{address}: no Dask scheduler answers there",
            help="start one: dask scheduler, and dask worker ADDRESS",
        ) from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would log is raised as well
    with client, _lost(address):
        # As a task of its own it can be done again as well, wherever its result was.
        packed = client.submit(bytes, pickle.dumps(work), pure=False)
        futures = [client.submit(replay_one, source, packed, pure=False) for source in sources]
        results = as_completed(futures, loop=client.loop, with_results=True)  # type: ignore[no-untyped-call]
        return work.added(_told(_checked(result for _, result in results), done))


def replay_one(source: Source, packed: bytes) -> object:
    """What comes of a portion, in whatever process; an error of ours as a Failure."""
    with uncollected():
        known = getattr(_KEPT, "known", None)
        if known is None or known[0] != packed:
            work: Work[object] = pickle.loads(packed)
            known = _KEPT.known = (packed, work.workbench())
        workbench: Workbench[object] = known[1]
        return caught(lambda portion: workbench.judged(portion, workbench.read(portion)), source)


def _checked(results: Iterable[object]) -> Iterator[T]:
    for result in results:
        if isinstance(result, BaseException):
            raise result  # Dask hands out why a result will never come as if it were one
        yield cast("T", checked(result))


def _told(results: Iterable[T], done: Done) -> Iterator[T]:
    for result in results:
        done(result)
        yield result


@contextmanager
def _lost(address: str) -> Iterator[None]:
    """Turn what is raised when a cluster goes away into words."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    try:
        yield
    except KilledWorker as error:
        raise EngineError(
            f"{address}: workers died of the same portion again and again",
            help="look at their logs: perhaps they had no memory left",
        ) from error
    except (ImportError, AttributeError, RuntimeError) as error:
        raise EngineError(
            f"{address}: the workers cannot run this: {plain(error, 200)}",
            help="they need this version of tiercel, with the extra `history`",
        ) from error
    except (OSError, CancelledError) as error:
        raise EngineError(
            f"{address}: the Dask scheduler went away", help="start it and run this again"
        ) from error
