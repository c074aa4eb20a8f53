"""`sla report --each-customer`: a folder of reports, whole or not there."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at
from tests.tui.test_report_commands import INCIDENTS, LOG, MARCH, PROJECT
from tui import issuing
from tui.cli import run

CUSTOMERS = "".join(f'customer c{number} "Firm {number}" {{\n}}\n' for number in range(45))
EACH = (*MARCH, "--each-customer", "--output", "out")


@pytest.fixture
def sla(sla, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    (tmp_path / "sla.rules").write_text(RULES + CUSTOMERS)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number in range(60):
            data = {"priority": "high", "customer": f"Firm {number % 50}", "subject": "x", "team": "=t"}
            told = (
                ("opened", "2024-03-04 09:00", data),
                ("resolved", f"2024-03-04 {10 + number % 5}:30", {}),
            )
            for kind, when, said in told:
                store.add_events("t", [(f"T-{number}", Event(at(when), kind, said, "t", f"{number} {kind}"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-04-05 09:00"))
    return sla


def files():
    return {path.name: path.read_bytes() for path in Path("out").iterdir()}


def test_every_customer_has_its_files_and_the_manifest_knows_them(sla):
    code, out, err = sla(*EACH, "--format", "csv", "--format", "json", "--format", "csv")
    assert (code, err) == (0, "")
    assert out.startswith("out: 100 reports of 50 customers, and manifest.json, in ")
    found = files()
    told = json.loads(found.pop("manifest.json"))
    assert {item["file"]: item["sha256"] for item in told["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()
    }
    assert sum(name.startswith("other_") for name in found) == 10, "45 are declared"
    assert {"c0.csv", "c44.json"} <= found.keys()
    assert sla(*MARCH, "--customer", "Firm 3", "--output", "one.json")[0] == 0
    assert Path("one.json").read_bytes() == found["c3.json"]
    [total] = [
        row for row in csv.DictReader(found["c3.csv"].decode().splitlines()) if row["section"] == "total"
    ]
    assert int(total["met"]) + int(total["missed"]) == 4


def test_on_paper_it_is_what_one_customer_gets(sla):
    pytest.importorskip("typst")
    assert sla(*EACH, "--format", "pdf", "--format", "xlsx", "--workers", "2")[0] == 0
    found = files()
    assert len(found) == 101
    for form in ("pdf", "xlsx"):
        assert sla(*MARCH, "--customer", "c3", "--output", f"one.{form}")[0] == 0
        assert Path(f"one.{form}").read_bytes() == found[f"c3.{form}"]


def test_again_it_is_the_same_in_one_process_or_several(sla):
    assert sla(*EACH, "--workers", "2")[0] == 0
    first = files()
    assert sla(*EACH, "--workers", "1")[0] == 0
    assert files() == first


def test_whoever_is_interrupted_leaves_whole_files_and_no_manifest(sla, monkeypatch):
    assert sla(*EACH)[0] == 0
    whole = files()
    writes = []

    def interrupted(path, content):
        writes.append(path)
        if len(writes) == 30:
            raise KeyboardInterrupt
        issuing_write(path, content)

    issuing_write = issuing.write_whole
    monkeypatch.setattr(issuing, "write_whole", interrupted)
    code, _, err = sla(*MARCH, "--met", "--each-customer", "--workers", "2", "--output", "out")
    assert code == 130, err
    after = files()
    assert "manifest.json" not in after
    assert sum(content != whole[name] for name, content in after.items()) == 29
    assert after.keys() == whole.keys() - {"manifest.json"}, "nothing half-written"
    assert all(content.endswith(b"\r\n") and b"\r\nrules," in content for content in after.values())


def test_the_bar_moves_on_a_terminal(sla, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    code, out, err = sla(*EACH, "--workers", "1")
    assert code == 0
    assert "reports" in err
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--each-customer",), 3, "name it with --output"),
        (("--each-customer", "--output", "out", "--customer", "c1"), 3, "leave out --customer"),
        (("--each-customer", "--output", "out", "--publish", "--by", "lead"), 3, "and --publish"),
        (("--each-customer", "--output", "sla.rules"), 3, "sla.rules is a rule file"),
        (("--each-customer", "--output", "sla.rules/out"), 4, "sla.rules"),
        (("--each-customer", "--output", "out", "--format", "docx"), 3, "no format of a report"),
        (("--format", "csv", "--format", "json"), 3, "several formats are for --each-customer"),
        (("--output", "."), 3, "is a folder"),
    ],
)
def test_mistakes_are_said(sla, arguments, code, words):
    found = sla(*MARCH, *arguments)
    assert (found[0], found[1]) == (code, "")
    assert words in found[2]
    assert not Path("out").exists()


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "9" * 30])
def test_the_instant_of_a_report_is_an_instant(sla, monkeypatch, text):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    code, _, err = sla(*MARCH)
    assert code == 3
    assert "SOURCE_DATE_EPOCH" in err


@pytest.mark.skipif(not LOG.is_file(), reason=f"the audit log {LOG} is not here")
def test_every_report_of_the_real_incidents_adds_up_to_a_plain_count(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    told = (PROJECT / "engine" / "intake" / "maps" / "servicenow.toml").read_text(encoding="utf-8")
    Path("map.toml").write_text(told.replace('location = "location"', 'customer = "location"'))
    assert run(["import", str(LOG), "--map", "map.toml", "--rules", str(INCIDENTS)]) == 0
    period = ("--from", "2016-02-01T00:00Z", "--to", "2017-06-01T00:00Z")
    assert run(["report", *period, "--each-customer", "--format", "json", "--output", "out"]) == 0
    count = """
    SELECT customer, sum(clocks.state = 'met'), sum(clocks.state = 'missed'), sum(clocks.state = 'breached')
    FROM clocks JOIN tickets ON tickets.id = ticket
    WHERE decided >= unixepoch('2016-02-01') AND decided < unixepoch('2017-06-01') GROUP BY customer
    """
    with closing(sqlite3.connect("sla.db")) as connection:
        expected = {name: tuple(counts) for name, *counts in connection.execute(count)}
    assert len(expected) > 50
    found = {}
    for item in json.loads(Path("out/manifest.json").read_text())["files"]:
        total = json.loads((Path("out") / item["file"]).read_text())["total"]
        found[item["customer"]] = (total["met"], total["missed"], total["breached"])
    assert {name: counts for name, counts in found.items() if any(counts)} == expected
