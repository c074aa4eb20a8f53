"""The built-in ServiceNow map on a real audit log, as published and badly treated."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

LOG = Path(__file__).resolve().parents[4] / "shared" / "data" / "servicenow_incidents.csv"
pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the audit log {LOG} is not here")


@pytest.fixture(scope="module")
def content():
    return LOG.read_bytes()


@pytest.fixture
def events(take, content):
    found, outcome = take(content, "servicenow", "csv")
    assert outcome.refused == 0
    return found


def instant(text):
    return int(datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC).timestamp())


def test_every_incident_opens_is_resolved_and_closes_when_the_log_says(events, content):
    kinds = Counter((ticket, kind) for ticket, _, _, kind, _ in events.values())
    at = {
        (ticket, kind): at for ticket, at, _, kind, _ in sorted(events.values(), key=lambda event: event[:3])
    }
    last = {row["number"]: row for row in csv.DictReader(content.decode().splitlines())}
    assert len(last) == 457
    for number, row in last.items():
        assert kinds[number, "opened"] == kinds[number, "closed"] == 1
        assert at[number, "opened"] == instant(row["opened_at"])
        assert at[number, "closed"] == instant(row["closed_at"])
        assert kinds[number, "reopened"] == int(row["reopen_count"])
        assert kinds[number, "resolved"] == 1 + int(row["reopen_count"])
        if row["resolved_at"] != "?":
            assert at[number, "resolved"] == instant(row["resolved_at"])


def test_the_last_word_on_every_field_is_that_of_the_log(events, content):
    fields = {}
    for ticket, _, _, _, data in sorted(events.values(), key=lambda event: event[:3]):
        fields.setdefault(ticket, {}).update(data)
    rows = sorted(
        csv.DictReader(content.decode().splitlines()), key=lambda row: instant(row["sys_updated_at"])
    )
    for number, row in {row["number"]: row for row in rows}.items():
        said = fields[number]
        assert said["status"] == row["incident_state"] == "Closed"
        assert said["priority"] == row["priority"].split(" - ")[1].lower()
        for field, column in (
            ("queue", "assignment_group"),
            ("assignee", "assigned_to"),
            ("category", "category"),
        ):
            assert said.get(field, "") == row[column].replace("?", "")


@pytest.mark.parametrize("seed", range(3))
def test_rows_in_any_order_make_the_same_events(take, content, events, seed):
    head, *rows = content.splitlines(keepends=True)
    rows = [row.rstrip() + b"\n" for row in rows]
    random.Random(seed).shuffle(rows)
    found, outcome = take(head + b"".join(rows + rows[:50]), "servicenow", "csv")
    assert outcome.refused == 0
    assert found == events


def test_columns_that_an_export_may_leave_out(take, content):
    rows = list(csv.DictReader(content.decode().splitlines()))
    kept = (
        "number",
        "incident_state",
        "sys_mod_count",
        "opened_at",
        "sys_updated_at",
        "priority",
        "resolved_at",
        "closed_at",
    )
    text = "\n".join(",".join(row[name] for name in kept) for row in rows)
    found, outcome = take(f"{','.join(kept)}\n{text}\n".encode(), "servicenow", "csv")
    assert outcome.refused == 0
    assert len({ticket for ticket, *_ in found.values()}) == 457
