"""Notifications of Prometheus Alertmanager, recorded as outages.

The answer's code says what Alertmanager should do. 5xx: try again at once, and go on trying. 4xx: not now; it logs and counts the failure,
and tells the same with the group's next turn (`group_interval`), when somebody may have put right what was wrong.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.errors import EngineError
from engine.facts import Instant
from engine.graph import Graph
from engine.intake.alertmanager import SOURCE, Labels, outages, read
from engine.store.outages import Recorded, record_beside
from engine.store.sql import SqlStore

PATH = "/alertmanager"
LONGEST_BODY = 1_048_576
"""Bytes of a notification: a thousand alerts or more."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where notifications go: `open` opens the store for writing, `said` hears in a line of what was refused."""

    open: Callable[[], SqlStore]
    graph: Callable[[SqlStore], Graph]
    token: str
    labels: Labels
    now: Callable[[], int]
    said: Callable[[str], None]


def routes(receiver: Receiver) -> list[Route]:
    """The route of notifications."""

    async def notified(request: Request) -> Response:
        if not _known(request.headers.get("authorization", ""), receiver.token):
            return _error(
                401, "the bearer token is missing or not the right one", {"www-authenticate": "Bearer"}
            )
        try:
            body = await request.body()
            return await run_in_threadpool(_take, receiver, body)
        except HTTPException as error:
            return _error(
                error.status_code, f"a notification has at most {LONGEST_BODY} bytes: set max_alerts"
            )
        except EngineError as error:
            receiver.said(f"alerts are not recorded: {error}")
            return _error(503, "the store or its rules cannot be reached: nothing was recorded")

    return [Route(PATH, notified, methods=["POST"])]


def _known(header: str, token: str) -> bool:
    scheme, _, given = header.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _error(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": words}, status, headers)


def _take(receiver: Receiver, body: bytes) -> Response:
    with closing(receiver.open()) as store:
        try:
            told = read(body, receiver.graph(store), receiver.labels, Instant(receiver.now()))
        except ValueError as error:
            receiver.said(f"a notification is refused: {error}")
            return _error(400, str(error))
        count = Recorded(0, 0, 0)
        if told.alerts:
            since = min(one.start for one in told.alerts)
            count = record_beside(store.connection, SOURCE, since, lambda known: outages(told.alerts, known))
    if told.refused:
        first = told.refused[0]
        receiver.said(
            f"{len(told.refused)} of {len(told.alerts) + len(told.refused)} alerts are refused: {first.reason}"
        )
    if told.truncated:
        receiver.said(
            f"Alertmanager has left out {told.truncated} alerts of a notification: max_alerts is too low"
        )
    answer = {
        **asdict(count),
        "ignored": told.ignored,
        "truncated": told.truncated,
        "refused": [asdict(one) for one in told.refused],
    }
    return JSONResponse(answer, 422 if told.refused else 200)
