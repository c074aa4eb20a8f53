"""What only a server can do to a store: be away, be shared, be somebody else's, be restored."""

from __future__ import annotations

import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from urllib.parse import quote

import psycopg
import pytest

from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.delivery.outbox import Status
from engine.errors import ForbiddenError, StoreError, UnreachableError
from engine.facts import Event, Instant, Pin
from engine.store import care, postgres_open, publications, schema
from engine.store.database import POST, WORK
from engine.store.grants import Role, grants
from engine.store.opening import listening, open_store
from engine.store.place import Server, place_of
from engine.store.protocol import Claim, StoredRules
from tests.engine.desk import graph
from tests.engine.store.test_contract import TERMS, clock, written
from tests.engine.store.test_publications import ONE


def event(name, at=100):
    return ("T-1", Event(at, "opened", {}, "desk", str(name)))


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


@contextmanager
def in_thread(work):
    """Run it meanwhile; joined at the end, and what it raised is raised."""
    raised = []

    def run():
        try:
            work()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(20)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def refused(place, **how):
    with pytest.raises(StoreError) as caught:
        open_store(place, **how)
    assert caught.value.help
    return str(caught.value)


# ---------------------------------------------------------------- opening


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
    start = threading.Barrier(3)

    def work(number):
        start.wait()
        opener().add_events("desk", [event(n) for n in range(number * 10, number * 10 + 20)])

    with in_thread(lambda: work(0)), in_thread(lambda: work(1)):
        work(2)
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
        reader.add_events("desk", [event(1)])
    reader.close()


# ---------------------------------------------------------------- losing the server


@pytest.fixture
def lose(store, admin):
    """Ends the store's connection, from the server's side."""

    def end():
        admin("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    [pid] = store.connection.execute("SELECT pg_backend_pid()").fetchone()
    return end


def test_a_lost_connection_is_told_once_and_made_anew(store, lose):
    store.add_events("desk", [event(1)])
    lose()
    with pytest.raises(UnreachableError):
        store.rows()
    assert store.add_events("desk", [event(1), event(2)]) == (1, 1)


def test_a_transaction_whose_connection_was_lost_has_never_been(store, lose):
    store.add_events("desk", [event(1)])
    with pytest.raises(UnreachableError), store.cycle():
        assert store.claim(Instant(0), 9)
        store.write([written(1, clock())])
        lose()
        with suppress(UnreachableError):
            store.rows()
        store.write([written(1, clock())])
    assert store.rows() == []
    with store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]


def test_what_failed_inside_a_transaction_cannot_be_committed(store):
    with pytest.raises(StoreError), store.cycle():
        store.save_terms([TERMS])
        with suppress(StoreError):
            store.connection.execute("SELECT nothing")
            store.rows()
            with store.connection.trouble():
                store.connection.execute("SELECT nothing")
    assert store.all_terms() == []


def test_whoever_stands_still_loses_the_claim(opener, monkeypatch):
    monkeypatch.setattr(postgres_open, "STILL_SECONDS", 0.3)
    stopped = opener()
    monkeypatch.setattr(postgres_open, "STILL_SECONDS", 10)
    other = opener()
    stopped.add_events("desk", [event(1)])
    with pytest.raises(UnreachableError), stopped.cycle():
        assert stopped.claim(Instant(0), 9)
        other.connection.execute("SELECT pg_sleep(0.6)")
        with other.cycle():
            assert other.claim(Instant(0), 9) == [Claim(1, anew=True)]
        stopped.write([written(1, clock())])
    assert stopped.rows() == []


def test_a_server_that_has_become_a_standby_is_left_for_the_one_that_can_be_written(store):
    store.connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(UnreachableError, match="read-only"):
        store.add_events("desk", [event(1)])
    assert store.add_events("desk", [event(1)]) == (1, 0)


def test_a_server_that_was_restarted_is_found_again(postgres, store, opener):
    if not postgres.ours:
        pytest.skip("the server is not ours to stop")
    store.add_events("desk", [event(1)])
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(UnreachableError):
                store.rows()
    finally:
        postgres.start()
    assert store.find("T-1") == 1
    assert store.add_events("desk", [event(1), event(2)]) == (1, 1)


# ---------------------------------------------------------------- sharing it


def test_two_engines_never_hold_the_same_ticket(store, opener):
    other = opener()
    store.add_events("desk", [(key, Event(100, "opened", {}, "desk", key)) for key in "ABCD"])
    with store.cycle():
        mine = store.claim(Instant(0), 2)
        with other.cycle():
            theirs = other.claim(Instant(0), 9)
            assert other.claim_of([1, 2, 3, 4]) == [Claim(3), Claim(4)]
    assert [claim.ticket_id for claim in (*mine, *theirs)] == [1, 2, 3, 4]
    with store.cycle():
        assert store.claim(Instant(0), 9) == []


