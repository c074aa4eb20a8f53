"""Connections of peers that keep the server waiting: they are cut, and take nobody's place."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from threading import Semaphore

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reports.web import connection
from reports.web.app import create
from reports.web.serve import configured, listen
from tests.threads import in_thread

PLACES, AT_ONCE = 20, 60
PATIENCE = 0.5
LARGE, SMALL = 20_000_000, 60_000
"""Bytes of answers, of which the smaller one fills no buffer of the server's."""

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
HALVES = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
}


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body() or "well")


begun = Semaphore(0)
"""Counts requests for `slow` that are under way."""


async def slow(_: Request) -> Response:
    begun.release()
    await asyncio.sleep(2 * PATIENCE)
    return PlainTextResponse("slow")


async def sized(request: Request) -> Response:
    return PlainTextResponse("x" * request.path_params["size"])


class Served:
    """A server on its port, and peers of it."""

    def __init__(self, server: uvicorn.Server, port: int, held: ExitStack) -> None:
        self.server = server
        self.port = port
        self._held = held

    def peer(self, sent: bytes = b"", source: str = HERE, **options: int) -> socket.socket:
        made = socket.socket()
        self._held.enter_context(made)
        for name, value in options.items():
            made.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        made.settimeout(10)
        made.bind((source, 0))
        made.connect((HERE, self.port))
        made.sendall(sent)
        return made

    def ask(self, source: str = HERE, path: str = "/") -> int:
        asking = HTTPConnection(HERE, self.port, timeout=10, source_address=(source, 0))
        asking.request("GET", path)
        status = asking.getresponse().status
        asking.close()
        return status


@contextmanager
def serving() -> Iterator[Served]:
    routes = [
        Route("/", echo, methods=["GET", "POST"]),
        Route("/slow", slow),
        Route("/sized/{size:int}", sized),
    ]
    config = configured(create(routes, alive=lambda: None))
    config.limit_concurrency = AT_ONCE
    server = uvicorn.Server(config)
    with listen(HERE, 0) as sock, in_thread(lambda: server.run([sock])), ExitStack() as peers:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        try:
            yield Served(server, sock.getsockname()[1], peers)
        finally:
            server.should_exit = True


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setattr(connection, "PLACES", PLACES)
    with serving() as server:
        yield server


@pytest.fixture
def hasty(monkeypatch):
    """A server that waits for half a second."""
    monkeypatch.setattr(connection, "PATIENCE", PATIENCE)
    monkeypatch.setattr(connection, "PLACES", PLACES)
    with serving() as server:
        yield server


def ended(peer: socket.socket) -> bool:
    """Whether the server has ended it without a word, waiting for that."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def taken(peer: socket.socket) -> int:
    """Bytes that it gets until the server ends it."""
    got = 0
    try:
        while part := peer.recv(1_000_000):
            got += len(part)
    except ConnectionResetError:
        pass
    return got


@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_half_open_connections_take_nobodys_place(served, sent):
    for _ in range(3 * PLACES):
        served.peer(sent)
    for source in (HERE, ELSEWHERE):
        assert [served.ask(source) for _ in range(PLACES)] == [200] * PLACES


def test_who_has_not_sent_a_whole_request_in_time_is_cut(hasty):
    before = time.monotonic()
    for peer in [hasty.peer(sent) for sent in HALVES.values()]:
        assert ended(peer)
    assert PATIENCE <= time.monotonic() - before < 10


def test_a_byte_now_and_then_is_no_request(hasty):
    peer = hasty.peer(b"GET / HTTP/1.1\r\n")
    with pytest.raises(OSError):  # a broken pipe, or a reset
        for _ in range(100):
            peer.sendall(b"X-A: b\r\n")
            time.sleep(PATIENCE / 5)


def test_an_address_that_holds_all_yields_to_others(served):
    [whole, half] = [served.peer(sent, ELSEWHERE) for sent in (b"", HALVES["half a body"])]
    first = served.peer()
    for _ in range(3 * PLACES):
        served.peer()
    assert ended(first)
    whole.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    half.sendall(b"whole")
    assert whole.recv(1_000).startswith(b"HTTP/1.1 200")
    assert half.recv(1_000).startswith(b"HTTP/1.1 200")


def test_a_request_under_way_may_take_its_time_and_is_not_cut(hasty):
    peer = hasty.peer(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert begun.acquire(timeout=10)
    for _ in range(3 * PLACES):
        hasty.peer()
    assert peer.recv(1_000).startswith(b"HTTP/1.1 200")


def test_whole_requests_past_the_limit_are_asked_to_come_again(served):
    for _ in range(AT_ONCE - 1):
        served.peer(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert begun.acquire(timeout=10)
    assert served.ask() == 503
    time.sleep(3 * PATIENCE)
    assert served.ask() == 200


def test_who_does_not_take_the_answer_is_cut(hasty):
    asked = "GET /sized/{} HTTP/1.1\r\nHost: x\r\nConnection: {}\r\n\r\n"
    peers = [
        (size, hasty.peer(asked.format(size, kept).encode(), SO_RCVBUF=4_096))
        for size in (LARGE, SMALL)
        for kept in ("close", "keep-alive")
    ]
    time.sleep(4 * PATIENCE)
    for size, peer in peers:
        assert 0 < taken(peer) < size


def test_who_takes_the_answer_slowly_gets_it_whole(hasty):
    asked = f"GET /sized/{LARGE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    peer = hasty.peer(asked.encode(), SO_RCVBUF=65_536)
    before, got = time.monotonic(), 0
    while part := peer.recv(LARGE // 100):
        got += len(part)
        if got < LARGE // 2:
            time.sleep(PATIENCE / 50)
    assert got > LARGE
    assert time.monotonic() - before > 2 * PATIENCE


def test_an_answer_is_sent_at_once(served):
    """Not held back until the peer has confirmed its head, which takes 40 ms."""
    peer = served.peer(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert peer.recv(1_000).startswith(b"HTTP/1.1 200")
    [kept] = served.server.server_state.connections
    assert kept.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_connection_that_is_kept_serves_more_than_one_request(hasty):
    asking = HTTPConnection(HERE, hasty.port, timeout=10)
    for body in (b"", b"first", b"second"):
        asking.request("POST", "/", body=body)
        assert asking.getresponse().read() == (body or b"well")
        time.sleep(PATIENCE / 2)
    asking.close()
