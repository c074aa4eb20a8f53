"""What `sla deliver` tells of a batch: each end of an attempt once, however long the attempt took."""

from __future__ import annotations

from contextlib import closing

import pytest

from engine.delivery.outbox import Kind, Message
from engine.store.outbox import queue
from engine.store.sqlite import SqliteStore
from tui.ledger import Ledger


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as made:
        yield made


def say(store, *recipients):
    with store.cycle():
        queue(
            store.connection,
            None,
            None,
            100,
            [Message(Kind.NOTICE, "email", to, to, {}) for to in recipients],
        )


def claimed(store, now):
    [batch, *_] = store.outbox.claim("email", now, owner="test", lease=60, apart=0, most=1)
    return batch.key


def told(ledger):
    return [(entry.what, [item.id for item in entry.messages]) for entry in ledger.news()]


@pytest.mark.parametrize("from_the_start", [True, False])
def test_an_attempt_that_is_watched_is_told_when_it_ends(store, from_the_start):
    say(store, "a", "b")
    ledger = Ledger(store.outbox) if from_the_start else None
    key = claimed(store, 100)
    ledger = ledger or Ledger(store.outbox)
    assert told(ledger) == told(ledger) == []
    store.outbox.retry(key, 105, "451 later")
    assert told(ledger) == [("put off", [1])]
    assert told(ledger) == []
    assert claimed(store, 105) == key
    assert told(ledger) == []
    store.outbox.sent(key, 106, "250 fine")
    assert told(ledger) == [("sent", [1])]
    assert told(ledger) == []


def test_what_is_given_back_untried_is_no_news_and_what_comes_and_goes_between_is(store):
    ledger = Ledger(store.outbox)
    say(store, "a")
    store.outbox.retry(claimed(store, 100), 105, "")
    assert told(ledger) == []
    say(store, "b")
    store.outbox.sent(claimed(store, 101), 102, "250 fine")
    store.outbox.discard([1], 103, "somebody")
    assert told(ledger) == [("discarded", [1]), ("sent", [2])]
    assert told(ledger) == []
