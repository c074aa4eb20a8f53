"""`sla archive`, from the outside: what it says, what it does, and that figures of the past stay."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at


@pytest.fixture
def sla(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES + 'customer acme "Acme GmbH" {\n}\n')
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, key in enumerate(("a", "b", "c", "open")):
            data = {"priority": "high", "customer": "Acme GmbH", "subject": key}
            store.add_events("t", [(key, Event(at("2024-03-04 09:00"), "opened", data, "t", f"o{number}"))])
            if key != "open":
                minute = f"2024-03-04 {('09:50', '09:57', '10:04')[number]}"
                replied = Event(at(minute), "resolved", {}, "t", f"r{number}")
                store.add_events("t", [(key, replied)])
        Engine(store, tmp_path / "sla.rules").start(at("2024-03-05 09:00"))
    return sla


def left():
    with closing(SqliteStore.open("sla.db", read_only=True)) as store:
        return [ticket.key for ticket in store.tickets()]


def test_months_leave_figures_stay_and_a_ticket_comes_back(sla):
    health = ("health", "--at", "2024-03-05T09:00:00Z", "--format", "json")
    inbox = ("inbox", "--at", "2024-03-04T09:10:00Z", "--plain")
    before = sla(*health), sla(*inbox)
    assert json.loads(before[0][1])["by_customer"]["acme"]["met"] > 0
    code, out, _ = sla("archive", "--to", "old")
    assert (code, left()) == (0, ["a", "b", "c", "open"])
    assert out.startswith("2024-03           3 tickets             6 events\nlast heard of before ")
    assert "3 tickets would go to old; --yes does it" in out
    code, out, _ = sla("archive", "--to", "old", "--yes")
    assert (code, left()) == (0, ["open"])
    assert "3 tickets are in old" in out
    assert (sla(*health), sla(*inbox)) == before
    assert sla("archive", "--verify")[:2] == (0, "1 parts, 3 tickets: all as written\n")
    assert "there is nothing to archive" in sla("archive")[1]
    late = '{"ticket": "b", "at": "2024-04-06T16:00:00Z", "kind": "reopened", "id": "1"}'
    Path("late.jsonl").write_text(late + "\n")
    code, out, err = sla("import", "late.jsonl", "--map", "events")
    assert (code, left()) == (1, ["open"])
    assert "0 new events, 0 known, 0 rows refused" in out
    assert "left out: 1 events of 1 archived tickets, such as b; sla archive --restore KEY" in err
    code, out, err = sla("archive", "--restore", "b", "--restore", "nobody")
    assert (code, out, err) == (1, "1 tickets are in the store again\n", "nobody: not in the archive\n")
    assert sla("import", "late.jsonl", "--map", "events")[0] == 0
    assert left() == ["b", "open"]
    assert sla(*health) == before[0]


def test_what_cannot_be_done_is_said(sla, tmp_path):
    code, _, err = sla("archive")
    assert (code, "give its folder: --to DIR" in err) == (3, True)
    assert sla("archive", "--yes", "--verify")[0] == 3
    sla("archive", "--to", "old", "--yes")
    [path] = (tmp_path / "old" / "clocks").glob("*/*")
    path.write_bytes(b"nothing")
    code, out, _ = sla("archive", "--verify")
    assert code == 1
    assert "its content is not what was written" in out
    (tmp_path / "old").rename(tmp_path / "moved")
    code, _, err = sla("health", "--at", "2024-03-05T09:00:00Z")
    assert code == 4
    assert "No such file" in err
    assert sla("archive", "--verify", "--to", "moved")[0] == 1
