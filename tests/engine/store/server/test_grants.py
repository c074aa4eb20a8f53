"""Who may do what on a server: users with the roles that `sla db grant` prints."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.errors import ForbiddenError
from engine.facts import Event, Instant
from engine.store import publications
from engine.store.grants import Role, grants
from engine.store.opening import open_store
from engine.store.place import Server
from engine.store.protocol import Claim, StoredRules
from tests.engine.desk import graph
from tests.engine.store.test_publications import ONE
from tests.engine.store.values import clock, opening, written


@pytest.fixture
def user(place, store, admin, postgres):
    """Makes a user with a role, and opens the store as that user."""
    if not postgres.ours:
        pytest.skip("users are made on a server of our own only")
    opened, made = [], []
    [name] = admin("SELECT current_schema()").fetchone()

    def make(role, **how):
        login = f'{role} "{name}'
        quoted = '"' + login.replace('"', '""') + '"'
        admin(f"CREATE ROLE {quoted} LOGIN")
        made.append(quoted)
        for statement in grants(Role(role), login, name):
            admin(statement)
        opened.append(
            open_store(Server(f"{place.url.replace('postgres:@', '@')}&user={quote(login)}"), **how)
        )
        return opened[-1]

    yield make
    for item in opened:
        item.close()
    for quoted in made:
        admin(f"DROP OWNED BY {quoted}")
        admin(f"DROP ROLE {quoted}")


def forbidden(store, sql):
    with pytest.raises(ForbiddenError), store.connection.trouble():
        store.connection.execute(sql)


def test_a_reporter_reads(user, store):
    store.add_events("desk", [opening(1)])
    store.write([written(1, clock())])
    reporter = user("reporter")
    assert len(reporter.rows()) == len(list(reporter.tickets())) == 1
    assert reporter.outbox.counts() == {}
    for sql in (
        "DELETE FROM events",
        "UPDATE tickets SET closed = 1",
        "INSERT INTO sources (name) VALUES ('x')",
        "CREATE TABLE mine (x int)",
    ):
        forbidden(reporter, sql)
    with pytest.raises(ForbiddenError):
        reporter.add_events("desk", [opening(2)])


def test_columns_are_kept_by_engines_and_read_by_all(user, store):
    store.add_events("desk", [opening(1)])
    engine, rules = user("engine"), graph()
    keeper = Keeper()
    while keeper.step(engine, rules, Instant(0)):
        pass
    for role in ("console", "reporter"):
        other = user(role)
        assert len(load(other, [rules], [1])) == len(other.blocks.heads()) == 1
        forbidden(other, "DELETE FROM column_blocks")
        forbidden(other, "UPDATE column_blocks SET mark = 0")


def test_a_console_records_what_people_do(user, store):
    store.add_events("desk", [opening(1)])
    console = user("console")
    assert console.add_events("console", [("T-1", Event(7, "acknowledged", {}, "console", "1"))]) == (1, 0)
    assert console.add_events("console", [("T-9", Event(7, "opened", {}, "console", "2"))]) == (1, 0)
    console.outbox.read([1], Instant(5))
    console.outbox.discard([1], Instant(5), "lead")
    assert console.outbox.again([1], Instant(5), {}) == 0
    assert console.outbox.use_link("token", Instant(5))
    for sql in (
        "DELETE FROM events",
        "UPDATE events SET at = 1",
        "UPDATE tickets SET closed = 1",
        "INSERT INTO outbox (kind) VALUES ('x')",
        "DELETE FROM rule_sets",
        "DELETE FROM meta",
        "INSERT INTO plans VALUES ('d', '', 1)",
    ):
        forbidden(console, sql)
    with pytest.raises(ForbiddenError):
        console.write([written(1, clock())])
    with pytest.raises(ForbiddenError):
        console.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))


def test_a_console_publishes_and_a_reporter_reads_what_was(user, store):
    console, reporter = user("console"), user("reporter")
    number = publications.publish(console.connection, ONE)
    assert publications.withdraw(console.connection, number, "lead", Instant(9))
    publications.publish(console.connection, ONE)
    assert len(publications.published(reporter.connection, "acme")) == 1
    forbidden(reporter, "UPDATE publications SET customer = 'globex'")
    forbidden(console, "DELETE FROM publications")
    forbidden(console, "INSERT INTO report_runs VALUES ('a', 'b', 'c', 1)")


def test_an_engine_does_its_work_and_makes_no_tables(user, store):
    engine = user("engine")
    engine.add_events("desk", [opening(1)])
    with engine.cycle(swapping=True):
        engine.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))
    with engine.cycle():
        assert engine.claim(Instant(0), 9) == [Claim(1, anew=True)]
        engine.write([written(1, clock())])
        assert list(engine.connection.numbers("decisions", 2)) == [1, 2]
    assert len(engine.rows()) == 1
    for sql in ("DROP TABLE events", "CREATE TABLE mine (x int)", "ALTER TABLE tickets ADD x TEXT"):
        forbidden(engine, sql)
