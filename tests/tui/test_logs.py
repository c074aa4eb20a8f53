"""What stands on standard error: words that stay as they are, objects for programs, and no secret in either."""

from __future__ import annotations

import json

import pytest

from tui import logs
from tui.cli import run


@pytest.fixture(autouse=True)
def _as_before():
    yield
    logs.use("text")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("POST https://hooks.chat.example/services/T1/B2/geheim failed", "POST https://hooks.chat.example/*** failed"),
        ("https://me:geheim@chat.example/", "https://***@chat.example/"),
        ("http://chat.example?token=geheim", "http://chat.example?***"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("slack://geheim/geheim", "slack://geheim/***"),
        ("postgresql://sla:geheim@db/sla?password=geheim", "postgresql://***@db/sla?***"),
        ("no address: at all", "no address: at all"),
    ],
)  # fmt: skip
def test_addresses_lose_what_may_be_a_secret(text, shown):
    assert logs.masked(text) == shown


def test_text_is_a_line_for_people(capsys):
    logs.use("text")
    logs.say("settings: \x1b[31mmail.host\nis not set", event="x", fields={"key": "mail.host"})
    assert capsys.readouterr().err == "sla: settings: \ufffd[31mmail.host is not set\n"


def test_json_is_an_object_a_line(capsys):
    logs.use("json")
    fields = {"address": "https://chat.example/geheim", "number": 3}
    logs.say("first\nsecond \x1b[31m 100% {}", event="told", level=30, fields=fields)
    [line] = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert record.pop("time").endswith("Z")
    assert record == {
        "level": "warning",
        "event": "told",
        "message": "first second \ufffd[31m 100% {}",
        "address": "https://chat.example/***",
        "number": 3,
    }


@pytest.mark.parametrize("command", ["run", "deliver", "serve"])
def test_the_last_word_of_a_command_is_an_object_too(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLA_WEB__URL", "https://desk.example")
    monkeypatch.setenv("SLA_WEB__SECRET", "geheim")
    code = run([command, "--store", "nowhere/sla.db", "--rules", "none.rules", "--log-format", "json"])
    [line] = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["event"], record["level"], record["exit_code"]) == ("failed", "error", code)
    assert code in (1, 4)


def test_words_are_what_one_gets_without_asking(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["deliver", "--store", "none.db"]) == 4
    assert capsys.readouterr().err.startswith("sla: none.db: no such store\n  help: ")
