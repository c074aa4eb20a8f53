"""Columns hold nothing that is gone: erased, archived, or leaving while they are read."""

from __future__ import annotations

import pytest

from engine.archive import parts as archive
from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.cycle import take_in
from engine.erasure import Kept
from engine.facts import Instant
from engine.forget import forget
from engine.store import column_blocks, erasure, leaving
from tests.engine.store.columns.keeping import COMPILED, NOW, happen, keep, same, words

NAME = "Xanthippe-Quellwasser"


def bodies(store):
    return b"".join(body for _, body in store.blocks.read())


def test_erased_text_is_in_no_block(desk, store):
    key = next(iter(store.tickets(store.affected_tickets(None, None)))).key
    happen(store, key, "changed", status=NAME)
    desk.step(NOW)
    keep(store)
    assert NAME.encode() in bodies(store)
    happen(store, key, "closed", status="Closed")
    desk.step(NOW)
    rules = desk.rules.now.graph
    kept = Kept.by(rules, store.all_terms())
    started = Keeper()
    while started._block is None or not started._block.pieces:
        assert started.step(store, rules, NOW)
    number = store.find(key)
    forget(store, kept, NOW, [number])
    assert NAME.encode() not in bodies(store)
    assert (number - 1) // 16 not in [head.number for head in store.blocks.heads()]
    while started.step(store, rules, NOW):
        pass
    assert NAME.encode() not in bodies(store), "not by a pass that was under way either"
    same(store)


def test_what_was_read_before_an_erasure_is_not_written_after_it(desk, store, opener):
    keep(store)
    drops = store.blocks.drops()
    head, body = store.blocks.body(0)
    other = opener()
    with other.cycle():
        erasure.erase(other.connection, [1], lambda kind, data: dict(data), lambda name, text: True)
    assert not store.blocks.write(head, body, drops)
    assert 0 not in [item.number for item in store.blocks.heads()]


def test_an_erasure_that_is_not_committed_takes_nothing_out(desk, store, opener):
    keep(store)
    other = opener()
    with pytest.raises(RuntimeError), other.cycle():
        column_blocks.drop(other.connection, [1])
        raise RuntimeError
    assert len(store.blocks.heads()) == 4


def test_archived_tickets_leave_the_columns(desk, store, tmp_path):
    some = store.affected_tickets(None, None)
    keep(store)
    for ticket in list(store.tickets(some[::2])):
        happen(store, ticket.key, "closed", at=NOW + 60)
    desk.step(Instant(NOW + 61))
    later = Instant(NOW + 90 * 86_400)
    happen(store, "kept", "opened", at=later, priority="high")
    desk.step(later)
    desk.step(later)
    gone = archive.move(store, tmp_path / "archive", archive.first_kept(later), desk.rules.now.graph)
    assert gone > 5
    assert set(same(store)) <= {ticket.id for ticket in store.tickets()}
    keep(store, now=later)
    same(store)
    happen(store, "kept", "changed", at=later, status="Waiting")
    desk.step(later)
    assert same(store)


def test_a_ticket_that_leaves_while_columns_are_read(desk, store, opener, monkeypatch):
    keep(store)
    [ticket, *_] = store.tickets(store.affected_tickets(None, None))
    happen(store, ticket.key, "closed", at=NOW + 60)
    desk.step(Instant(NOW + 61))
    other, usual = opener(), store.blocks.read

    def read():
        found = usual()
        if other.find(ticket.key) is not None:
            with other.cycle():
                leaving.remove(other.connection, [ticket.id])
        return found

    monkeypatch.setattr(store.blocks, "read", read)
    assert ticket.id not in words(load(store, [COMPILED]))
    same(store)


def test_the_number_of_a_writing_is_never_given_twice(desk, store, tmp_path):
    """A block's mark would cover what it does not know of."""
    for ticket in list(store.tickets(store.affected_tickets(None, None))):
        happen(store, ticket.key, "closed", at=NOW + 60)
    desk.step(Instant(NOW + 61))
    happen(store, "newest", "opened", at=NOW + 62, priority="low")
    desk.step(Instant(NOW + 63))
    happen(store, "T-1", "note", at=NOW + 64)
    happen(store, "newest", "note", at=NOW + 64)
    take_in(store, desk.rules.now.graph, Instant(NOW + 65), [store.find("newest")])
    desk.step(Instant(NOW + 65))
    later = Instant(NOW + 90 * 86_400)
    before = store.connection.execute("SELECT max(written) FROM tickets").fetchone()
    assert archive.move(store, tmp_path / "archive", archive.first_kept(later), desk.rules.now.graph) > 20
    assert store.connection.execute("SELECT max(written) FROM tickets").fetchone() == before
