"""Columns that a store keeps of its open tickets say what its events say, whatever happened since, and hold nothing that is gone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from itertools import count
from random import Random
from threading import Thread

import pytest

from engine import terms as contents
from engine.archive import parts as archive
from engine.columns import blocks as told_blocks
from engine.columns import keeper
from engine.columns.blocks import checksum
from engine.columns.build import columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.columns.told import LAST, asked, tell_fields
from engine.cycle import take_in
from engine.erasure import Kept
from engine.evaluate import evaluate
from engine.facts import Event, Instant
from engine.forget import forget
from engine.run import Engine
from engine.store import column_blocks, erasure, leaving
from engine.store.opening import open_store
from tests.engine.desk import RULES, START, graph, random_ticket
from tests.engine.test_columns import row, told

NOW = Instant(START + 9 * 86_400)
NAME = "Xanthippe-Quellwasser"
_numbers = count(1)
_RULES = graph()


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Blocks of a few tickets, made in several steps."""
    monkeypatch.setattr(column_blocks, "SIZE", 16)
    monkeypatch.setattr("engine.columns.load.SIZE", 16)
    monkeypatch.setattr(keeper, "PORTION", 5)


@pytest.fixture
def desk(store, tmp_path):
    """Sixty tickets that an engine has seen, most of them open."""
    root = tmp_path / "sla.rules"
    root.write_text(RULES)
    rng = Random(4)
    for number in range(1, 61):
        item = random_ticket(rng, number)
        store.add_events("test", [(item.key, event) for event in item.events])
    engine = Engine(store, root)
    engine.start(NOW)
    return engine


def happen(store, key, kind, at=NOW, **data):
    number = next(_numbers)
    store.add_events("late", [(key, Event(Instant(at), kind, data, "late", str(number), number))])


def keep(store, rules=None, now=NOW):
    made = Keeper()
    while made.step(store, rules or _RULES, now):
        pass


def words(known):
    """Everything that is told, by ticket: in a form that has no numbers of sayings or of terms."""
    return {
        int(known.ids[place]): (
            bool(known.apart[place]),
            "live" if known.pinned[place] < 0 else _digest(known.terms[known.pinned[place]]),
            [
                (int(known.at[event]), known.sayings[known.saying[event]])
                for event in range(known.starts[place], known.starts[place + 1])
            ],
        )
        for place in range(len(known))
    }


def _digest(terms):
    return None if terms is None else contents.digest(terms)


def truth(store, rules, ids=None):
    chosen = store.affected_tickets(None, None) if ids is None else ids
    fields = asked(rules, store.all_terms())
    return words(tell_fields(store.tickets(chosen), fields, LAST))


def same(store, rules=None, ids=None):
    rules = rules or _RULES
    found = words(load(store, [rules], ids))
    assert found == truth(store, rules, ids)
    return found


def read_from_tables(store, monkeypatch, rules=None):
    """How many tickets a load reads from the tables; it must be right too."""
    seen = []
    usual = store.tickets
    with monkeypatch.context() as patch:
        patch.setattr(store, "tickets", lambda ids, until=None: seen.extend(ids) or usual(ids, until))
        found = load(store, [rules or _RULES])
    assert words(found) == truth(store, rules or _RULES)
    return len(seen)


def spoil(store, change, number=1):
    store.connection.execute(f"UPDATE column_blocks SET {change} WHERE number = {number}")


def open_in(store, *numbers):
    return sum(len(store.blocks.open_tickets(number)) for number in numbers)


# ---------------------------------------------------------------- fresh and stale


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
    while made.step(store, _RULES, NOW):
        steps += 1
    assert max(read) == keeper.PORTION
    assert steps > 8
    happen(store, "T-1", "note")
    assert not made.step(store, _RULES, Instant(NOW + keeper.REST - 1))
    assert made.step(store, _RULES, Instant(NOW + keeper.REST))
    assert Keeper().step(store, _RULES, Instant(0))


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


# ---------------------------------------------------------------- rebuilt when in doubt


