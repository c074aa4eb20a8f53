"""Columns that several programs keep at once, and one that is killed meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from random import Random

from engine.store.opening import open_store
from tests.engine.store.columns.keeping import NOW, happen, keep, same
from tests.threads import in_thread


def test_two_who_keep_and_one_who_adds(desk, store, place):
    def work():
        with closing(open_store(place)) as own:
            for _ in range(3):
                keep(own)

    rng = Random(9)
    with in_thread(work), in_thread(work):
        for number in range(18):
            status = rng.choice(("Waiting", "New", "Closed"))
            happen(store, f"T-{rng.randrange(1, 61)}", "changed", status=status)
            if number % 3 == 0:
                desk.step(NOW)
                same(store)
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
