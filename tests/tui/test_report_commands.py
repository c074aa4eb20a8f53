"""`sla report`, `sla excuse` and `sla close`, from the outside."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at
from tui.cli import run

PROJECT = Path(__file__).resolve().parents[2]
LOG = PROJECT.parent / "shared" / "data" / "servicenow_incidents.csv"
INCIDENTS = PROJECT / "rules" / "examples" / "incidents.rules"


@pytest.fixture
def sla(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES + 'customer acme "Acme GmbH" {\n  zone Europe/Berlin\n}\n')
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, key in enumerate(("a", "b", "c")):
            data = {"priority": "high", "customer": "Acme GmbH", "subject": key, "team": "تيم"}
            store.add_events("t", [(key, Event(at("2024-03-04 09:00"), "opened", data, "t", f"o{number}"))])
            minute = f"2024-03-04 {('09:50', '10:00', '14:04')[number]}"
            store.add_events("t", [(key, Event(at(minute), "resolved", {}, "t", f"r{number}"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-04-05 09:00"))
    return sla


MARCH = ("report", "--period", "2024-03")


def total(out):
    return json.loads(out)["total"]


def test_a_month_as_every_format(sla):
    code, out, _ = sla(*MARCH, "--format", "json", "--customer", "Acme GmbH")
    found = json.loads(out)
    assert (code, found["scope"]) == (0, {"customer": "acme"})
    assert found["by_metric"] == {
        "resolution": {"met": 2, "breached": 0, "missed": 1, "excluded": 0, "running": 0, "paused": 0, "percent": 66.66},
        "response": {"met": 2, "breached": 0, "missed": 1, "excluded": 0, "running": 0, "paused": 0, "percent": 66.66},
    }  # fmt: skip
    assert [(clock["ticket"], clock["metric"], clock["over_by_seconds"]) for clock in found["clocks"]] == [
        ("c", "response", 4 * 3600 + 240),
        ("c", "resolution", 3840),
    ]
    assert len(found["rules"]) == 64
    for name in ("out.csv", "out.html", "out.json"):
        assert sla(*MARCH, "--output", name)[:2] == (0, "")
    with Path("out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["met"], row["percent"]) for row in rows if row["section"] == "total"] == [
        ("2024-03", "4", "66.66")
    ]
    assert [row["ticket"] for row in rows if row["section"] == "clock"] == ["c", "c"]
    page = Path("out.html").read_text(encoding="utf-8")
    assert "66.66 %" in page and "2024-03-04 11:00 Europe/Berlin" in page
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["by_team"].keys() == {"تيم"}


def test_what_is_listed_is_chosen_and_the_figures_stay(sla):
    listed = {}
    for chosen in ((), ("--met",), ("--breached",), ("--met", "--breached")):
        out = sla(*MARCH, "--format", "json", *chosen)[1]
        listed[chosen] = [clock["standing"] for clock in json.loads(out)["clocks"]]
        assert total(out)["met"] == 4
    assert listed[()] == listed["--breached",] == ["missed"] * 2
    assert listed["--met",] == ["met"] * 4
    assert len(listed["--met", "--breached"]) == 6


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--publish",), 3, "only a declared customer's report can be published"),
        (("--publish", "--customer", "acme", "--by", " "), 3, "publishing needs a name"),
        (("--customer", "acme", "--format", "pdf", "--config", "none.toml"), 4, "none.toml"),
        (("--metric", "resolutoin"), 1, "the rules declare no metric 'resolutoin'"),
        (("--priority", "urgentest"), 1, "the rules declare no priority 'urgentest'"),
        (("--format", "docx"), 3, "is no format of a report"),
        (("--period", "2024-3"), 3, "is not a month like 2026-10"),
        (("--from", "2024-03-01"), 3, "--from and --to belong together"),
        (("--from", "2024-03-02", "--to", "2024-03-01"), 3, "--from is not before --to"),
        (("--from", "2024-03-02T10:00", "--to", "2024-03-01"), 3, "has no offset"),
        (("--period", "2024-03", "--from", "2024-03-02"), 3, "--period is one thing"),
        (("--zone", "Mars/Base"), 3, "is not a time zone"),
        (("--tier", "platinum"), 1, "the rules declare no tier"),
        (("--customer", "nobody"), 1, "no customer 'nobody'"),
        (("--store", "none.db"), 4, "none.db"),
        (("--output", "sla.rules/out.csv"), 4, "sla.rules"),
    ],
)
def test_mistakes_are_said(sla, arguments, code, words):
    found = sla("report", *arguments)
    assert (found[0], found[1]) == (code, "")
    assert words in found[2]


def test_a_breach_is_excused_shown_and_taken_back(sla):
    excuse = ("excuse", "c", "response")
    assert "an excuse needs a reason" in sla(*excuse)[2]
    code, out, _ = sla(*excuse, "--reason", "storm\x1b[31m عاصفة", "--by", "duty-manager")
    assert (code, out) == (0, "c response: excused by duty-manager\n")
    out = sla(*MARCH, "--format", "json")[1]
    assert total(out) == {
        "met": 4,
        "breached": 0,
        "missed": 1,
        "excluded": 1,
        "running": 0,
        "paused": 0,
        "percent": 80.0,
    }
    [shown] = [clock for clock in json.loads(out)["clocks"] if clock["standing"] == "excluded"]
    assert shown["excuse"] == {"reason": "storm\ufffd[31m عاصفة", "by": "duty-manager"}
    assert "storm\ufffd[31m عاصفة (duty-manager)" in sla(*MARCH, "--format", "html")[1]
    code, _, err = sla(*excuse, "--reason", "again")
    assert (code, "excused already by duty-manager" in err) == (1, True)
    assert sla(*excuse, "--undo", "--by", "lead")[:2] == (0, "c response: counts again, says lead\n")
    assert total(sla(*MARCH, "--format", "json")[1])["excluded"] == 0
    assert sla(*excuse, "--undo")[0] == 1
    with closing(sqlite3.connect("sla.db")) as connection:
        kept = connection.execute("SELECT count(*) FROM events WHERE kind = 'excused'").fetchone()
    assert kept == (2,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a", "response"), "there is no breach to excuse"),
        (("c", "response", "--cycle", "2"), "there is no breach to excuse"),
        (("c", "update"), "the ticket has no such clock"),
        (("nobody", "response"), "no ticket 'nobody'"),
    ],
)
def test_only_a_breach_is_excused(sla, arguments, words):
    code, _, err = sla("excuse", *arguments, "--reason", "x")
    assert (code, words in err) == (1, True)


def test_a_month_is_closed_once_and_its_report_stays(sla):
    code, out, _ = sla("close", "2024-03")
    assert code == 0
    assert (
        out == "acme: 66.66 %, 4 met, 2 breached, 0 excluded\n2024-03 is closed for 1 customer, all others\n"
    )
    assert sla("close", "2024-03")[1] == "2024-03 was closed before: nothing has changed\n"
    [closed] = json.loads(sla("close", "2024-03", "--customer", "acme", "--format", "json")[1])
    assert (closed["customer"], closed["zone"], closed["anew"], closed["met"]) == (
        "acme",
        "Europe/Berlin",
        False,
        4,
    )
    sla("excuse", "c", "response", "--reason", "storm", "--by", "lead")
    found = json.loads(sla(*MARCH, "--format", "json")[1])
    assert (found["total"]["missed"], found["corrections"]["clocks"]) == (2, [])
    assert closed["data"] in {item["data"] for item in found["closings"]}
    april = json.loads(sla("report", "--period", "2024-04", "--format", "json")[1])
    [corrected] = april["corrections"]["clocks"]
    assert (corrected["of"], corrected["was"], corrected["standing"]) == ("2024-03", "missed", "excluded")
    assert april["corrections"]["net"] == {"met": 0, "breached": 0, "missed": -1, "excluded": 1}
    assert "Corrections of closed periods" in sla("report", "--period", "2024-04", "--format", "html")[1]
    code, _, err = sla("close", "2190-01")
    assert (code, "is not over" in err) == (1, True)
    assert sla("close", "March")[0] == 3


def test_an_erased_customer_keeps_its_figures_and_loses_its_excuses(sla):
    sla("excuse", "c", "response", "--reason", "storm", "--by", "lead")
    sla("close", "2024-03")
    before = json.loads(sla(*MARCH, "--format", "json")[1])
    assert sla("forget", "acme", "--yes")[0] == 0
    after = json.loads(sla(*MARCH, "--format", "json")[1])
    assert after["total"] == before["total"]
    assert after["total"]["excluded"] == 1
    assert {json.dumps(clock["excuse"]) for clock in after["clocks"]} == {'{"reason": "", "by": ""}', "null"}
    april = json.loads(sla("report", "--period", "2024-04", "--format", "json")[1])
    assert april["corrections"]["clocks"] == []
    for file in Path().glob("sla.db*"):
        assert b"storm" not in file.read_bytes(), file


@pytest.mark.skipif(not LOG.is_file(), reason=f"the audit log {LOG} is not here")
def test_real_incidents_as_a_customer_report_add_up_to_a_plain_count(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    told = (PROJECT / "engine" / "intake" / "maps" / "servicenow.toml").read_text(encoding="utf-8")
    Path("map.toml").write_text(
        told.replace('location = "location"', 'location = "location"\ncustomer = "location"')
    )
    assert run(["import", str(LOG), "--map", "map.toml", "--rules", str(INCIDENTS)]) == 0
    capsys.readouterr()
    count = """
    SELECT count(CASE WHEN clocks.state = 'met' THEN 1 END), count(CASE WHEN clocks.state = 'missed' THEN 1 END)
    FROM clocks JOIN tickets ON tickets.id = ticket
    WHERE decided >= unixepoch('2016-03-01') AND decided < unixepoch('2016-04-01')
    """
    with closing(sqlite3.connect("sla.db")) as connection:
        whole = connection.execute(count).fetchone()
        customers = [
            name for (name,) in connection.execute(
                "SELECT customer FROM tickets GROUP BY 1 ORDER BY count(*) DESC LIMIT 5"
            )
        ]  # fmt: skip
        single = {
            name: connection.execute(count + " AND customer = ?", (name,)).fetchone() for name in customers
        }
    assert sum(whole) > 400
    report = ["report", "--period", "2016-03", "--format", "json"]

    def asked(*more: str):
        assert run([*report, *more]) == 0
        return json.loads(capsys.readouterr().out)

    found = asked()
    assert (found["total"]["met"], found["total"]["missed"]) == whole
    for name, expected in single.items():
        one = asked("--customer", name)
        assert (one["total"]["met"], one["total"]["missed"]) == expected
        assert one["total"] == found["by_customer"][name]
        assert len(one["clocks"]) == expected[1]
    assert run(["close", "2016-03"]) == 0
    capsys.readouterr()
    assert asked()["total"] == found["total"]
    assert os.environ.get("SLA_STORE") is None


def test_a_month_on_paper_and_as_a_workbook(sla):
    pytest.importorskip("typst")
    for name, beginning in (("out.pdf", b"%PDF-"), ("out.xlsx", b"PK")):
        assert sla(*MARCH, "--customer", "acme", "--output", name)[:2] == (0, "")
        assert Path(name).read_bytes().startswith(beginning)
    Path("sla.toml").write_text('[reports]\nlogo = "none.svg"\n')
    code, _, err = sla(*MARCH, "--customer", "acme", "--output", "out.pdf")
    assert (code, "none.svg: the logo cannot be read" in err) == (4, True)


def test_what_is_published_is_listed_saved_and_withdrawn(sla):
    publish = (*MARCH, "--customer", "Acme GmbH", "--format", "json", "--publish", "--by", "lead")
    assert "published as 1" in sla(*publish)[1]
    [one] = map(json.loads, sla("publications", "list", "--format", "jsonl")[1].splitlines())
    assert one["title"] == "Service levels 2024-03"
    assert (one["customer"], one["period"], one["published_by"], one["from"]) == (
        "acme", "2024-03", "lead", "2024-02-29T23:00:00+00:00",
    )  # fmt: skip
    sla("close", "2024-03")
    assert "published as 2, in place of 1" in sla(*publish)[1]
    assert sla("publications")[1].count("acme") == 1, "one line"
    assert "withdrawn" in sla("publications", "list", "--all")[1]
    assert sla("publications", "save", "1", "old.json")[0] == 0
    assert json.loads(Path("old.json").read_text())["closings"] == []
    assert sla("publications", "withdraw", "2", "--by", "deputy")[1].endswith("withdrawn\n")
    assert sla("publications", "withdraw", "2")[0] == 1
    assert sla("publications")[1] == "nothing is published\n"
    assert "2 published reports" in sla("forget", "acme")[1]
    assert sla("forget", "acme", "--yes")[0] == 0
    assert sla("publications", "save", "1", "old.json")[0] == 1
