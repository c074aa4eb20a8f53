"""Real verdicts: the shipped rules, on a real audit log, decide as the system that wrote the log did."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.columns.build import columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.keeper import Keeper
from engine.columns.load import load
from engine.evaluate import evaluate
from engine.facts import Instant
from engine.run import Engine
from engine.store.opening import open_store
from engine.wall import parse_instant
from tests.engine.evaluators import row, told
from tui.cli import run

PROJECT = Path(__file__).resolve().parents[1]
LOG = PROJECT.parent / "shared" / "data" / "servicenow_incidents.csv"
RULES = PROJECT / "rules" / "examples" / "incidents.rules"
AFTER_ALL = "2017-06-01T00:00:00Z"

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the audit log {LOG} is not here")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, bool]:
    """Incident -> whether the real system found it in time, of those with a resolution; by an incident's last row."""
    last: dict[str, dict[str, str]] = {}
    with LOG.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            before = last.get(row["number"])
            if before is None or int(row["sys_mod_count"]) >= int(before["sys_mod_count"]):
                last[row["number"]] = row
    return {number: row["made_sla"] == "TRUE" for number, row in last.items() if row["resolved_at"] != "?"}


def test_the_real_verdicts_are_reproduced(
    verdicts: dict[str, bool], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "incidents.db")
    assert run(["import", str(LOG), "--map", "servicenow", "--store", store]) == 0
    capsys.readouterr()
    tickets = ["tickets", "--store", store, "--rules", str(RULES), "--at", AFTER_ALL, "--format", "jsonl"]
    assert run(tickets) == 0
    ours = {}
    for line in capsys.readouterr().out.splitlines():
        ticket = json.loads(line)
        states = [clock["state"] for clock in ticket["clocks"] if clock["metric"] == "resolution"]
        ours[ticket["ticket"]] = bool(states) and all(state == "met" for state in states)
    wrong = sorted(number for number, verdict in verdicts.items() if ours.get(number) is not verdict)
    assert len(verdicts) > 400
    assert len(wrong) <= len(verdicts) * 0.005, wrong


def test_columns_that_are_kept_say_of_every_incident_what_evaluate_says(tmp_path: Path) -> None:
    place = tmp_path / "incidents.db"
    assert run(["import", str(LOG), "--map", "servicenow", "--store", str(place)]) == 0
    with closing(open_store(place)) as store:
        now = Instant(parse_instant("2016-03-10T12:00:00Z"))
        engine = Engine(store, RULES)
        engine.start(now)
        assert engine.rules.now is not None
        rules = engine.rules.now.graph
        keeper = Keeper()
        while keeper.step(store, rules, now):
            pass
        everyone = [ticket.id for ticket in store.tickets()]
        assert len(everyone) > 400
        assert store.blocks.heads()
        known = load(store, [rules], everyone)
        assert sorted(known.ids.tolist()) == everyone
        answer = evaluate_columns(columns_of(known, rules, now), rules, now, warnings=True)
        single = {
            (ticket.id, clock.metric, clock.cycle): row(clock)
            for ticket in store.tickets(until=now)
            if ticket.events and ticket.id not in answer.apart
            for clock in evaluate(ticket, rules, now).clocks
        }
        assert single
        assert told(answer) == single