def test_an_event_that_comes_while_its_ticket_is_claimed_is_taken_in_later(store, opener):
    other = opener()
    store.add_events("desk", [event(1)])
    with ExitStack() as later, store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]
        [seen] = store.tickets([1])
        adding = later.enter_context(in_thread(lambda: other.add_events("desk", [event(2)])))
        adding.join(0.2)
        assert adding.is_alive()  # it waits for what is said of the ticket
        assert len(seen.events) == 1
    with store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]


def test_other_rules_wait_for_the_cycles_under_way(store, opener):
    first = StoredRules("d1", 0, 1, "r", {"r": ""})
    store.save_rules(first)
    other, third = opener(), opener()
    order = []

    def swap():
        with other.cycle(swapping=True):
            order.append(other.generation())
            other.save_rules(StoredRules("d2", 0, 2, "r", {"r": ""}))

    with ExitStack() as later, store.cycle():
        assert store.generation() == (1, "d1")
        with third.cycle():
            assert third.generation() == (1, "d1")  # beside the other one
        later.enter_context(in_thread(swap)).join(0.2)
        assert order == []
        assert store.generation() == (1, "d1")
    assert (order, store.generation()) == ([(1, "d1")], (2, "d2"))


def test_no_change_is_passed_over_whoever_commits_first(store, opener):
    slow, reader = opener(), opener()
    store.add_events(
        "desk", [("A", Event(1, "opened", {}, "desk", "a")), ("B", Event(1, "opened", {}, "desk", "b"))]
    )
    with slow.cycle():
        slow.write([written(1, clock(due=100))])
        store.write([written(2, clock(due=50))])
        look = reader.news(None)
        assert set(look.rows) == {2}
    assert set(reader.news(look.written).rows) >= {1}


def test_numbers_go_on_after_a_restore(place, store, admin, opener):
    store.add_events("desk", [event(1)])
    store.write([written(1, clock())])
    admin("UPDATE tickets SET written = written + 1000000")
    restored = opener()
    assert set(restored.news(None).rows) == {1}
    [(highest,)] = admin("SELECT max(written) FROM tickets").fetchall()
    restored.write([written(1, clock(due=77))])
    assert admin("SELECT max(written) FROM tickets").fetchone()[0] > highest
    assert restored.news(highest).rows[1].due == 77


def test_a_dump_comes_back_in_another_database_and_goes_on(postgres, place, store, admin, tmp_path):
    if not postgres.ours:
        pytest.skip("databases are made on a server of our own only")
    store.add_events("desk", [event(1)])
    store.write([written(1, clock(due=100), pins=[Pin(100, TERMS, "opened")])])
    for _ in range(20):
        admin("SELECT pg_current_xact_id()")  # the old server has counted further than any ticket says
    keeper = Keeper()
    while keeper.step(store, graph(), Instant(0)):
        pass
    [name] = admin("SELECT current_schema()").fetchone()
    dump = tmp_path / "sla.dump"

    def tool(program, *words):
        subprocess.run([postgres.program(program), *words], check=True, capture_output=True)

    tool("pg_dump", "--format=custom", f"--schema={name}", f"--file={dump}", place.url)
    admin(f"CREATE DATABASE {name}")
    elsewhere = Server(place.url.replace("/postgres?", f"/{name}?", 1))
    try:
        tool("pg_restore", f"--dbname={elsewhere.url}", dump)
        restored = open_store(elsewhere)
        assert list(restored.tickets()) == list(store.tickets())
        assert restored.rows() == store.rows()
        assert restored.add_events("desk", [event(1), event(2)]) == (1, 1)
        assert restored.add_events("desk", [("T-2", event(3)[1])]) == (1, 0)
        restored.write([written(2, clock(due=50))])
        [block] = restored.blocks.heads()
        restored.connection.execute("UPDATE tickets SET awaits = NULL")
        assert 2 in [ticket for ticket, *_ in restored.blocks.changed(block.mark)]
        assert [row.ticket for row in restored.rows()] == ["T-2", "T-1"]
        restored.close()
    finally:
        admin(f"DROP DATABASE {name} WITH (FORCE)")


def test_new_terms_are_kept_in_one_order_so_that_two_engines_never_wait_for_each_other(opener):
    many = [replace(TERMS, tier=f"tier {number}") for number in range(20)]
    orders = []
    for terms in (many, many[::-1]):
        store = opener()
        run, kept = store.connection.execute, []
        store.connection.execute = lambda sql, values=(), run=run, kept=kept: (
            kept.append(values[0]) if "INTO terms" in sql else None,
            run(sql, values),
        )[1]
        store.save_terms(terms)
        orders.append(kept)
    assert orders[0] == orders[1]
    assert len(store.all_terms()) == len(orders[0]) == 20


