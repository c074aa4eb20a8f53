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

from dsl.errors import USAGE, SlaError
from dsl.model import RuleSet
from engine.errors import EngineError
from engine.graph import Graph
from engine.plain import plain
from engine.replay import Outcomes, Period, Portion, added, outcomes, replay
from engine.replay_read import Reader, Source
from engine.terms import Terms

_KEPT = threading.local()
"""What a thread has made ready: the last work and how it is done."""


_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:[0-9]+")


@dataclass(frozen=True, slots=True)
class Work:
    """What to work out of every portion. `rules` are those that judge, then those that answer for what these no longer have; `promised`
    are the terms that pins name, None where the rules promise."""

    rules: tuple[RuleSet, ...]
    period: Period
    promised: Mapping[str, Terms] | None = None

    @classmethod
    def of(cls, graph: Graph, period: Period, promised: Mapping[str, Terms] | None = None) -> Work:
        """The work of replaying by the rules of `graph`."""
        chain: list[RuleSet] = []
        behind: Graph | None = graph
        while behind is not None:
            chain.append(behind.ruleset)
            behind = behind.fallback
        return cls(tuple(chain), period, promised)

    def graph(self) -> Graph:
        """The rules, made ready."""
        graph: Graph | None = None
        for rules in reversed(self.rules):
            graph = Graph.compile(rules, fallback=graph)
        assert graph is not None, "there are rules"
        return graph


Done = Callable[[Outcomes], None]
"""Told of every portion."""


def in_one(work: Work, sources: Sequence[Source], done: Done = lambda _: None) -> Outcomes:
    """Portion after portion in this process; the next is read meanwhile. Raises EngineError, StoreError."""
    graph = work.graph()
    reader = Reader(graph, work.period.end, work.promised, threads=0)

    def each() -> Iterator[Outcomes]:
        coming: deque[Future[Portion]] = deque()
        with ThreadPoolExecutor(1) as ahead:
            for source in sources:
                coming.append(ahead.submit(reader.read, source))
                if len(coming) > 1:
                    yield judged(coming.popleft().result())
            while coming:
                yield judged(coming.popleft().result())

    def judged(portion: Portion) -> Outcomes:
        return outcomes(replay(portion, graph, work.period.end), work.period)

    return added(_told(each(), done))


def in_processes(
    work: Work, sources: Sequence[Source], workers: int, done: Done = lambda _: None
) -> Outcomes:
    """In as many processes of this machine. Raises EngineError, StoreError."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    packed = pickle.dumps(work)
    with ProcessPoolExecutor(min(workers, max(len(sources), 1)), get_context("spawn")) as pool:
        futures = [pool.submit(replay_one, source, packed) for source in sources]
        try:
            return added(_told((_checked(future.result()) for future in as_completed(futures)), done))
        except BrokenProcessPool as error:
            raise EngineError(
                "a process that replayed was ended from outside",
                help="perhaps there was no memory left: run it with fewer --workers",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def on_cluster(work: Work, sources: Sequence[Source], address: str, done: Done = lambda _: None) -> Outcomes:
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
        return added(_told((_checked(result) for _, result in results), done))


def replay_one(source: Source, packed: bytes) -> Outcomes | tuple[str, str, int]:
    """The outcomes of a portion, in whatever process; an error of ours as its words, its help and its exit code."""
    known = getattr(_KEPT, "known", None)
    if known is None or known[0] != packed:
        work: Work = pickle.loads(packed)
        graph = work.graph()
        known = _KEPT.known = (packed, graph, work.period, Reader(graph, work.period.end, work.promised))
    _, graph, period, reader = known
    try:
        return outcomes(replay(reader.read(source), graph, period.end), period)
    except SlaError as error:
        return (str(error), error.help, error.exit_code)


def _checked(result: Outcomes | tuple[str, str, int] | BaseException) -> Outcomes:
    if isinstance(result, Outcomes):
        return result
    if isinstance(result, BaseException):
        raise result  # Dask hands out why a result will never come as if it were one
    message, help_, exit_code = result
    raise EngineError(message, help=help_, exit_code=exit_code)


def _told(results: Iterable[Outcomes], done: Done) -> Iterator[Outcomes]:
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