DOUBTS = (
    "body = CAST('nonsense' AS {bytes})",
    "checksum = checksum + 1",
    "fields = '[\"priority\"]'",
    "fields = 'nonsense'",
    "format = 2",
    "mark = mark + 1000000000",
)


def test_a_block_in_doubt_is_not_read_and_is_made_anew(desk, store, monkeypatch):
    keep(store)
    for change in DOUBTS:
        spoil(
            store,
            change.format(bytes="BLOB" if isinstance(store.connection, sqlite3.Connection) else "BYTEA"),
        )
        assert read_from_tables(store, monkeypatch) == open_in(store, 1), change
        keep(store)
        assert read_from_tables(store, monkeypatch) == 0, change


def test_every_bit_counts(desk, store, monkeypatch):
    keep(store)
    head, body = store.blocks.body(2)
    for place in range(0, len(body), max(len(body) // 15, 1)):
        torn = body[:place] + bytes([body[place] ^ 16]) + body[place + 1 :]
        store.connection.execute("UPDATE column_blocks SET body = ? WHERE number = 2", (torn,))
        assert read_from_tables(store, monkeypatch) == open_in(store, 2)
    short = body[:-3]
    whole = replace(head, checksum=checksum(head.format, head.fields, short), mark=head.mark)
    assert store.blocks.write(whole, short, store.blocks.drops())
    assert read_from_tables(store, monkeypatch) == open_in(store, 2), "not even with a checksum of its own"


def test_another_version_of_the_program_does_not_read_these(desk, store, monkeypatch):
    keep(store)
    for module in ("blocks", "load", "keeper"):
        monkeypatch.setattr(f"engine.columns.{module}.FORMAT", told_blocks.FORMAT + 1)
    assert read_from_tables(store, monkeypatch) == open_in(store, *range(4))
    keep(store)
    assert read_from_tables(store, monkeypatch) == 0


def test_rules_that_ask_about_more(desk, store, monkeypatch):
    keep(store)
    more = graph(
        RULES.replace("field vip flag", "field vip flag\nfield line text").replace(
            "when vip", 'when line == "A"'
        )
    )
    assert read_from_tables(store, monkeypatch, more) == open_in(store, *range(4))
    keep(store, more)
    assert read_from_tables(store, monkeypatch, more) == 0
    assert read_from_tables(store, monkeypatch) == 0, "what is kept is more than these rules need"


def test_terms_that_the_store_does_not_have(desk, store, monkeypatch):
    keep(store)
    head, body = store.blocks.body(0)
    piece = told_blocks.from_bytes(frozenset(), body)
    other = told_blocks.to_bytes(replace(piece, promised=["0" * 64 for _ in piece.promised]))
    head = replace(head, checksum=checksum(head.format, head.fields, other))
    assert store.blocks.write(head, other, store.blocks.drops())
    assert read_from_tables(store, monkeypatch) == open_in(store, 0)


# ---------------------------------------------------------------- what is gone is gone


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
    assert ticket.id not in words(load(store, [_RULES]))
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


# ---------------------------------------------------------------- several at once


def test_two_who_keep_and_one_who_adds(desk, store, place):
    failed = []

    def work():
        try:
            with closing(open_store(place)) as own:
                for _ in range(3):
                    keep(own)
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    rng = Random(9)
    for number in range(18):
        happen(store, f"T-{rng.randrange(1, 61)}", "changed", status=rng.choice(("Waiting", "New", "Closed")))
        if number % 3 == 0:
            desk.step(NOW)
            same(store)
    for thread in threads:
        thread.join()
    assert not failed
    desk.step(NOW)
    same(store)
    keep(store)
    same(store)


def test_an_older_writing_does_not_replace_a_newer_one(desk, store):
    keep(store)
    head, body = store.blocks.body(0)
    assert store.blocks.write(replace(head, mark=head.mark - 1), b"older", store.blocks.drops())
    assert store.blocks.body(0) == (head, body)


CHILD = """
import sys
from engine.columns import keeper
from engine.facts import Instant
from engine.store import column_blocks
from engine.store.opening import open_store
from engine.store.place import place_of
from tests.engine.desk import graph
import engine.columns.load
column_blocks.SIZE = engine.columns.load.SIZE = 16
keeper.PORTION = 5
store = open_store(place_of(sys.argv[1]))
rules = graph()
print("ready", flush=True)
while True:
    with store.cycle():
        store.connection.execute("DELETE FROM column_blocks")
    made = keeper.Keeper()
    while made.step(store, rules, Instant(int(sys.argv[2]))):
        print("step", flush=True)
"""


def test_killed_while_it_keeps_nothing_wrong_is_read(desk, store, place):
    command = [sys.executable, "-c", CHILD, str(place), str(NOW)]
    rng = Random(2)
    for _ in range(2):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        for _ in range(rng.randrange(1, 40)):
            child.stdout.readline()
        happen(store, f"T-{rng.randrange(1, 61)}", "changed", status="Waiting")
        child.kill()
        assert child.wait() == -signal.SIGKILL
        same(store)
        desk.step(NOW)
        same(store)
    keep(store)
    same(store)


# ---------------------------------------------------------------- and what is made of it


def test_columns_by_way_of_blocks_say_what_evaluate_says(store, tmp_path):
    root = tmp_path / "sla.rules"
    root.write_text(RULES)
    rng = Random(11)
    tickets = [random_ticket(rng, number, step=900) for number in range(1, 151)]
    store.add_events("test", [(item.key, event) for item in tickets for event in item.events])
    engine = Engine(store, root)
    engine.start(NOW)
    rules = engine.rules.now.graph
    for turn in range(2):
        keep(store, rules)
        for number in range(15):
            at = NOW + 600 * turn + number
            happen(
                store,
                f"T-{rng.randrange(1, 151)}",
                rng.choice(("reply", "changed")),
                at=at,
                status=rng.choice(("Waiting", "New")),
            )
        if turn:
            engine.step(Instant(NOW + 600 * turn + 60))
        now = Instant(NOW + 600 * turn + rng.randrange(60))
        known = load(store, [rules])
        answer = evaluate_columns(columns_of(known, rules, now), rules, now, warnings=True)
        single = {
            (ticket.id, clock.metric, clock.cycle): row(clock)
            for ticket in store.tickets(known.ids.tolist())
            if ticket.id not in answer.apart
            for clock in evaluate(ticket, rules, now).clocks
        }
        assert single and told(answer) == single
        assert len(answer.apart) < len(known)


def test_a_large_reload_reads_the_columns(store, tmp_path, monkeypatch):
    root = tmp_path / "sla.rules"
    root.write_text(RULES)
    rng = Random(3)
    tickets = [random_ticket(rng, number) for number in range(1, 81)]
    store.add_events("test", [(item.key, event) for item in tickets for event in item.events])
    engine = Engine(store, root)
    engine.start(NOW)
    monkeypatch.setattr("engine.reload.MANY", 5)
    monkeypatch.setattr("engine.run.MANY", 5)
    while engine.keep(NOW):
        pass
    assert store.blocks.heads()
    read = []
    usual = store.tickets
    with monkeypatch.context() as patch:
        patch.setattr(store, "tickets", lambda ids, until=None: read.append(list(ids)) or usual(ids, until))
        root.write_text(RULES.replace("13:00-17:00", "14:00-17:00"))
        turn = engine.reload(NOW)
    assert read[0] == [], "whom it moves is told by the columns"
    assert 0 < turn.evaluated < len(store.affected_tickets(None, None))
    now_so = {
        (ticket.id, clock.metric, clock.cycle, clock.due)
        for ticket in store.tickets(store.affected_tickets(None, None))
        for clock in evaluate(ticket, engine.rules.now.graph, NOW).clocks
        if clock.stopped is None
    }
    stored = store.connection.execute(
        "SELECT ticket, clocks.metric, clocks.cycle, clocks.due FROM clocks JOIN tickets ON id = ticket WHERE closed = 0 AND stopped IS NULL"
    )
    assert {tuple(row) for row in stored} == now_so