def test_what_is_asked_every_second_is_found_by_an_index(store):
    store.add_events("desk", [event(1)])
    store.write([written(1, clock())])
    run, asked = store.connection.execute, []

    def execute(sql, values=()):
        asked.append((sql, values))
        return run(sql, values)

    store.connection.execute = execute
    store.rows(50)
    store.news(0)
    store.news(None)
    store.due_tickets(5, 10)
    store.waits(5)
    with store.cycle():
        store.claim(5, 10)
        store.claim_of([1])
    store.generation()
    store.tallies(0, 100)
    store.recent(3, 10)
    store.affected_tickets(["gold"], ["acme"])
    store.find("T-1")
    store.last_alert()
    store.add_events("desk", [event(2)])
    list(store.tickets([1]))
    store.decided([1])
    outbox = store.outbox
    outbox.channels_waiting(1000)
    outbox.peek("email", 1000, lease=100, apart=10, most=9, limit=1, per=60)
    outbox.queued([Status.WAITING, Status.SENDING])
    outbox.queued([Status.DEAD], limit=5)
    outbox.notices(["lead"], unread=True, limit=5)
    run("SET enable_seqscan = off")
    queries = [item for item in asked if "FROM" in item[0] and not item[0].startswith("INSERT")]
    assert len(queries) > 30
    for sql, values in queries:
        plan = "\n".join(row[0] for row in run(f"EXPLAIN {sql}", values))
        walked = [line for line in plan.splitlines() if "Seq Scan on" in line]
        assert [line for line in walked if "sources" not in line and "meta" not in line] == [], (sql, plan)


# ---------------------------------------------------------------- waking each other


class Rings:
    """What a bell has rung for."""

    def __init__(self, place):
        self.heard = {WORK: threading.Event(), POST: threading.Event()}
        self._bell = listening(place, {what: event.set for what, event in self.heard.items()})

    def __enter__(self):
        self._bell.__enter__()
        assert self.after(lambda: None, WORK)  # at its beginning
        assert self.after(lambda: None, POST)
        return self

    def __exit__(self, *how):
        self._bell.__exit__(*how)

    def after(self, done, what, seconds=5.0):
        """Do it: whether the bell rings for this then."""
        done()
        rang = self.heard[what].wait(seconds)
        self.heard[what].clear()
        return rang


def test_whoever_listens_hears_of_work_when_it_is_in(place, store):
    with Rings(place) as rings:
        assert rings.after(lambda: store.add_events("desk", [event(1)]), WORK)
        assert not rings.after(lambda: store.add_events("desk", [event(1)]), WORK, 0.2)  # known already
        with store.cycle():
            store.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))
            assert not rings.after(lambda: None, WORK, 0.2)
        assert rings.after(lambda: None, WORK)
        assert rings.after(lambda: store.outbox.again([1], Instant(0), {}), POST)
        assert not rings.after(lambda: None, WORK, 0.1)


def test_a_bell_rings_in_its_own_store_only_and_again_after_a_loss(place, store, admin, postgres):
    with Rings(place) as rings:
        admin("SELECT pg_notify('sla', 'work elsewhere')")
        assert not rings.after(lambda: None, WORK, 0.2)
        lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT current_schema()%'"
        assert rings.after(lambda: admin(lost), WORK)  # what was missed meanwhile
        assert rings.after(lambda: store.add_events("desk", [event(1)]), WORK)


def test_bringing_a_store_to_another_version_waits_for_what_is_under_way(place, store):
    with ExitStack() as later:
        with store.cycle():
            store.save_terms([TERMS])
            migrating = later.enter_context(in_thread(lambda: care.migrate(place)))
            migrating.join(0.2)
            assert migrating.is_alive()
        migrating.join(5)
        assert not migrating.is_alive()


# ---------------------------------------------------------------- who may do what


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
    store.add_events("desk", [event(1)])
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
        reporter.add_events("desk", [event(2)])


def test_columns_are_kept_by_engines_and_read_by_all(user, store):
    store.add_events("desk", [event(1)])
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
    store.add_events("desk", [event(1)])
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
    engine.add_events("desk", [event(1)])
    with engine.cycle(swapping=True):
        engine.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))
    with engine.cycle():
        assert engine.claim(Instant(0), 9) == [Claim(1, anew=True)]
        engine.write([written(1, clock())])
        assert list(engine.connection.numbers("decisions", 2)) == [1, 2]
    assert len(engine.rows()) == 1
    for sql in ("DROP TABLE events", "CREATE TABLE mine (x int)", "ALTER TABLE tickets ADD x TEXT"):
        forbidden(engine, sql)
