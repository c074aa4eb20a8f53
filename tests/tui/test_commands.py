"""The commands over one small store: what they print for people and for programs, now, at an instant, after an edit."""

from __future__ import annotations

import json

import pytest

from tests.engine.site import RULES
from tui.cli import run

EVENTS = [
    {"ticket": "T-1", "at": "2026-03-02T09:00:00Z", "kind": "opened", "id": "1", "priority": "high", "customer": "Acme", "status": "Open", "subject": "=cmd()"},
    {"ticket": "T-1", "at": "2026-03-02T09:30:00Z", "kind": "reply", "id": "2"},
    {"ticket": "T-1", "at": "2026-03-02T10:00:00Z", "kind": "changed", "id": "3", "status": "Waiting"},
    {"ticket": "T-1", "at": "2026-03-02T11:00:00Z", "kind": "changed", "id": "4", "status": "Open"},
    {"ticket": "T-2", "at": "2026-03-02T09:00:00Z", "kind": "opened", "id": "5", "priority": "low", "customer": "Globex", "status": "Open", "subject": "\u202e[/red]\x1b[31m"},
    {"ticket": "T-2", "at": "2026-03-02T09:10:00Z", "kind": "resolved", "id": "6", "status": "Resolved"},
]  # fmt: skip
AT = "2026-03-02T12:00:00Z"


