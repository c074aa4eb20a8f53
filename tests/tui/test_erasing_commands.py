"""`sla forget` and `sla retain`, from the outside."""

from __future__ import annotations

from contextlib import closing

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at

NAME = "Xanthippe-Quellwasser"


@pytest.fixture
def sla(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES + 'customer acme "Acme GmbH" {\n}\n')
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, key in enumerate(("done", "open")):
            data = {"priority": "high", "customer": "Acme GmbH", "subject": NAME}
            store.add_events("t", [(key, Event(at("2024-03-02 09:00"), "opened", data, "t", f"o{number}"))])
        store.add_events("t", [("done", Event(at("2024-03-02 09:30"), "resolved", {}, "t", "r"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-03-03 09:00"))
    return lambda *arguments: sla(*arguments, "--store", "sla.db")


def names_left():
    with closing(SqliteStore.open("sla.db", read_only=True)) as store:
        return [ticket.key for ticket in store.tickets() if NAME in str(ticket.events)]


def test_forget_says_what_would_go_and_then_does_it(sla):
    code, out, _ = sla("forget", "ACME gmbh")
    assert (code, names_left()) == (0, ["done", "open"])
    assert "still open: 1 tickets" in out
    assert "acme: the text of 1 tickets in 1 events, with 0 messages, would go; --yes does it" in out
    code, _, err = sla("forget", "acme", "--yes")
    assert (code, names_left()) == (1, ["done", "open"])
    assert "1 tickets of acme are still open; nothing was erased" in err
    code, out, _ = sla("forget", "acme", "--yes", "--including-open")
    assert (code, names_left()) == (0, [])
    assert out == "acme: the text of 2 tickets in 2 events, with 0 messages, erased\n"
    assert sla("forget", "acme", "--including-open")[1] == "acme: there is no personal text\n"


def test_forget_knows_no_such_customer(sla):
    code, _, err = sla("forget", "globex")
    assert (code, "there are no tickets of globex" in err) == (1, True)


def test_what_nobody_has_evaluated_is_nobodys_yet(sla):
    with closing(SqliteStore.open("sla.db")) as store:
        store.add_events("t", [("new", Event(at("2026-03-02 09:00"), "opened", {}, "t", "n"))])
    code, _, err = sla("forget", "acme", "--yes")
    assert (code, names_left()) == (1, ["done", "open"])
    assert "1 tickets have not been evaluated yet" in err


def test_retain(sla, monkeypatch):
    code, _, err = sla("retain")
    assert (code, "nothing says after how long" in err) == (3, True)
    assert "there is no personal text" in sla("retain", "--months", "1200")[1]
    monkeypatch.setenv("SLA_RETENTION__PERSONAL_TEXT_MONTHS", "1")
    assert "the text of 1 tickets in 1 events" in sla("retain")[1]
    assert names_left() == ["done", "open"]
    assert "erased" in sla("retain", "--yes")[1]
    assert names_left() == ["open"]


def test_forget_and_retain_reach_into_the_archive(sla, tmp_path):
    with closing(SqliteStore.open("sla.db")) as store:
        for number, key in enumerate(("late", "later")):
            data = {"priority": "high", "customer": "Hooli"}
            store.add_events("t", [(key, Event(at("2026-03-02 09:00"), "opened", data, "t", f"l{number}"))])
        Engine(store, tmp_path / "sla.rules").start(at("2026-03-03 09:00"))
    assert sla("archive", "--months", "12", "--to", "archive", "--yes")[0] == 0
    assert names_left() == ["open"]
    everything = lambda: b"".join(path.read_bytes() for path in (tmp_path / "archive").rglob("*.parquet"))  # noqa: E731
    before = everything()
    out = sla("forget", "acme", "--including-open")[1]
    assert "acme: the text of 2 tickets in 2 events, with 0 messages, would go" in out
    assert everything() == before
    assert (
        "2 tickets in 2 events, with 0 messages, erased"
        in sla("forget", "acme", "--including-open", "--yes")[1]
    )
    assert everything() != before
    assert "there is no personal text" in sla("forget", "acme", "--including-open")[1]
    assert "there is no personal text" in sla("retain", "--months", "1")[1]
    assert sla("archive", "--verify")[0] == 0
    assert sla("archive", "--restore", "done")[0] == 0
    assert names_left() == []
