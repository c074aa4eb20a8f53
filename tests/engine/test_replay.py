"""Any history under any rules: three ways, one answer, and it is that of the single evaluator."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import numpy as np
import pytest

from dsl.load import load_texts
from engine.archive import parts as archive
from engine.calendar.batch import NEVER
from engine.clock import State
from engine.columns.fold import STATES
from engine.columns.told import tell
from engine.errors import EngineError, StoreError
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.in_force import graph_with_past
from engine.predicate import as_text
from engine.replay.judge import OUTCOMES, Outcomes, Period, Portion, added, outcomes, replay
from engine.replay.past import of_store
from engine.replay.read import Reader, Rows, Shelf, archived, stored
from engine.replay.ways import Replay, in_one, in_processes, on_cluster
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from engine.terms import digest
from engine.wall import DAY
from tests.engine.desk import RULES, START, event, graph, random_ticket, ticket
from tests.engine.evaluators import plain

LATER = Instant(START + 150 * DAY)
PERIOD = Period(START + 3 * DAY, START + 9 * DAY)
OTHER = (
    RULES.replace("resolution within 16h", "resolution within 3h")
    .replace("response within 2h", "response within 40m")
    .replace("target high resolution within 8h", 'target high resolution within 8h when not queue == "spam"')
    .replace('pause slow "Nobody to be reached" {\n  when site', 'pause slow "Nobody" {\n  when team')
    .replace('customer initech "Initech" {', 'customer initech-holding "Initech" {')
)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Ticket]]:
    """A store and its archive in several parts, some tickets of it restored, with everything that was ever told."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "sla.rules").write_text(RULES)
    rng = Random("past")
    make = (plain, lambda rng, number, step: random_ticket(rng, number, step=step))
    told = [make[number % 2](rng, number, 900) for number in range(1, 401)]
    told = [_asked(rng, item) for item in told]
    with closing(SqliteStore.open(folder / "sla.db", create=True)) as store:
        engine = Engine(store, folder / "sla.rules")
        engine.start(START)
        store.add_events("test", [(item.key, event) for item in told for event in item.events])
        engine.step(START + 20 * DAY)
        last = Event(LATER, "opened", {"priority": "high"}, "test", "new", 0)
        store.add_events("test", [("T-new", last)])
        engine.step(LATER)
        now = engine.rules.now.graph
        monkey = pytest.MonkeyPatch()
        monkey.setattr(archive, "PART", 40)
        gone = archive.move(store, folder / "old", archive.first_kept(LATER), now)
        monkey.undo()
        assert 100 < gone < 400
        away = [item.key for item in told if store.find(item.key) is None]
        assert archive.restore(store, away[::25]) == []
        archive_ids = {ticket.key: ticket.id for ticket in archive.tickets(store, archive.parts(store))}
        everything = [*store.tickets(), *archive.tickets(store, archive.parts(store))]
        assert len(archive_ids) > 90 and len(everything) == len(told) + 1
    return folder / "sla.db", folder / "old", everything


def _asked(rng: Random, ticket: Ticket) -> Ticket:
    """The ticket with fields that only the other rules ask about, so that the archive keeps them elsewhere."""
    first, *more = ticket.events
    data = {**first.data, "queue": rng.choice(("spam", "desk")), "subject": f"Ünï {ticket.key}"}
    more = [
        replace(event, data={**event.data, "team": rng.choice(("away", "noc"))})
        if rng.random() < 0.2
        else event
        for event in more
    ]
    return replace(ticket, events=(replace(first, data=data), *more))


def expected(tickets: list[Ticket], rules: Graph, period: Period) -> dict[tuple[str, str], tuple[int, ...]]:
    """The same counted ticket by ticket, told in other words."""
    counts: Counter[tuple[str, str, State]] = Counter()
    for item in tickets:
        found = evaluate(item, rules, period.end)
        customer = found.customer or as_text(found.fields.get("customer")).strip().casefold()
        for clock in found.clocks:
            decided = clock.stopped if clock.state is State.CANCELLED else clock.decided
            if decided is None or decided >= period.end:
                if clock.started < period.end:
                    counts[customer, clock.metric, State.RUNNING] += 1
            elif decided >= period.start:
                counts[customer, clock.metric, clock.state] += 1
    keys = sorted({key[:2] for key in counts})
    return {key: tuple(counts[*key, state] for state in OUTCOMES) for key in keys}


