"""A server that is lost in the middle: what was not committed has never been, and the connection is made anew."""

from __future__ import annotations

from contextlib import suppress

import pytest

from engine.errors import StoreError, UnreachableError
from engine.facts import Instant
from engine.store import postgres_open
from engine.store.protocol import Claim
from tests.engine.store.values import TERMS, clock, opening, written


@pytest.fixture
def lose(store, admin):
    """Ends the store's connection, from the server's side."""

    def end():
        admin("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    [pid] = store.connection.execute("SELECT pg_backend_pid()").fetchone()
    return end


def test_a_lost_connection_is_told_once_and_made_anew(store, lose):
    store.add_events("desk", [opening(1)])
    lose()
    with pytest.raises(UnreachableError):
        store.rows()
    assert store.add_events("desk", [opening(1), opening(2)]) == (1, 1)


def test_a_transaction_whose_connection_was_lost_has_never_been(store, lose):
    store.add_events("desk", [opening(1)])
    with pytest.raises(UnreachableError), store.cycle():
        assert store.claim(Instant(0), 9)
        store.write([written(1, clock())])
        lose()
        with suppress(UnreachableError):
            store.rows()
        store.write([written(1, clock())])
    assert store.rows() == []
    with store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]


def test_what_failed_inside_a_transaction_cannot_be_committed(store):
    with pytest.raises(StoreError), store.cycle():
        store.save_terms([TERMS])
        with suppress(StoreError):
            store.connection.execute("SELECT nothing")
            store.rows()
            with store.connection.trouble():
                store.connection.execute("SELECT nothing")
    assert store.all_terms() == []


def test_whoever_stands_still_loses_the_claim(opener, monkeypatch):
    monkeypatch.setattr(postgres_open, "STILL_SECONDS", 0.3)
    stopped = opener()
    monkeypatch.setattr(postgres_open, "STILL_SECONDS", 10)
    other = opener()
    stopped.add_events("desk", [opening(1)])
    with pytest.raises(UnreachableError), stopped.cycle():
        assert stopped.claim(Instant(0), 9)
        other.connection.execute("SELECT pg_sleep(0.6)")
        with other.cycle():
            assert other.claim(Instant(0), 9) == [Claim(1, anew=True)]
        stopped.write([written(1, clock())])
    assert stopped.rows() == []


def test_a_server_that_has_become_a_standby_is_left_for_the_one_that_can_be_written(store):
    store.connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(UnreachableError, match="read-only"):
        store.add_events("desk", [opening(1)])
    assert store.add_events("desk", [opening(1)]) == (1, 0)


def test_a_server_that_was_restarted_is_found_again(postgres, store, opener):
    if not postgres.ours:
        pytest.skip("the server is not ours to stop")
    store.add_events("desk", [opening(1)])
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(UnreachableError):
                store.rows()
    finally:
        postgres.start()
    assert store.find("T-1") == 1
    assert store.add_events("desk", [opening(1), opening(2)]) == (1, 1)
