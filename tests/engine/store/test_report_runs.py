"""Reports that were made, in both stores: each once, with all that came of it or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.delivery.outbox import Kind, Message, Status
from engine.store.publications import everything, published
from engine.store.report_runs import begun, is_made, keep, made, since
from tests.engine.store.test_publications import ONE

KEY = ("monthly", "2026-10", "acme")


def message(numbers):
    yield Message(
        Kind.REPORT,
        "email",
        "lead@msp.example",
        "lead",
        {"report": "M", "files": " ".join(map(str, numbers))},
    )


def test_a_report_begins_when_it_is_first_seen(store):
    connection = store.connection
    assert begun(connection, ["monthly"], 100) == {"monthly": 100}
    assert begun(connection, ["monthly", "weekly"], 200) == {"monthly": 100, "weekly": 200}
    assert begun(connection, ["weekly"], 300) == since(connection) == {"weekly": 200}
    assert begun(connection, ["monthly", "weekly"], 400)["monthly"] == 400, "declared anew"


def test_it_is_kept_once_with_what_came_of_it(opener):
    first, second = opener(), opener()
    assert keep(first.connection, KEY, 500, [ONE, replace(ONE, format="csv")], message)
    assert not keep(second.connection, KEY, 600, [replace(ONE, content=b"other")], message)
    assert made(second.connection) == {KEY} and is_made(second.connection, KEY)
    assert not is_made(second.connection, (*KEY[:2], "globex"))
    assert len(everything(first.connection)) == 2
    [queued] = first.outbox.queued([Status.WAITING])
    assert queued.message.data["files"] == " ".join(str(one.id) for one in everything(first.connection))
    assert {file.name for file in second.outbox.files([queued])} == {
        "monthly-acme-2026-10.pdf",
        "monthly-acme-2026-10.csv",
    }


def test_made_again_it_takes_its_place(store):
    keep(store.connection, KEY, 500, [ONE], message)
    assert keep(store.connection, KEY, 600, [replace(ONE, content=b"anew")], message, again=True)
    assert len(published(store.connection, "acme")) == 1 and len(everything(store.connection)) == 2
    assert len(store.outbox.queued([Status.WAITING])) == 2


def test_what_fails_half_way_leaves_nothing(store):
    with pytest.raises(ValueError):
        keep(store.connection, KEY, 500, [ONE, replace(ONE, content=b"")], message)
    assert made(store.connection) == set() and everything(store.connection) == []
    assert store.outbox.queued([Status.WAITING]) == []
