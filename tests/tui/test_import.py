"""`sla import`, from the outside."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from engine.store.sqlite import SqliteStore

GOOD = (
    '{"ticket": "T-1", "at": "2026-03-06T16:00:00Z", "kind": "opened", "id": "1", "data": {"subject": "x"}}\n'
)
RULES = """language 1
priorities high
calendar office "Office" {
  zone UTC
  open mon-fri 09:00-17:00
}
tier gold "Gold" {
  calendar office
  target high response within 1h
}
default tier gold
"""


def count(path="sla.db"):
    store = SqliteStore.open(path, read_only=True)
    [number] = store.connection.execute("SELECT count(*) FROM events").fetchone()
    store.close()
    return number


def test_good_rows_are_in_bad_ones_are_listed(sla, tmp_path):
    (tmp_path / "e.jsonl").write_text(GOOD + "bad\x1b[31m\n" + GOOD.replace('"1"', '"2"'))
    code, out, err = sla("import", "e.jsonl", "--map", "events")
    assert code == 1
    assert "2 new events, 0 known, 1 rows refused" in out
    assert "e.jsonl:2: not JSON" in err
    assert "\x1b" not in out + err
    [reject] = (tmp_path / "e.jsonl.rejects").read_text().splitlines()
    assert json.loads(reject)["line"] == 2
    (tmp_path / "e.jsonl").write_text(GOOD)
    code, out, err = sla("import", "e.jsonl", "--map", "events", "--format", "json")
    assert code == 0
    record = json.loads(out)
    assert (record["new"], record["known"], record["refused"], record["rejects"]) == (0, 1, 0, None)
    assert not (tmp_path / "e.jsonl.rejects").exists()
    assert count() == 2


def test_standard_input(sla, tmp_path, monkeypatch):
    def give(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    give(GOOD.encode() + b"bad\n")
    assert sla("import", "-", "--map", "events", "--as", "jsonl", "--rejects", "mine")[0] == 1
    assert json.loads((tmp_path / "mine").read_text())["line"] == 2
    assert count() == 1
    give(GOOD.encode())
    code, _, err = sla("import", "-", "--map", "events")
    assert code == 3
    assert "--as csv" in err


def test_rules_are_put_in_force_and_clocks_are_set(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "e.jsonl").write_text(GOOD.replace('"subject": "x"', '"priority": "high"'))
    assert sla("import", "e.jsonl", "--map", "events", "--rules", "sla.rules")[0] == 0
    store = SqliteStore.open("sla.db", read_only=True)
    [row] = store.rows()
    assert (row.ticket, row.tier, row.metric, row.target) == ("T-1", "gold", "response", 3600)
    assert store.rules().files == {"sla.rules": RULES}
    [ticket] = store.tickets()
    assert ticket.pins[0].terms.tier == "gold"
    store.close()


def test_broken_rules_end_it_before_anything_is_imported(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES.replace("zone UTC", "zone Nowhere/None"))
    (tmp_path / "e.jsonl").write_text(GOOD)
    code, _, err = sla("import", "e.jsonl", "--map", "events", "--rules", "sla.rules")
    assert code == 1
    assert "sla.rules" in err
    assert not (tmp_path / "sla.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("none.csv", "--map", "servicenow"), 4, "none.csv: No such file"),
        (("folder.csv", "--map", "servicenow"), 4, "directory"),
        (("empty.csv", "--map", "servicenow"), 1, "the file is empty"),
        (("empty.jsonl", "--map", "events"), 1, "the file is empty"),
        (("binary.csv", "--map", "servicenow"), 1, "not a CSV file"),
        (("binary.jsonl", "--map", "events"), 1, "binary"),
        (("good.jsonl", "--map", "servicenow", "--as", "csv"), 1, "no column"),
        (("good.jsonl", "--map", "zendesk"), 3, "no map 'zendesk'"),
        (("good.jsonl", "--map", "broken.toml"), 3, "broken.toml: shape"),
        (("good.jsonl",), 3, "--map"),
        (("noname", "--map", "events"), 3, "--as"),
        (("good.jsonl", "--map", "events", "--store", "folder.csv"), 4, "directory"),
        (("good.jsonl", "--map", "events", "--store", "good.jsonl"), 4, "not a SQLite database"),
        (("good.jsonl", "--map", "events", "--store", "nowhere/sla.db"), 4, "no folder"),
        (("good.jsonl", "--map", "events", "--rules", "none.rules"), 4, "none.rules"),
    ],
)
def test_bad_input_is_told_plainly(sla, tmp_path, arguments, code, said):
    (tmp_path / "folder.csv").mkdir()
    for name in ("empty.csv", "empty.jsonl"):
        (tmp_path / name).touch()
    for name in ("binary.csv", "binary.jsonl"):
        (tmp_path / name).write_bytes(b"\x7fELF\0\1\2\xff" * 40)
    (tmp_path / "good.jsonl").write_text(GOOD)
    (tmp_path / "noname").write_text(GOOD)
    (tmp_path / "broken.toml").write_text('source = "x"\nshape = "rows"\n[columns]\nticket = "t"\n')
    found, _, err = sla("import", *arguments)
    assert (found, said in err) == (code, True), err


def test_rejects_that_cannot_be_written_do_not_undo_the_import(sla, tmp_path):
    (tmp_path / "e.jsonl").write_text(GOOD + "bad\n")
    code, _, err = sla("import", "e.jsonl", "--map", "events", "--rejects", "nowhere/x")
    assert code == 4
    assert "nowhere" in err
    assert count() == 1


def test_a_bar_on_a_terminal_only(sla, tmp_path, monkeypatch):
    (tmp_path / "e.jsonl").write_text(GOOD)
    _, _, err = sla("import", "e.jsonl", "--map", "events")
    assert err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setitem(os.environ, "TERM", "xterm")
    code, out, err = sla("import", "e.jsonl", "--map", "events")
    assert code == 0
    assert "\x1b[" in err
    assert "\x1b" not in out
