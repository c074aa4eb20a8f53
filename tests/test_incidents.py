"""Real verdicts: the shipped rules, on a real audit log, decide as the system that wrote the log did."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

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
