"""`sla outbox`, `sla notices`, `sla flags`: what they list, and what they do once."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES
from tests.tui.posted import STEP, fill
from tui.cli import run

OPENED = {"ticket": "T-1", "at": "2026-03-02T09:00:00Z", "kind": "opened", "id": "1", "priority": "high", "customer": "Acme", "status": "Open", "subject": "\u202e[/red]\x1b[31m"}  # fmt: skip
FLAGGED = {"ticket": "T-1", "at": "2026-03-02T10:00:00Z", "kind": "flagged", "id": "2", "flag": True, "by": "escalation noc", "reason": "at breach of resolution escalate to management"}  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("SLA_STORE", "SLA_RULES", "SLA_ZONE", "SLA_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(item) + "\n" for item in (OPENED, FLAGGED)))
    assert run(["import", "events.jsonl", "--map", "events", "--rules", "sla.rules"]) == 0
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def numbers(site):
    with closing(SqliteStore.open(site / "sla.db")) as store:
        return fill(store, "T-1")


def out(capsys, *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code, capsys.readouterr().err
    return capsys.readouterr().out


def records(capsys, *arguments: str) -> list[dict]:
    return [json.loads(line) for line in out(capsys, *arguments, "--format", "jsonl").splitlines()]


def test_the_outbox_lists_what_is_not_done(numbers, capsys):
    text = out(capsys, "outbox")
    assert f"{numbers['pager']}  waiting  pager  duty-manager  T-1  {STEP}" in text
    assert "dead  email  duty-manager <duty-manager@msp.example>" in text
    assert "550" in text
    assert "\x1b" not in text
    assert text.splitlines()[-1] == "1 waiting, 1 sent, 1 dead"
    assert [line.split()[0] for line in text.splitlines()[:-1]] == [
        str(numbers["pager"]),
        str(numbers["email"]),
    ]


def test_the_outbox_by_status_and_ticket_and_for_programs(numbers, capsys):
    [dead] = records(capsys, "outbox", "--status", "dead")
    assert {key: dead[key] for key in ("id", "status", "kind", "channel", "recipient", "name", "ticket")} == {
        "id": numbers["email"],
        "status": "dead",
        "kind": "notice",
        "channel": "email",
        "recipient": "duty-manager@msp.example",
        "name": "duty-manager",
        "ticket": "T-1",
    }
    assert dead["attempts"] == 1
    assert dead["decision"]["step"] == STEP
    assert dead["decision"]["what"] == "fired"
    assert {item["id"] for item in records(capsys, "outbox", "--status", "all")} == set(numbers.values())
    assert len(records(capsys, "outbox", "--ticket", "T-1")) == 2
    assert run(["outbox", "--ticket", "T-404"]) == 1


def test_a_dead_letter_is_retried_once_and_discarded_by_name(numbers, capsys):
    assert "1 dead letters" in out(capsys, "outbox", "retry", "--all")
    assert [item["status"] for item in records(capsys, "outbox")] == ["waiting", "waiting"]
    assert "0 dead letters" in out(capsys, "outbox", "retry", str(numbers["email"]), code=1)
    out(capsys, "outbox", "discard", str(numbers["email"]), "--by", "duty\x1b-manager")
    [gone] = records(capsys, "outbox", "--status", "discarded")
    assert gone["answer"].startswith("discarded by duty")
    assert "\x1b" not in gone["answer"]
    out(capsys, "outbox", "discard", str(numbers["email"]), "99", code=1)


def test_mail_that_is_tried_again_goes_to_where_the_person_is_by_now(numbers, capsys):
    moved = '\nperson duty-manager "Duty manager" {\n  email "moved@msp.example"\n}\n'
    Path("sla.rules").write_text(RULES + moved)
    out(capsys, "run", "--once", "--no-deliver")
    out(capsys, "outbox", "retry", str(numbers["email"]))
    [mail] = [item for item in records(capsys, "outbox", "--status", "waiting") if item["channel"] == "email"]
    assert (mail["recipient"], mail["attempts"]) == ("moved@msp.example", 0)


def test_retry_wants_numbers_or_all(numbers, capsys):
    assert run(["outbox", "retry"]) == 3
    assert run(["outbox", "retry", "1", "--all"]) == 3


def test_notices_of_a_person_are_read(numbers, capsys):
    assert run(["notices", "somebody"]) == 1
    assert "they declare nobody" in capsys.readouterr().err
    [line] = out(capsys, "notices", "duty-manager").splitlines()
    assert line.startswith(f"{numbers['inbox']}  ")
    assert "  new  duty-manager  T-1  " in line
    out(capsys, "notices", "read", str(numbers["inbox"]))
    assert "nothing unread" in out(capsys, "notices", "duty-manager", "--unread")
    assert records(capsys, "notices")[0]["read"] is not None
    # a message of another channel is no notice
    out(capsys, "notices", "read", str(numbers["pager"]), code=1)
    assert records(capsys, "outbox", "--status", "waiting")[0]["read"] is None


def test_to_acknowledge_a_notice_is_to_acknowledge_its_ticket(numbers, capsys):
    assert "T-1: acknowledged by duty-manager" in out(
        capsys, "notices", "ack", str(numbers["inbox"]), "--by", "duty-manager"
    )
    [row] = json.loads(out(capsys, "inbox", "--format", "json"))
    assert row["acknowledged"] is not None
    [item] = records(capsys, "notices", "duty-manager")
    assert item["acknowledged"] is not None
    assert item["read"] is not None
    assert run(["notices", "ack", "99"]) == 1


def test_flags_say_who_and_why_until_somebody_has_reviewed_them(site, capsys):
    [flag] = records(capsys, "flags")
    assert flag["flagged"] is True
    assert flag["log"] == [
        {
            "at": "2026-03-02T10:00:00+00:00",
            "flag": True,
            "by": "escalation noc",
            "why": "at breach of resolution escalate to management",
            "note": "",
        }
    ]
    text = out(capsys, "flags")
    assert "by escalation noc: at breach of resolution escalate to management" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    out(capsys, "flags", "review", "T-1", "--by", "duty-manager", "--note", "customer \x1bcalled")
    assert out(capsys, "flags") == "no ticket is flagged\n"
    assert "T-1 is not flagged" in (run(["flags", "review", "T-1"]), capsys.readouterr().err)[1]
    [reviewed] = records(capsys, "flags", "--all")
    assert reviewed["flagged"] is False
    assert [(mark["flag"], mark["by"]) for mark in reviewed["log"]] == [
        (True, "escalation noc"),
        (False, "duty-manager"),
    ]
    text = out(capsys, "flags", "--all")
    assert "reviewed by duty-manager: customer \ufffdcalled" in text
    assert run(["flags", "review", "T-404"]) == 1


def test_a_closed_ticket_stays_flagged(site, capsys):
    (site / "more.jsonl").write_text(
        '{"ticket": "T-1", "at": "2026-03-02T11:00:00Z", "kind": "resolved", "id": "9"}\n'
    )
    assert run(["import", "more.jsonl", "--map", "events"]) == 0
    capsys.readouterr()
    [flag] = records(capsys, "flags")
    assert flag["closed"] is True
    assert "ticket closed" in out(capsys, "flags")


def test_the_inbox_of_flagged_tickets(site, capsys):
    assert [row["ticket"] for row in json.loads(out(capsys, "inbox", "--flagged", "--format", "json"))] == [
        "T-1"
    ]
    out(capsys, "flags", "review", "T-1")
    assert json.loads(out(capsys, "inbox", "--flagged", "--format", "json")) == []
