"""Columns that a store keeps, beside what its events say."""

from __future__ import annotations

from itertools import count

from engine import terms as contents
from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.columns.told import LAST, asked, tell_fields
from engine.facts import Event, Instant
from tests.engine.desk import START, graph

NOW = Instant(START + 9 * 86_400)
_numbers = count(1)
COMPILED = graph()


def happen(store, key, kind, at=NOW, **data):
    number = next(_numbers)
    store.add_events("late", [(key, Event(Instant(at), kind, data, "late", str(number), number))])


def keep(store, rules=None, now=NOW):
    made = Keeper()
    while made.step(store, rules or COMPILED, now):
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
    rules = rules or COMPILED
    found = words(load(store, [rules], ids))
    assert found == truth(store, rules, ids)
    return found


def read_from_tables(store, monkeypatch, rules=None):
    """How many tickets a load reads from the tables; it must be right too."""
    seen = []
    usual = store.tickets
    with monkeypatch.context() as patch:
        patch.setattr(store, "tickets", lambda ids, until=None: seen.extend(ids) or usual(ids, until))
        found = load(store, [rules or COMPILED])
    assert words(found) == truth(store, rules or COMPILED)
    return len(seen)


def spoil(store, change, number=1):
    store.connection.execute(f"UPDATE column_blocks SET {change} WHERE number = {number}")


def open_in(store, *numbers):
    return sum(len(store.blocks.open_tickets(number)) for number in numbers)
