"""What is asked of a server every second is found by an index."""

from __future__ import annotations

from engine.delivery.outbox import Status
from tests.engine.store.values import clock, opening, written


def test_what_is_asked_every_second_is_found_by_an_index(store):
    store.add_events("desk", [opening(1)])
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
    store.add_events("desk", [opening(2)])
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
