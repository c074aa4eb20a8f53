"""Columns that a store keeps of its open tickets say what its events say, whatever happened since, and only what changed is read."""

from __future__ import annotations

from engine.columns import blocks as told_blocks
from engine.columns import keeper
from engine.columns.keeper import Keeper
from engine.facts import Instant
from tests.engine.store.columns.keeping import COMPILED, NOW, happen, keep, read_from_tables, same


def test_without_blocks_everything_comes_from_the_tables(desk, store):
    assert len(same(store)) == len(store.affected_tickets(None, None)) > 20
    assert store.blocks.heads() == []


def test_with_blocks_nothing_does(desk, store, monkeypatch):
    keep(store)
    assert [head.number for head in store.blocks.heads()] == list(range(4))
    assert read_from_tables(store, monkeypatch) == 0


def test_an_engine_with_few_tickets_keeps_none(desk, store):
    assert not desk.keep(NOW)
    assert store.blocks.heads() == []


def test_a_pass_is_made_of_small_steps_and_followed_by_a_rest(desk, store, monkeypatch):
    read = []
    usual = store.tickets
    monkeypatch.setattr(store, "tickets", lambda ids, until=None: read.append(len(ids)) or usual(ids, until))
    made, steps = Keeper(), 1
    while made.step(store, COMPILED, NOW):
        steps += 1
    assert max(read) == keeper.PORTION
    assert steps > 8
    happen(store, "T-1", "note")
    assert not made.step(store, COMPILED, Instant(NOW + keeper.REST - 1))
    assert made.step(store, COMPILED, Instant(NOW + keeper.REST))
    assert Keeper().step(store, COMPILED, Instant(0))


def test_an_empty_store(store):
    keep(store)
    assert same(store) == {}


def test_what_has_changed_is_read_and_nothing_else(desk, store, monkeypatch):
    keep(store)
    some = store.affected_tickets(None, None)
    keys = {ticket.id: ticket.key for ticket in store.tickets(some)}
    happen(store, keys[some[3]], "changed", status="Waiting")
    assert read_from_tables(store, monkeypatch) == 1, "before an engine has seen it"
    desk.step(NOW)
    assert read_from_tables(store, monkeypatch) == 1
    happen(store, keys[some[5]], "closed")
    happen(store, "new one", "opened", priority="high")
    desk.step(NOW)
    assert read_from_tables(store, monkeypatch) == 2
    before = {head.number: head.mark for head in store.blocks.heads()}
    keep(store)
    after = {head.number: head.mark for head in store.blocks.heads()}
    assert all(after[number] > mark for number, mark in before.items())
    assert read_from_tables(store, monkeypatch) == 0


def test_a_ticket_that_was_written_and_awaits_an_engine_again_is_kept_once(desk, store, monkeypatch):
    keep(store)
    some = list(store.tickets(store.blocks.open_tickets(1)))[:3]
    for ticket in some:
        happen(store, ticket.key, "note")
    desk.step(NOW)
    for ticket in some:
        happen(store, ticket.key, "note")
    monkeypatch.setattr(keeper, "PORTION", 1)
    keep(store)
    head, body = store.blocks.body(1)
    ids = told_blocks.from_bytes(frozenset(), body).ids.tolist()
    assert sorted(set(ids)) == sorted(ids)
    same(store)


def test_only_some_tickets(desk, store):
    keep(store)
    everyone = [ticket.id for ticket in store.tickets()]
    happen(store, "T-7", "message")
    assert len(same(store, ids=everyone)) == len(everyone), "closed ones too"
    same(store, ids=everyone[::3])
    assert same(store, ids=[]) == {}


def test_a_ticket_without_a_promise_that_gets_one(desk, store):
    [gone] = store.tickets([1])
    with store.cycle():
        store.connection.execute("DELETE FROM pins WHERE ticket = 1")
        store.connection.execute("UPDATE tickets SET closed = 0 WHERE id = 1")
    keep(store)
    assert same(store, ids=[1])[1][1] == "live"
    happen(store, gone.key, "note")
    desk.step(NOW)
    assert same(store, ids=[1])[1][1] != "live"
