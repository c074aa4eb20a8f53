"""A block that something may be wrong with is not read, and is made anew."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from engine.columns import blocks as told_blocks
from engine.columns.blocks import checksum
from tests.engine.desk import RULES, graph
from tests.engine.store.columns.keeping import keep, open_in, read_from_tables, spoil

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