@pytest.fixture
def store(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("SLA_STORE", "SLA_RULES", "SLA_ZONE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    assert run(["import", "events.jsonl", "--map", "events", "--rules", "sla.rules"]) == 0
    capsys.readouterr()
    return tmp_path


def out(capsys, *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    return capsys.readouterr().out


def test_tickets_say_every_clock_as_documented(store, capsys):
    first, second = (
        json.loads(line) for line in out(capsys, "tickets", "--format", "jsonl", "--at", AT).splitlines()
    )
    assert {key: first[key] for key in ("ticket", "customer", "priority", "status", "tier", "opened")} == {
        "ticket": "T-1",
        "customer": "Acme",
        "priority": "high",
        "status": "Open",
        "tier": "gold",
        "opened": "2026-03-02T09:00:00+00:00",
    }
    assert first["clocks"] == [
        {
            "metric": "response",
            "cycle": 1,
            "state": "met",
            "target_seconds": 3600,
            "due": "2026-03-02T10:00:00+00:00",
            "elapsed_seconds": 1800,
            "paused_seconds": 0,
            "stopped": "2026-03-02T09:30:00+00:00",
        },
        {
            "metric": "resolution",
            "cycle": 1,
            "state": "running",
            "target_seconds": 14_400,
            "due": "2026-03-02T14:00:00+00:00",
            "elapsed_seconds": 7200,
            "paused_seconds": 3600,
            "stopped": None,
        },
    ]
    assert [clock["state"] for clock in second["clocks"]] == ["met", "met"]


def test_the_past_knows_nothing_of_what_came_later(store, capsys):
    [first, second] = [
        json.loads(line)
        for line in out(capsys, "tickets", "--format", "jsonl", "--at", "2026-03-02T09:05:00Z").splitlines()
    ]
    assert [clock["state"] for clock in first["clocks"]] == ["running", "running"]
    assert second["status"] == "Open"
    assert out(capsys, "tickets", "--format", "jsonl", "--at", "2026-03-01T00:00:00Z") == ""


def test_the_inbox_for_people_programs_and_spreadsheets(store, capsys):
    text = out(capsys, "inbox", "--plain", "--at", AT)
    assert "T-1" in text
    assert "T-2" not in text
    assert "in 2h 00m" in text
    assert "'=cmd()" in out(capsys, "inbox", "--format", "csv", "--at", AT)
    [row] = json.loads(out(capsys, "inbox", "--format", "json", "--at", AT))
    assert row["left_seconds"] == 7200
    assert "not shown: 1 filtered out" in out(capsys, "inbox", "--filter", "customer:globex", "--at", AT)


def test_nothing_that_strangers_wrote_reaches_the_terminal_raw(store, capsys):
    for command in (["tickets"], ["inbox"], ["why", "T-2"], ["watch", "--once"], ["health"]):
        text = out(capsys, *command)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_health_in_numbers(store, capsys):
    record = json.loads(out(capsys, "health", "--format", "json", "--at", "2026-03-02T11:30:00Z"))
    assert record["period"] == "2026-03"
    assert record["compliance"] == {"met": 3, "failed": 0, "percent": 100.0}
    assert record["tickets"]["running"] == 1
    assert sum(hour["due"] for hour in record["forecast"]) == 1


def test_why_names_the_rule_its_line_and_the_pause(store, capsys):
    text = out(capsys, "why", "T-1", "resolution", "--at", AT)
    assert "tier gold decides" in text
    assert "sla.rules:19" in text
    assert "client" in text
    assert "response" not in text


def test_watch_tells_what_engines_found(store, capsys):
    text = out(capsys, "watch", "--plain", "--once")
    assert "T-1  Acme  response  cycle 1  met  by ticket" in text
    lines = [
        json.loads(line)
        for line in out(capsys, "watch", "--format", "jsonl", "--once", "--since", "0").splitlines()
    ]
    assert [line["number"] for line in lines] == sorted(line["number"] for line in lines)


def test_repin_shows_first_and_then_does_it_once(store, capsys):
    (store / "sla.rules").write_text(
        RULES.replace("within 4h on always", "within 900h on always").replace("within 8h", "within 9h")
    )
    assert run(["run", "--once"]) == 0
    capsys.readouterr()
    before = json.loads(out(capsys, "tickets", "--format", "jsonl").splitlines()[0])["clocks"][1]
    assert before["target_seconds"] == 4 * 3600
    shown = out(capsys, "repin", "--detailed-exitcode", code=2)
    assert "T-1: tier gold -> gold" in shown
    assert "1 tickets would get new terms" in shown
    assert (
        json.loads(out(capsys, "tickets", "--format", "jsonl").splitlines()[0])["clocks"][1]["target_seconds"]
        == 4 * 3600
    )
    assert "1 tickets have new terms" in out(capsys, "repin", "--apply")
    after = json.loads(out(capsys, "tickets", "--format", "jsonl").splitlines()[0])["clocks"][1]
    assert after["target_seconds"] == 900 * 3600
    assert "0 tickets would get new terms" in out(capsys, "repin", "--detailed-exitcode")


def test_demo_without_a_terminal_prints_and_ends(store, capsys):
    text = out(capsys, "demo")
    assert "State" in text
    assert "By customer, worst first" in text


def test_help_has_examples_and_completion_names_the_commands(capsys):
    from tui.group import COMMANDS

    for name in COMMANDS:
        assert run([name, "--help"]) == 0
        text = capsys.readouterr().out
        assert "Example" in text, name


def test_an_open_ticket_that_nothing_is_promised_for_is_shown(store, capsys):
    typo = {
        "ticket": "T-3",
        "at": "2026-03-02T11:00:00Z",
        "kind": "opened",
        "id": "7",
        "priority": "urgent",
        "status": "Open",
    }
    (store / "more.jsonl").write_text(json.dumps(typo) + "\n")
    assert run(["import", "more.jsonl", "--map", "events", "--rules", "sla.rules"]) == 0
    capsys.readouterr()
    assert "unmanaged" in next(
        line for line in out(capsys, "inbox", "--at", AT).splitlines() if "T-3" in line
    )
    assert json.loads(out(capsys, "health", "--format", "json", "--at", AT))["tickets"]["unmanaged"] == 1


def test_why_of_a_ticket_that_has_not_happened_yet(store, capsys):
    assert run(["why", "T-1", "--at", "2020-01-01T00:00:00Z"]) == 1
    assert "has not happened yet" in capsys.readouterr().err


def test_run_says_what_happens_to_the_rules(store, capsys):
    (store / "sla.rules").write_text(RULES + "tier silver {\n")
    assert run(["run", "--once"]) == 1
    said = capsys.readouterr().err
    assert "E0203" in said
    assert "the last good rules stay in force: generation 1" in said
    (store / "sla.rules").write_text(RULES.replace("08:00-16:00", "08:00-15:00"))
    assert run(["run", "--once"]) == 0
    said = capsys.readouterr().err
    assert "generation 2" in said
    assert "calendar office" in said
