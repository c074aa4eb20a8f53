"""`sla replay`, from the outside: what other rules would have made of a period, and that all ways print the same."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import pytest

from engine.facts import Event
from engine.run import Engine
from engine.store.sqlite import SqliteStore
from tests.engine.site import RULES, at

MARCH = ("--from", "2024-03-01", "--to", "2024-03-05T09:00:00Z")


@pytest.fixture
def sla(sla, tmp_path):
    """Three tickets in an archive, two in the store, one of a stranger with a hostile name."""
    (tmp_path / "sla.rules").write_text(RULES + 'customer acme "Acme GmbH" {\n}\n')
    strict = (tmp_path / "sla.rules").read_text().replace("response within 1h", "response within 55m")
    (tmp_path / "next.rules").write_text(strict)
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, key in enumerate(("a", "b", "c", "open", "strange")):
            data = {"priority": "high", "customer": "Acme GmbH" if key != "strange" else "=cmd()\x1b[31m"}
            store.add_events("t", [(key, Event(at("2024-03-04 09:00"), "opened", data, "t", f"o{number}"))])
            if number < 3:
                minute = f"2024-03-04 {('09:50', '09:57', '10:04')[number]}"
                store.add_events("t", [(key, Event(at(minute), "resolved", {}, "t", f"r{number}"))])
        Engine(store, tmp_path / "sla.rules").start(at("2024-03-05 09:00"))

    assert sla("archive", "--to", "old", "--yes")[0] == 0
    return sla


def outcomes(printed):
    return {
        (item["customer"], item["metric"]): tuple(
            item[name] for name in ("met", "breached", "missed", "running")
        )
        for item in json.loads(printed)["outcomes"]
    }


def test_other_rules_other_outcomes_over_store_and_archive(sla):
    code, out, _ = sla("replay", *MARCH)
    assert code == 0
    assert "acme         response      2         1       1          0        0       50.00\n" in out
    assert "5 tickets, 8 events; 0 tickets told one by one" in out
    assert "\x1b" not in out
    strict = sla("replay", "--rules", "next.rules", *MARCH, "--format", "json")[1]
    assert outcomes(strict)["acme", "response"] == (1, 1, 2, 0)
    assert outcomes(strict)["acme", "resolution"] == (3, 1, 0, 0)
    assert outcomes(sla("replay", "--rules", "next.rules", "--as-pinned", *MARCH, "--format", "json")[1])[
        "acme", "response"
    ] == (2, 1, 1, 0)
    alone = sla("replay", "--rules", "next.rules", "--archive", "old", *MARCH, "--format", "json")[1]
    assert outcomes(alone) == {("acme", "response"): (1, 0, 2, 0), ("acme", "resolution"): (3, 0, 0, 0)}
    assert sla("replay", "--rules", "next.rules", "--store", "old", *MARCH, "--format", "json")[1] == alone
    assert sla("replay", "--rules", "next.rules", *MARCH, "--format", "json", "--workers", "2")[1] == strict
    early = ("--from", "2024-03-01", "--to", "2024-03-04T09:52:00Z", "--format", "json")
    assert outcomes(sla("replay", *early)[1])["acme", "response"] == (1, 0, 0, 3)


def test_health_of_an_archived_period_is_the_sum_of_both(sla):
    health = json.loads(sla("health", "--at", "2024-03-05T09:00:00Z", "--format", "json")[1])
    both = json.loads(sla("replay", *MARCH, "--format", "json")[1])["outcomes"]
    assert health["by_metric"]["response"] == {"met": 2, "failed": 3, "percent": 40.0}
    for metric, tally in health["by_metric"].items():
        found = [item for item in both if item["metric"] == metric]
        assert tally["met"] == sum(item["met"] for item in found)
        assert tally["failed"] == sum(item["breached"] + item["missed"] for item in found)


def test_csv_is_no_formula(sla):
    rows = list(csv.reader(io.StringIO(sla("replay", *MARCH, "--format", "csv")[1], newline="")))
    assert rows[0] == ["customer", "metric", "met", "breached", "missed", "cancelled", "running", "percent"]
    assert rows[1][0].startswith("'=cmd()")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--archive", "old", "--as-pinned"), 3, "--as-pinned needs --store"),
        (("--archive", "."), 4, "there is no archive"),
        (("--workers", "2", "--dask", "tcp://x:1"), 3, "give one of them"),
        (("--dask", "nonsense\x1b"), 3, "not an address of a Dask scheduler"),
        (("--from", "2025-01-01", "--to", "2024-01-01"), 3, "--from is not before --to"),
        (("--to", "2150-01-01"), 3, "before the year 2106"),
        (("--store", "none.db"), 4, "no such store"),
    ],
)
def test_what_cannot_be_done_is_said(sla, arguments, code, words):
    found, out, err = sla("replay", *arguments)
    assert (found, out) == (code, "")
    assert words in err
    assert "\x1b" not in err


def test_a_damaged_part_is_named(sla, tmp_path):
    [path] = (tmp_path / "old" / "events").glob("*/*")
    path.write_bytes(b"nothing")
    code, _, err = sla("replay", *MARCH)
    assert code == 4
    assert "sla archive --verify" in err
