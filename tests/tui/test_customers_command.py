"""`sla customers` and what the console's source does about reports, over a real store."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import pytest

from dsl.errors import SlaError
from engine.commitment.outage import Outage
from engine.facts import Event, Instant
from engine.run import Engine
from engine.store import outages
from engine.store.publications import content
from engine.store.sqlite import SqliteStore
from tests.engine.site import at
from tests.reports.counter import RULES
from tui.source import Sight, StoreSource

NOW = "2026-10-20T12:00:00Z"
EVIL = "=cmd|'/c calc'!A1 \x1b[31m\u202e"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sla.rules").write_text(
        RULES.replace('"Acme GmbH"', '"=Acme GmbH"') + "default tier bronze\n"
    )
    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as store:
        for number, (customer, priority) in enumerate(
            (("acme", "critical"), ("hooli", "low"), (EVIL, "low"))
        ):
            key = f"T-{number}"
            data = {"customer": customer, "priority": priority, "status": "New"}
            store.add_events("t", [(key, Event(at("2026-10-05 08:00"), "opened", data, "t", f"o{number}"))])
            store.add_events("t", [(key, Event(at("2026-10-05 17:00"), "resolved", {}, "t", f"r{number}"))])
        span = at("2026-10-06 10:00"), at("2026-10-06 11:00")
        outages.record(store.connection, [Outage("web", "", *span, "t", "1", EVIL)])
        Engine(store, tmp_path / "sla.rules").start(at("2026-10-20 12:00"))
    return tmp_path


def test_every_format_says_the_same(sla, site):
    code, out, _ = sla("customers", "--at", NOW, "--plain")
    assert code == 0
    assert "\x1b" not in out and "\u202e" not in out
    lines = out.splitlines()
    assert lines[0].split()[:2] == ["Customer", "Met"]
    assert [line.split()[0] for line in lines[1:3]] == ["=Acme", "=cmd|'/c"]
    found = json.loads(sla("customers", "--at", NOW, "--format", "json")[1])
    acme = next(one for one in found if one["customer"] == "acme")
    assert acme["compliance"]["percent"] == "0.00"
    assert acme["credits"] == [{"amount": "433.34", "currency": "EUR"}]  # 250, 5% and 0.5% of 3333.33
    assert [one["state"] for one in acme["uptime"] if one["service"] == "web"] == ["missed", "met"]
    rows = list(csv.DictReader(io.StringIO(sla("customers", "--at", NOW, "--format", "csv")[1])))
    assert {row["customer"] for row in rows} >= {"acme", "hooli"}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert rows[0]["customer"] == "acme"


def test_one_customer_by_an_alias_and_what_is_not_known(sla, site):
    code, out, _ = sla("customers", "ACME", "--at", NOW)
    assert code == 0
    for words in (
        "retainer",
        "EUR 3333.33 per month from 2026-01-01",
        "web",
        "down 2026-10-06 12:00",
        "1 breach: T-0",
    ):
        assert words in out, words
    code, _, err = sla("customers", "nobody", "--at", NOW)
    assert (code, "there is no customer 'nobody'" in err) == (1, True)
    code, _, err = sla("customers", "--filter", "colour:red")
    assert (code, "no field is called colour" in err) == (3, True)
    code, out, _ = sla("customers", "--filter", "customer:hooli", "--format", "json", "--at", NOW)
    assert [one["customer"] for one in json.loads(out)] == ["hooli"]
    assert sla("customers", "--store", "none.db")[0] == 4


def test_health_tells_uptime_against_commitment(sla, site):
    code, out, _ = sla("health", "--at", NOW)
    assert code == 0
    assert "Uptime against commitment, worst first\n=Acme GmbH, web" in out
    found = json.loads(sla("health", "--at", NOW, "--format", "json")[1])
    assert {one["service"] for one in found["uptime"]} == {"web", "mail"}


@pytest.fixture
def source(site):
    made = StoreSource(Sight(site / "sla.db", site / "sla.rules", write=True, person="day-lead"))
    yield made
    made.close()


def everything(source):
    while (found := source.customers()).more:
        pass
    return found


def test_the_console_publishes_what_the_command_does(sla, site, source):
    source.snapshot(full=True)
    assert {one.scorecard.name for one in everything(source).entries} >= {"acme", "hooli"}
    preview = source.preview("acme", "2026-10")
    assert preview.paper.report.figures.breached + preview.paper.report.figures.missed == 2
    assert preview.settlement is not None and preview.settlement.credits
    told = source.publish("acme", "2026-10", ("html", "csv"))
    assert ["published as 1" in words for words in told] == [True, False]
    code, listed, _ = sla("publications")
    assert code == 0 and "by day-lead" in listed and "html" in listed
    about = source.customer("acme")
    assert about is not None
    assert {one.format for one in about.published if one.withdrawn_at is None} == {"html", "csv"}
    with closing(SqliteStore.open(site / "sla.db", read_only=True)) as store:
        page = content(store.connection, "acme", 1)
    assert page is not None and page.startswith(b"<!doctype html>")
    assert source.withdraw(1).endswith("withdrawn")
    with pytest.raises(SlaError, match="was withdrawn at"):
        source.withdraw(1)
    with pytest.raises(SlaError, match="there is no publication 77"):
        source.withdraw(77)


def test_watchers_and_the_past_publish_nothing(site):
    for sight in (Sight(site / "sla.db"), Sight(site / "sla.db", at=Instant(at("2026-10-20 12:00")))):
        watcher = StoreSource(sight)
        watcher.snapshot(full=True)
        assert {one.scorecard.name for one in everything(watcher).entries} >= {"acme", "hooli"}
        assert watcher.preview("acme", "2026-10").paper.report.figures.tally.failed == 2
        for act in (
            lambda watcher=watcher: watcher.publish("acme", "2026-10", ("csv",)),
            lambda watcher=watcher: watcher.withdraw(1),
        ):
            with pytest.raises(SlaError, match="nothing is changed here"):
                act()
        watcher.close()


def test_publishing_needs_a_declared_customer_and_all_or_nothing(site, source, monkeypatch):
    source.snapshot(full=True)
    with pytest.raises(SlaError, match="only a declared customer"):
        source.publish("Walk-in", "2026-10", ("csv",))

    def broken(*_):
        raise SlaError("no press")

    monkeypatch.setattr("tui.publishing.press", broken)
    with pytest.raises(SlaError, match="no press"):
        source.publish("acme", "2026-10", ("csv", "pdf"))
    about = source.customer("acme")
    assert about is not None and about.published == ()
