"""`sla outage`, `sla maintenance` and `sla uptime` as somebody uses them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.engine.uptime_site import PATCHES, SERVICES, SITE
from tui.cli import run


@pytest.fixture
def site(tmp_path, monkeypatch, capsys):
    """A folder with rules in force in a store."""
    monkeypatch.chdir(tmp_path)
    untold = PATCHES.replace("  announced 2026-01-15 09:00 zone Europe/Berlin\n", "")
    (tmp_path / "sla.rules").write_text(SITE.format(SERVICES + untold))
    assert run(["run", "--once", "--rules", "sla.rules"]) == 0, capsys.readouterr()
    capsys.readouterr()
    return tmp_path


def said(capsys, *arguments, code=0):
    assert run(list(arguments)) == code, capsys.readouterr()
    return capsys.readouterr()


AT = ("--at", "2026-11-02T00:00Z", "--rules", "sla.rules")
ROWS = """\
service,from,until,id,note
web,2026-10-05T10:00,2026-10-05T10:30,1,"=disk, full"
web,2026-10-05T10:20,2026-10-05T10:40,2,
wbe,2026-10-06T10:00,,3,
web,2026-10-07T12:00,2026-10-07T11:00,4,
,2026-10-01T00:00,2026-10-01T00:00:01,5,
"""


def test_from_a_file_to_the_figure(site, capsys):
    (site / "outages.csv").write_text(ROWS)
    command = ("outage", "import", "outages.csv", "--source", "page", "--zone", "Europe/Berlin")
    first = said(capsys, *command, code=1)
    assert first.out == "outages.csv: 3 new outages, 0 changed, 0 known, 2 rows refused\n"
    assert "outages.csv:4: no service 'wbe' is declared; did you mean web?" in first.err
    assert "outages.csv:5: it ends before it begins" in first.err
    rejects = [json.loads(line) for line in (site / "outages.csv.rejects").read_text().splitlines()]
    assert [one["line"] for one in rejects] == [4, 5]
    assert "0 new outages, 0 changed, 3 known" in said(capsys, *command, code=1).out

    [figure] = json.loads(said(capsys, "uptime", "acme", "--period", "2026-10", *AT, "--format", "json").out)
    assert figure["uptime"] == "99.9104%"
    assert (figure["down_seconds"], figure["outages"], figure["state"]) == (2401, 3, "met")
    assert (figure["budget_seconds"], figure["left_seconds"], figure["burn_rate"]) == (2682, 281, "0.90")
    assert (figure["coverage"], figure["unannounced_seconds"]) == ("100%", 17 * 3600)
    text = said(capsys, "uptime", "--period", "2026-10", *AT).out
    assert (
        "acme (Europe/Berlin)\n  web: 99.9104% met, promised 99.9% per month on always excluding maintenance"
        in text
    )
    assert "error budget 44m 42s, 4m 41s left, burn rate 0.90" in text
    rows = list(
        csv.DictReader(
            io.StringIO(said(capsys, "uptime", "acme", "--period", "2026-10", *AT, "--format", "csv").out)
        )
    )
    assert [row["down_seconds"] for row in rows] == ["2401"]


def test_maintenance_that_was_announced_is_left_out(site, capsys):
    said(capsys, "outage", "add", "web", "--from", "2026-10-01T00:00Z", "--until", "2026-10-01T00:00Z")
    said(capsys, "maintenance", "announce", "patches", "--at", "2026-10-10T12:00Z", "--note", "as ever")
    own = ("--service", "web", "--from", "2026-10-20T10:00Z", "--until", "2026-10-20T11:00Z")
    late = said(capsys, "maintenance", "announce", *own, "--at", "2026-10-20T10:00Z")
    assert "it had begun: it counts as agreed time" in late.out
    said(capsys, "maintenance", "announce", *own, "--at", "2026-10-19T10:00Z")
    assert len(said(capsys, "maintenance").out.splitlines()) == 3
    [figure] = json.loads(said(capsys, "uptime", "acme", "--period", "2026-10", *AT, "--format", "json").out)
    assert (figure["excluded_seconds"], figure["unannounced_seconds"]) == (14 * 3600, 4 * 3600)


def test_dates_of_an_announcement_are_those_of_its_windows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    early = PATCHES.replace("  announced 2026-01-15 09:00 zone Europe/Berlin\n", "")
    early = early.replace("sun 02:00-06:00", "sun 00:30-04:00")
    assert "sun 00:30-04:00" in early
    (tmp_path / "sla.rules").write_text(SITE.format(SERVICES + early))
    assert run(["run", "--once", "--rules", "sla.rules"]) == 0
    capsys.readouterr()
    of_a_day = ("announce", "patches", "--from", "2026-10-25", "--until", "2026-10-26")
    found = said(capsys, "maintenance", *of_a_day, "--at", "2026-10-20T09:00Z").out.splitlines()
    assert found[1:] == ["  2026-10-25 00:30 until 2026-10-25 04:00 Europe/Berlin"]
    [figure] = json.loads(said(capsys, "uptime", "acme", "--period", "2026-10", *AT, "--format", "json").out)
    assert figure["excluded_seconds"] == int(4.5 * 3600)  # clocks go back in it
    late = said(capsys, "maintenance", *of_a_day, "--at", "2026-10-25T09:00Z").out
    assert "none of its windows begins in that time after it was announced" in late
    said(capsys, "maintenance", "announce", "patches", "--from", "soon", code=3)


def test_an_outage_that_lasts_is_ended_by_its_number(site, capsys):
    added = said(capsys, "outage", "add", "web", "--from", "2026-10-05T10:00Z", "--note", "line\x1b[31m cut")
    assert added.out == "web: recorded; sla outage end 1 ends it\n"
    listed = said(capsys, "outage").out
    assert "lasts" in listed and "\x1b" not in listed
    text = said(capsys, "uptime", "acme", "--period", "2026-10", *AT).out
    assert "1 outage, 1 of them not ended" in text and "overspent by" in text and "missed" in text
    assert "measured: " in text and "outages are recorded since 2026-10-05 12:00" in text
    said(capsys, "outage", "end", "1", "--at", "2026-10-05T09:00Z", code=1)
    assert said(capsys, "outage", "end", "1", "--at", "2026-10-05T10:05Z").out == "web: ended after 5m 00s\n"
    said(capsys, "outage", "end", "1", code=1)
    said(capsys, "outage", "end", "2", code=1)
    [one] = [
        json.loads(line)
        for line in said(
            capsys, "outage", "list", "--since", "2026-10-01", "--format", "jsonl"
        ).out.splitlines()
    ]
    assert (one["until"], one["customer"], one["source"]) == ("2026-10-05T10:05:00+00:00", None, "command")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["outage", "add", "wbe"], 1, "did you mean web?"),
        (["outage", "add", "web", "--customer", "acmee"], 1, "did you mean acme?"),
        (
            ["outage", "add", "web", "--from", "2026-10-05", "--until", "2026-10-04"],
            3,
            "ends before it begins",
        ),
        (["outage", "import", "sla.rules"], 1, "no column `from`"),
        (["maintenance", "announce"], 3, "it is not said when"),
        (["maintenance", "announce", "patchse"], 1, "the rules have patches"),
        (["maintenance", "announce", "patches", "--service", "web"], 3, "the rules say what"),
        (["uptime", "--period", "2026-13"], 3, "is not a month"),
        (["uptime", "nobody"], 1, "there is no customer"),
        (["uptime", "--store", "none.db"], 4, "none.db"),
    ],
)
def test_errors_speak(site, capsys, arguments, code, words):
    assert words in said(capsys, *arguments, code=code).err


def test_nothing_recorded_is_said(site, capsys):
    assert "no outage was recorded" in said(capsys, "outage").out
    assert "no maintenance was announced" in said(capsys, "maintenance").out
    text = said(capsys, "uptime", "acme", "--period", "2020-01", *AT).out
    assert "web: - not measured" in text and "measured: 0% of the time that is over" in text


def test_a_customer_that_goes_takes_its_notes_along(site, capsys):
    said(capsys, "outage", "add", "web", "--customer", "acme", "--note", "their router")
    would = said(capsys, "forget", "acme", code=0).out
    assert "1 notes of outages, would go" in would
    said(capsys, "forget", "acme", "--yes")
    assert "their router" not in said(capsys, "outage").out
