"""Opening a store on a server: it is made on request, by one of several, and brought to another version all of it or not at all."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from engine.errors import StoreError, UnreachableError
from engine.facts import Instant
from engine.store import care, postgres_open, schema
from engine.store.opening import open_store
from engine.store.place import Server, place_of
from engine.store.protocol import Claim
from tests.engine.store.values import TERMS, opening
from tests.threads import at_once, in_thread


def refused(place, **how):
    with pytest.raises(StoreError) as caught:
        open_store(place, **how)
    assert caught.value.help
    return str(caught.value)


def test_a_store_is_made_only_on_request(place, admin):
    assert "no store there yet" in refused(place)
    assert "no store there yet" in refused(place, create=True, read_only=True)
    assert admin("SELECT to_regclass('meta')").fetchone() == (None,)


def test_what_is_somebody_elses_stays_so(place, admin):
    admin("CREATE TABLE meta (key integer, value text)")
    assert "not a store" in refused(place, create=True)
    admin("DROP TABLE meta")
    admin("CREATE TABLE accounts (name text)")
    assert "not a store" in refused(place, create=True)
    assert admin("SELECT to_regclass('tickets')").fetchone() == (None,)


def test_a_newer_store_refuses_an_older_program(place, store, admin):
    admin("UPDATE meta SET value = %s WHERE key = %s", (str(schema.VERSION + 1), postgres_open.KEY))
    for how in ({}, {"read_only": True}, {"create": True}):
        assert "newer program" in refused(place, **how)


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    url = f"postgresql://noc:p%40ss-w0rd@/sla?host={tmp_path}&connect_timeout=2"
    with pytest.raises(UnreachableError) as caught:
        open_store(place_of(url))
    told = f"{caught.value} {caught.value.help} {place_of(url)!r}"
    assert "cannot be reached" in told
    assert "p%40ss" not in told
    assert "noc@" in told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@h/d",
        "postgres://u:se/cr@et@h:1,i:2/d",
        "postgresql://h/d?password=secret&user=u",
    ],
)
def test_no_password_is_shown(url):
    shown = str(Server(url)) + repr(Server(url))
    assert "se" not in shown.replace("postgres", "").replace("user", "").replace("Server", "")
    assert "h" in str(Server(url))


def test_a_database_that_is_not_there_is_told(place):
    nowhere = Server(place.url.replace("/postgres?", "/nowhere?", 1))
    if nowhere != place:
        assert "no such database" in refused(nowhere)


def test_two_programs_may_make_the_same_store_at_once(opener):
    at_once(3, lambda n: opener().add_events("desk", [opening(one) for one in range(n * 10, n * 10 + 20)]))
    [ticket] = opener().tickets()
    assert len(ticket.events) == 40


def test_an_older_store_is_brought_up_to_date_all_of_it_or_nothing(place, admin, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr(postgres_open, "VERSIONS", schema.VERSIONS[:1])
        then.setattr(postgres_open, "VERSION", 1)
        open_store(place, create=True).close()
    admin("INSERT INTO tickets (key, closed, urgency) VALUES ('T-1', 0, 5), ('T-2', 1, NULL)")
    admin("INSERT INTO sources (name) VALUES ('desk')")
    admin(
        "INSERT INTO events (ticket, at, sequence, kind, data, source, source_id) VALUES (2, 5, 0, 'opened', '{}', 1, 'a')"
    )
    assert "db migrate" in help_of(place)
    assert care.status(place).tickets is None
    with monkeypatch.context() as broken:
        broken.setattr(
            postgres_open, "VERSIONS", (*schema.VERSIONS, ("next", ("ALTER TABLE nowhere ADD x TEXT",)))
        )
        with pytest.raises(StoreError, match="nowhere"):
            care.migrate(place)
    assert care.status(place).version == 1
    assert admin("SELECT to_regclass('decisions')").fetchone() == (None,)
    assert care.migrate(place) == [name for name, _ in schema.VERSIONS[1:]]
    assert care.migrate(place) == []
    found = care.status(place)
    assert (found.version, found.tickets, found.events) == (schema.VERSION, 2, 1)
    store = open_store(place)
    with store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(2, anew=True)]
    store.close()


def help_of(place):
    with pytest.raises(StoreError) as caught:
        open_store(place, read_only=True)
    return caught.value.help


def test_a_reader_cannot_write(place, store):
    reader = open_store(place, read_only=True)
    with pytest.raises(StoreError, match="read-only"):
        reader.add_events("desk", [opening(1)])
    reader.close()


def test_bringing_a_store_to_another_version_waits_for_what_is_under_way(place, store):
    with ExitStack() as later:
        with store.cycle():
            store.save_terms([TERMS])
            migrating = later.enter_context(in_thread(lambda: care.migrate(place)))
            migrating.join(0.2)
            assert migrating.is_alive()
        migrating.join(5)
        assert not migrating.is_alive()
