"""What is made of kept columns is what `evaluate` says."""

from __future__ import annotations

from random import Random

from engine.columns.build import columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.load import load
from engine.evaluate import evaluate
from engine.facts import Instant
from engine.run import Engine
from tests.engine.desk import RULES, random_ticket
from tests.engine.evaluators import row, told
from tests.engine.store.columns.keeping import NOW, happen, keep


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