def pieces(past: tuple[Path, Path, list[Ticket]], until: int, monkey: pytest.MonkeyPatch):
    monkey.setattr("engine.replay.read.ARCHIVED", 70)
    monkey.setattr("engine.replay.read.STORED", 60)
    with closing(SqliteStore.open(past[0], read_only=True)) as store:
        return [*stored(store, past[0]), *archived(archive.parts(store), until)]


@pytest.mark.parametrize("text", [RULES, OTHER], ids=["its own rules", "other rules"])
@pytest.mark.parametrize("period", [PERIOD, Period(0, LATER), Period(START - DAY, START + 1)], ids=str)
def test_it_is_what_the_single_evaluator_says(past, text, period, monkeypatch):
    rules = graph(text)
    unpinned = [replace(ticket, pins=()) for ticket in past[2]]
    found = in_one(Replay.of(rules, period), pieces(past, period.end, monkeypatch))
    assert found.counts == expected(unpinned, rules, period)
    known = [item for item in unpinned if item.events[0].at <= period.end]
    assert found.tickets == len(known)
    assert found.events == sum(event.at <= period.end for item in known for event in item.events)
    assert found.apart < found.tickets or not found.tickets


def test_what_was_pinned_may_count_instead(past, monkeypatch):
    sources = pieces(past, LATER, monkeypatch)
    with closing(SqliteStore.open(past[0], read_only=True)) as store:
        promised = {digest(terms): terms for terms in store.all_terms()}
        text = OTHER.replace("calendar shop\n", "calendar office\n")
        rules = graph_with_past(store, load_texts("sla.rules", {"sla.rules": text}))
    found = in_one(Replay.of(rules, PERIOD, promised), sources)
    assert found.counts == expected(past[2], rules, PERIOD)
    assert found.counts != in_one(Replay.of(rules, PERIOD), sources).counts


def test_clocks_come_with_keys_ticket_by_ticket(past, monkeypatch):
    rules = graph(OTHER)
    reader = Reader((rules,), PERIOD.end)
    left = {ticket.key: replace(ticket, pins=()) for ticket in past[2]}
    for source in pieces(past, PERIOD.end, monkeypatch):
        portion = reader.read(source)
        found = replay(portion, rules, PERIOD.end)
        places = [
            place
            for place in range(len(portion.told))
            if portion.told.starts[place] < portion.told.starts[place + 1]
        ]
        keys = dict(zip(places, portion.keys(places), strict=True))
        clocks = {
            (keys[int(place)], column.metric, int(cycle)): (STATES[state], None if due == NEVER else int(due))
            for column in found.clocks
            for place, cycle, state, due in zip(
                column.ticket, column.cycle, column.state, column.due, strict=True
            )
        }
        assert clocks == {
            (key, clock.metric, clock.cycle): (clock.state, clock.due)
            for key in keys.values()
            for clock in evaluate(left.pop(key), rules, PERIOD.end).clocks
        }
    assert all(ticket.events[0].at > PERIOD.end for ticket in left.values())


def test_processes_and_a_cluster_with_a_killed_worker_say_the_same(past, monkeypatch, tmp_path):
    import distributed

    sources = pieces(past, LATER, monkeypatch)
    work = Replay.of(graph(OTHER), PERIOD)
    one = in_one(work, sources)
    seen: list[Outcomes] = []
    assert in_processes(work, sources, 2, seen.append) == one
    assert added(seen) == one
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    ) as cluster:
        with distributed.Client(cluster) as client:
            client.wait_for_workers(2)
        victims = [worker.pid for worker in cluster.workers.values()]

        def kill(_: Outcomes) -> None:
            if victims:
                os.kill(victims.pop(), signal.SIGKILL)

        many = sources * 2
        assert on_cluster(work, many, cluster.scheduler_address, kill) == added([one] * 2)
        assert not victims, "one of the two was killed after the first portion"
        with pytest.raises(EngineError, match="the Dask scheduler went away"):
            on_cluster(work, many, cluster.scheduler_address, lambda _: cluster.close())


