"""`sla plan` as a person, a merge request and an engine use it."""

from __future__ import annotations

import json
import re
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
from tests.git import git
from tui.impact_text import code
from tui.source import Sight, StoreSource

NOW = ("--at", "2024-03-05T07:30:00Z")
HOSTILE = "<img src=x>|`@all` [a](http://x)\x1b[31m"
STRICT = [
    ("response within 1h", "response within 50m"),
    ("open mon-fri 08:00-16:00", "open mon-fri 08:00-17:00"),
]


def strict(text: str) -> str:
    for old, new in STRICT:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def sla(sla, tmp_path, monkeypatch):
    """Three tickets in an archive; in the store one that is resolved, one open, and one of a stranger with a hostile name."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    rules = RULES + 'customer acme "Acme GmbH" {\n}\n'
    (tmp_path / "sla.rules").write_text(rules)
    (tmp_path / "next.rules").write_text(strict(rules))
    replied = {"a": "09:40", "b": "09:57", "c": "10:04", "d": "09:55", "open": "09:20", "strange": "09:58"}
    with closing(SqliteStore.open("sla.db", create=True)) as store:
        for number, (key, minute) in enumerate(replied.items()):
            data = {"priority": "low", "customer": "Acme GmbH" if key != "strange" else HOSTILE}
            store.add_events("t", [(key, Event(at("2024-03-04 09:00"), "opened", data, "t", f"o{number}"))])
            store.add_events("t", [(key, Event(at(f"2024-03-04 {minute}"), "reply", {}, "t", f"r{number}"))])
            if key in "abcd":
                store.add_events(
                    "t", [(key, Event(at("2024-03-04 11:00"), "resolved", {}, "t", f"s{number}"))]
                )
        Engine(store, tmp_path / "sla.rules").start(at("2024-03-05 09:00"))
    return sla


def changes(printed, part):
    return {
        (one["customer"], one["change"], one["metric"]): [clock["ticket"] for clock in one["clocks"]]
        for one in json.loads(printed)[part]
    }


def test_what_would_have_come_and_what_comes_at_once(sla):
    code, out, _ = sla("plan", "sla.rules", "next.rules", *NOW, "--format", "json")
    assert code == 0
    past, now = changes(out, "past"), changes(out, "open")
    assert past["acme", "breach gained", "response"] == ["b", "d"]
    assert ("acme", "breach lost", "response") not in past
    assert past["acme", "due earlier", "response"] == ["a", "b", "c", "d", "open"]
    assert past["acme", "due earlier", "resolution"] == ["a", "b", "c", "d", "open"]
    # The promise of an open ticket is pinned; the calendar is live.
    assert now["acme", "due earlier", "resolution"] == ["open"]
    assert {metric for _, _, metric in now} == {"resolution"}
    record = json.loads(out)
    assert (record["new_breaches"], record["tickets"]) == (3, 6)
    assert record["credits"]["months"] == [] and record["credits"]["outages_known"]
    [due] = next(one["clocks"] for one in record["open"] if one["customer"] == "acme")
    assert (due["due_before"], due["due_after"]) == ("2024-03-05T09:00:00+00:00", "2024-03-05T08:00:00+00:00")


def test_what_is_late_at_once_is_a_new_breach_of_past_and_present_but_counts_once(sla):
    plan = ("plan", "sla.rules", "next.rules", "--at", "2024-03-05T08:30:00Z", "--format", "json")
    out = sla(*plan)[1]
    assert changes(out, "open")["acme", "breach gained", "resolution"] == ["open"]
    assert changes(out, "past")["acme", "breach gained", "resolution"] == ["open"]
    assert json.loads(out)["new_breaches"] == 5
    back = sla("plan", "next.rules", "sla.rules", *plan[3:])[1]
    assert changes(back, "open")["acme", "breach lost", "resolution"] == ["open"]
    assert json.loads(back)["new_breaches"] == 0


def test_lines_for_people(sla):
    _, out, _ = sla("plan", "sla.rules", "next.rules", *NOW)
    lines = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    assert ["acme", "breach gained", "response", "2", "b, d"] in lines
    assert "6 tickets opened, 6 touched by the difference; breaches 3 gained, 0 lost" in out
    assert ["acme", "due earlier", "response", "5", "a, b, c, d and 1 more"] in lines
    assert "open (2024-03-05T09:00:00+00:00 -> 2024-03-05T08:00:00+00:00)" in out
    assert re.search(r"^  calendar office .*08:00-16:00 -> .*08:00-17:00", out, re.MULTILINE)
    assert lines[-1] == ["credits: nothing is paid that the change may touch"]
    assert "a, b, c, d, open" in sla("plan", "sla.rules", "next.rules", *NOW, "--verbose")[1]
    _, out, _ = sla("plan", "sla.rules", *NOW)
    assert out.startswith("rules\n  no difference\n")
    assert "0 touched" in out


def test_markdown_mentions_nobody_and_links_nowhere(sla):
    _, out, _ = sla("plan", "sla.rules", "next.rules", *NOW, "--format", "markdown")
    rows = [line for line in out.splitlines() if line.startswith("| `")]
    assert all(line.count("|") == 6 for line in rows)
    assert any("`strange`" in row and "@all" in row for row in rows)
    outside = re.sub(r"`[^`]*`", "", out)
    assert "<" not in outside and "@" not in outside and "http" not in outside
    assert code("a`b|c\nd") == "`a'b¦c d`"


def test_gates_decide_the_exit_code(sla):
    plan = ("plan", "sla.rules", "next.rules", *NOW)
    code, out, _ = sla(*plan, "--max-new-breaches", "2")
    assert code == 1 and "gate --max-new-breaches 2 is exceeded: 3" in out
    code, out, _ = sla(*plan, "--max-new-breaches", "3")
    assert code == 0 and "gate --max-new-breaches 3 holds: 3" in out


def test_a_narrow_terminal_folds_lines_and_loses_nothing(sla, monkeypatch):
    wide = sla("plan", "sla.rules", "next.rules", *NOW)[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for width in (40, 79, 12):
        monkeypatch.setenv("COLUMNS", str(width))
        out = sla("plan", "sla.rules", "next.rules", *NOW)[1]
        assert max(map(len, out.splitlines())) <= max(width, 20)
        assert "\n\n\n" not in out
        if width > 20:  # else words are cut
            assert out.split() == wide.split()
    monkeypatch.setenv("COLUMNS", "300")
    assert sla("plan", "sla.rules", "next.rules", *NOW)[1] == wide


def test_since_leaves_older_tickets_out(sla):
    plan = ("plan", "sla.rules", "next.rules", *NOW, "--format", "json", "--since")
    assert json.loads(sla(*plan, "1d")[1])["tickets"] == 6
    assert json.loads(sla(*plan, "2024-03-04T09:00:01Z")[1])["tickets"] == 0
    assert changes(sla(*plan, "2024-03-04T09:00:01Z")[1], "open")["acme", "due earlier", "resolution"] == [
        "open"
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere",), 4, "neither a rule file"),
        (("sla.rules", "--since", "soon"), 3, "soon"),
        (
            ("sla.rules", "--since", "2090-01-01"),
            3,
            "--since is 2090-01-01T00:00:00+00:00, which is not before now",
        ),
        (("sla.rules", "--since", "6x"), 3, "such as 90d, 12w, 6m or 1y, nor an instant"),
        (("sla.rules", "--at", "2106-02-07T06:28:15Z"), 3, "--at is not before the year 2106"),
        (("sla.rules", "--store", "none.db"), 4, "no such store"),
        (("sla.rules", "--archive", ".", "--record"), 3, "--record needs --store"),
        (("sla.rules", "--archive", "."), 4, "there is no archive"),
        (("sla.rules", "--store", "."), 4, "there is no archive"),
        (("sla.rules", "--store", ".", "--record"), 3, "--record needs --store"),
        (("sla.rules", "--store", ".", "--archive", "."), 4, "a directory, not a store"),
        (("broken.rules",), 1, "errors"),
    ],
)
def test_what_cannot_be_done_is_said(sla, tmp_path, arguments, code, words):
    (tmp_path / "broken.rules").write_text("tier {")
    found, out, err = sla("plan", *arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_store_archive_revisions_and_processes_say_the_same(sla, tmp_path):
    plan = ("--since", "2024-01-01", *NOW, "--format", "json")
    before = json.loads(sla("plan", "sla.rules", "next.rules", *plan)[1])
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "sla.rules")
    git(tmp_path, "commit", "-qm", "one")
    text = (tmp_path / "next.rules").read_text()
    (tmp_path / "sla.rules").write_text(text)
    git(tmp_path, "commit", "-qam", "two")
    assert sla("archive", "--to", "old", "--yes")[0] == 0
    after = json.loads(sla("plan", "HEAD~1", "HEAD", *plan)[1])
    assert (after["past"], after["open"]) == (before["past"], before["open"])
    assert json.loads(sla("plan", "HEAD~1", *plan, "--workers", "2")[1]) == after
    alone = json.loads(sla("plan", "HEAD~1", *plan, "--archive", "old")[1])
    assert alone["tickets"] == 4 and alone["open"] is None and alone["new_breaches"] == 2
    assert json.loads(sla("plan", "HEAD~1", *plan, "--store", "old")[1]) == alone


def test_what_is_wrong_in_a_revision_is_not_looked_for_here(sla, tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "sla.rules").write_text("tier {")
    git(tmp_path, "add", "sla.rules")
    git(tmp_path, "commit", "-qm", "one")
    code, _, err = sla("plan", "HEAD", "next.rules")
    assert code == 1 and "sla check HEAD" not in err
    assert "sla: HEAD: the rules have errors\n  help: they stand in that revision" in err


@pytest.mark.parametrize("command", ["diff", "plan"])
def test_the_command_that_shows_the_errors_works_where_it_is_read(sla, tmp_path, monkeypatch, command):
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "sla.rules")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "sla.rules").write_text("tier {")
    deep = tmp_path / "deep" / "deeper"
    deep.mkdir(parents=True)
    store = ("--store", str(tmp_path / "sla.db")) if command == "plan" else ()
    for folder in (tmp_path, deep):
        monkeypatch.chdir(folder)
        code, _, err = sla(command, "HEAD", *store)
        assert code == 1
        advised = err.splitlines()[-1].removeprefix("  help: sla ").split()
        assert advised[0] == "check"
        code, out, err = sla(*advised)
        assert (code, err, "E0203" in out) == (1, "", True)


def test_a_revision_is_one_also_where_a_folder_is_called_so(sla, tmp_path):
    git(tmp_path, "init", "-q")
    good = (tmp_path / "sla.rules").read_text()
    (tmp_path / "sla.rules").write_text("tier {")
    git(tmp_path, "add", "sla.rules")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v1")
    (tmp_path / "sla.rules").write_text(good)
    (tmp_path / "v1").mkdir()
    code, _, err = sla("diff", "v1")
    assert code == 1 and "sla: v1: the rules have errors\n  help: they stand in that revision" in err


# ---------------------------------------------------------------- only what was planned


def in_force():
    with closing(SqliteStore.open("sla.db", read_only=True)) as store:
        return store.rules().files["sla.rules"]


def test_an_engine_takes_only_what_was_planned(sla, tmp_path):
    first, second = (tmp_path / "sla.rules").read_text(), (tmp_path / "next.rules").read_text()
    (tmp_path / "old.rules").write_text(first)
    once = ("run", "--once", "--no-deliver", "--require-plan")
    assert sla(*once)[0] == 0, "what is in force needs no plan"
    (tmp_path / "sla.rules").write_text(second)
    code, _, err = sla(*once)
    assert code == 1 and "E0112" in err and "the last good rules stay in force" in err
    assert in_force() == first
    assert sla("run", "--dry-run", "--require-plan")[0] == 1
    plan = ("plan", "old.rules", "sla.rules", *NOW, "--record")
    code, out, _ = sla(*plan, "--max-new-breaches", "0")
    assert code == 1 and "recorded" not in out
    assert sla(*once)[0] == 1, "a gate was exceeded"
    code, out, _ = sla(*plan)
    assert code == 0 and "recorded: the rules of digest" in out
    assert sla(*once)[0] == 0
    assert in_force() == second


def test_a_store_without_rules_gets_none_that_were_not_planned(sla, tmp_path):
    once = ("run", "--once", "--no-deliver", "--require-plan", "--store", "new.db")
    code, _, err = sla(*once)
    assert code == 1 and "not planned" in err and "sla plan" in err
    assert sla("plan", ".", "--store", "new.db", "--record")[0] == 0
    assert sla(*once)[0] == 0


@pytest.mark.parametrize("gates", [(), ("--max-new-breaches", "0"), ("--max-credit-delta", "EUR 0")])
@pytest.mark.parametrize("store", ["mistyped.db", "mistyped/sla.db"])
def test_a_mistyped_store_is_not_made(sla, tmp_path, store, gates):
    before = sorted(tmp_path.rglob("*"))
    for record in ((), ("--record",)):
        code, out, err = sla("plan", "sla.rules", "next.rules", "--store", store, *record, *gates)
        assert (code, out) == (4, "") and "no such store" in err and "help: " in err
    assert sorted(tmp_path.rglob("*")) == before


def test_the_first_rules_of_a_new_store_are_planned_as_the_docs_say(sla, tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "plan.md").read_text()
    block = next(one for one in text.split("```") if "its first rules" in one)
    said = [line.split("   ")[0].split()[1:] for line in block.strip().splitlines()]
    assert [words[0] for words in said] == ["run", "plan", "run"]
    (tmp_path / "sla.db").unlink()
    assert [sla(*words)[0] for words in (*said[:2], [*said[2], "--once", "--no-deliver"])] == [1, 0, 0]


IMPORT = ("import", "e.jsonl", "--map", "events", "--rules", "sla.rules")


def test_whoever_brings_rules_to_a_guarded_store_needs_a_plan(sla, tmp_path):
    first, second = (tmp_path / "sla.rules").read_text(), (tmp_path / "next.rules").read_text()
    (tmp_path / "old.rules").write_text(first)
    (tmp_path / "e.jsonl").write_text(
        '{"ticket":"N-1","id":"1","at":"2024-03-05T07:00:00Z","kind":"opened"}\n'
    )
    once = ("run", "--once", "--no-deliver")
    assert sla(*once, "--require-plan")[0] == 0
    assert sla(*IMPORT)[0] == 0, "what is in force needs no plan"
    (tmp_path / "sla.rules").write_text(second)
    (tmp_path / "e.jsonl").write_text(
        '{"ticket":"N-2","id":"2","at":"2024-03-05T07:00:00Z","kind":"opened"}\n'
    )
    code, out, err = sla(*IMPORT)
    assert (code, out) == (1, "") and "not planned" in err and "help: " in err and "--record" in err
    with closing(SqliteStore.open("sla.db", read_only=True)) as store:
        assert store.find("N-1") is not None and store.find("N-2") is None, "nothing was imported"
    code, _, err = sla(*once)
    assert code == 1 and "E0112" in err and "help: see what they would have done" in err
    console = StoreSource(Sight(tmp_path / "sla.db", tmp_path / "sla.rules"))
    try:
        assert [one.code for one in console.snapshot(full=True).rules.broken] == ["E0112"]
        assert in_force() == first
        assert sla("plan", "old.rules", ".", *NOW, "--record")[0] == 0
        assert console.snapshot(full=True).rules.broken == ()
    finally:
        console.close()
    assert in_force() == second
    assert sla(*IMPORT)[0] == 0


def test_a_store_asks_for_plans_until_it_is_told_otherwise(sla, tmp_path):
    second = (tmp_path / "next.rules").read_text()
    once = ("run", "--once", "--no-deliver")
    assert sla(*once, "--require-plan")[0] == 0
    (tmp_path / "sla.rules").write_text(second)
    assert sla(*once)[0] == 1
    assert sla("run", "--dry-run", "--no-require-plan")[0] == 0
    assert sla(*once)[0] == 1, "a dry run tells a copy"
    assert sla(*once, "--no-require-plan")[0] == 0
    assert in_force() == second


def test_a_running_engine_follows_a_plan(sla, tmp_path):
    first, second = (tmp_path / "sla.rules").read_text(), (tmp_path / "next.rules").read_text()
    (tmp_path / "old.rules").write_text(first)
    path = tmp_path / "log"
    with path.open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("sla"), "run", "--no-deliver", "--require-plan"],
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        waited(lambda: "rules in force" in path.read_text())
        (tmp_path / "sla.rules").write_text(second)
        waited(lambda: "E0112" in path.read_text())
        assert in_force() == first
        assert sla("plan", "old.rules", ".", "--store", "sla.db", "--record")[0] == 0
        waited(lambda: in_force() == second)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def waited(ready):
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
