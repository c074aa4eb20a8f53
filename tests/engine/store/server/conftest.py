"""A store on a server, and a connection beside it that sees and does everything."""

from __future__ import annotations

import psycopg
import pytest

from engine.store.opening import open_store


@pytest.fixture
def place(schema):
    return schema


@pytest.fixture
def opener(place):
    opened = []

    def open_(**how):
        opened.append(open_store(place, create=True, **how))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def store(opener):
    return opener()


@pytest.fixture
def admin(place):
    with psycopg.connect(place.url, autocommit=True) as connection:
        yield connection.execute
