"""`sla reports`, and `sla run` that makes what is due: from the outside, also killed in the middle."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at
from tests.tui.process import environment, going_on

REPORT = """
person chief "Chief" {
  email "chief@msp.example"
}
customer acme "Acme GmbH" {
  zone Europe/Berlin
  account-manager chief
}
customer globex "Globex" {
}
report monthly "Monthly service report" {
  every month on day 1 at 06:00 zone Europe/Berlin
  for everybody
  format csv
  share portal
  share mail to account-manager
}
"""
MISSED = 40 * 86_400


@pytest.fixture
def sla(sla, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES + REPORT)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        data = {"priority": "high", "customer": "Acme GmbH", "subject": "x"}
        store.add_events("t", [("a", Event(at("2024-03-04 09:00"), "opened", data, "t", "o"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-04-05 09:00"))
    return sla


def declared_before() -> None:
    """As if the report had been declared so long ago that a month has ended since."""
    with closing(sqlite3.connect("sla.db")) as store, store:
        store.execute("UPDATE report_schedules SET since = since - ?", (MISSED,))


def rows(query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("sla.db")) as store:
        return store.execute(query).fetchall()


def test_run_makes_what_is_due_and_each_once(sla):
    assert "2 customers  next" in sla("reports")[1]
    assert sla("run", "--once", "--no-deliver")[0] == 0
    assert rows("SELECT count(*) FROM publications") == [(0,)], "it begins when it is declared"
    declared_before()
    assert "wait to be made" in sla("reports")[1]
    _, _, err = sla("run", "--once", "--no-deliver")
    assert err.count(": made") >= 2
    assert "nobody to mail it to: account-manager" in err
    made = rows("SELECT count(*), count(DISTINCT customer) FROM report_runs")
    assert made[0][1] == 2
    assert rows("SELECT count(*) FROM publications WHERE withdrawn_at IS NULL") == [(made[0][0],)]
    assert "Monthly service report" in sla("publications")[1]
    assert "Monthly service report, Acme GmbH" in sla("outbox")[1]
    sla("run", "--once", "--no-deliver")
    assert rows("SELECT count(*), count(DISTINCT customer) FROM report_runs") == made


def test_one_is_made_by_hand(sla):
    code, out, _ = sla("reports", "run", "monthly", "--period", "2024-03", "--customer", "Acme GmbH")
    assert (code, out) == (0, "report monthly of 2024-03 for acme: made\n")
    [one] = map(json.loads, sla("publications", "list", "--format", "jsonl")[1].splitlines())
    assert (one["report"], one["period"], one["published_by"]) == ("monthly", "2024-03", "report monthly")
    assert sla("reports", "run", "monthly", "--period", "2024-03")[0] == 0
    [listed] = map(json.loads, sla("reports", "list", "--format", "jsonl")[1].splitlines())
    assert listed["customers"] == ["acme", "globex"] and listed["share"] == [
        "portal",
        "mail to account-manager",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("weekly",), 1, "the rules declare no report 'weekly'"),
        (("monthly", "--period", "2024-3"), 3, "not a month"),
        (("monthly", "--customer", "initech"), 1, "is not made for 'initech'"),
    ],
)
def test_mistakes_are_said(sla, arguments, code, words):
    found, _, err = sla("reports", "run", *arguments)
    assert (found, words in err) == (code, True)


KILLED = """
import os, signal, sys
sys.argv = ["sla", "run", "--once", "--no-deliver"]
from engine.store import publications
enter = publications.enter
def killed(*arguments):
    enter(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
publications.enter = killed
from tui.cli import main
main()
"""


def test_killed_while_it_keeps_a_report_it_makes_it_once_in_the_end(sla):
    sla("run", "--once", "--no-deliver")
    declared_before()
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", KILLED],
            env=environment(),
            check=False,
            timeout=60,
        )
        assert done.returncode == -signal.SIGKILL
        assert rows("SELECT count(*) FROM publications") == [(0,)]
        assert rows("SELECT count(*) FROM report_runs") == [(0,)]
    sla("run", "--once", "--no-deliver")
    [(made,)] = rows("SELECT count(*) FROM report_runs")
    assert made >= 2
    assert rows("SELECT count(*) FROM publications") == [(made,)]
    assert rows("SELECT count(*) FROM outbox WHERE kind = 'report'") == [(made // 2,)]


def test_a_running_engine_makes_it_in_a_process_of_its_own(sla):
    sla("run", "--once", "--no-deliver")
    declared_before()
    with going_on(Path.cwd(), "run", "--no-deliver") as engine:
        until = time.monotonic() + 60
        while rows("SELECT count(DISTINCT customer) FROM report_runs") != [(2,)] and time.monotonic() < until:
            time.sleep(0.1)
    assert "report monthly of" in engine.errors