def test_errors_come_home_in_words(past, monkeypatch, tmp_path):
    sources = pieces(past, LATER, monkeypatch)
    shelf = next(source for source in sources if isinstance(source, Shelf))
    lost = Shelf(tuple(replace(part, folder=tmp_path) for part in shelf.parts))
    work = Replay.of(graph(), PERIOD)
    for way in (lambda: in_one(work, [lost]), lambda: in_processes(work, [lost], 2)):
        with pytest.raises(EngineError, match=str(tmp_path)) as caught:
            way()
        assert "--verify" in caught.value.help
    with pytest.raises(EngineError, match="not an address"):
        on_cluster(work, sources, "nowhere")


def test_what_is_said_may_be_forgotten_between_portions(past, monkeypatch):
    sources = pieces(past, LATER, monkeypatch)
    work = Replay.of(graph(OTHER), PERIOD)
    usual = in_one(work, sources)
    monkeypatch.setattr("engine.replay.part._MOST", 1)
    assert in_one(work, sources) == usual


@pytest.mark.parametrize("change", ["place DESC", "place", "saying"])
def test_a_part_in_which_rows_were_changed_is_refused(past, monkeypatch, tmp_path, change):
    [shelf, *_] = [item for item in pieces(past, LATER, monkeypatch) if isinstance(item, Shelf)]
    part = shelf.parts[0]
    shutil.copytree(part.folder, tmp_path / "old")
    path = part.manifest.path(tmp_path / "old", "events")
    column, order = change.split()[0], "place DESC" if " " in change else "place"
    chosen = "*" if " " in change else f"* REPLACE ({column} + 1000000 AS {column})"
    duckdb.sql(
        f"COPY (SELECT {chosen} FROM read_parquet('{path}') ORDER BY {order}) TO '{path}.new' (FORMAT parquet)"
    )
    Path(f"{path}.new").replace(path)
    with pytest.raises(EngineError, match="not as they were written"):
        in_one(Replay.of(graph(), PERIOD), [Shelf((replace(part, folder=tmp_path / "old"),))])


def test_tickets_that_move_meanwhile_are_noticed(past):
    with closing(SqliteStore.open(past[0], read_only=True)) as store:
        with of_store(store, past[0], None, LATER) as sources:
            assert {type(source) for source in sources} == {Shelf, Rows}
        with (
            pytest.raises(StoreError, match="meanwhile"),
            of_store(store, past[0], None, LATER),
            closing(SqliteStore.open(past[0])) as other,
        ):
            [part, *_] = archive.parts(other)
            back = min(ticket.key for ticket in archive.tickets(other, [part]))
            assert archive.restore(other, [back]) == []


def test_a_ticket_from_long_ago_is_no_trouble():
    rules = graph()
    when = [Instant(moment) for moment in (5, START)]
    tickets = [
        Ticket(n, f"T-{n}", (Event(at, "opened", {"customer": "acme", "priority": "high"}, "t", str(n)),))
        for n, at in enumerate(when)
    ]
    now = START + 40 * 366 * DAY
    told = replace(tell(tickets, rules, now), ids=np.arange(2))
    portion = Portion(told, tickets.__getitem__, lambda places: [tickets[place].key for place in places])
    period = Period(0, now)
    assert outcomes(replay(portion, rules, now), period).counts == expected(tickets, rules, period)


def test_an_undeclared_customer_is_one_however_its_tickets_are_told():
    moved = event(START + 7200, "changed", 1, priority="critical")
    made = [
        ticket(event(START, "opened", customer=text, priority="low"), *later)
        for text, later in (("Unknown Ltd", ()), (" UNKNOWN Ltd ", (moved,)))
    ]
    made = [replace(item, id=number, key=f"T-{number}") for number, item in enumerate(made)]
    rules, now = graph(RULES.replace("default tier bronze", "default tier gold")), Instant(START + DAY)
    told = tell(made, rules, now)
    found = replay(Portion(told, made.__getitem__, lambda places: [str(one) for one in places]), rules, now)
    assert list(found.apart) == [1]
    assert {found.customers[number] for number in found.customer.tolist()} == {"unknown ltd"}
