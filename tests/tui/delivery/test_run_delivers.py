"""`sla run` and `sla deliver` send what ladders say, with a webhook on loopback and a store on disk."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from contextlib import closing
from hashlib import sha256

import click
import pytest

from engine.store.sqlite import SqliteStore
from tests.tui.delivery.pager import ESCALATING, out, records, stamp
from tests.tui.process import going_on
from tui.cli import run


def test_a_dry_run_says_what_would_happen_and_leaves_the_store(site, sink, capsys):
    before = sha256((site / "sla.db").read_bytes()).hexdigest()
    text = out(capsys, "run", "--dry-run")
    assert "fired: noc: at breach of response notify duty-manager via inbox, pager" in text
    assert "would tell  inbox  duty-manager  T-1" in text
    assert re.search(r"would send  pager  -  .*T-1.*\(T-1\)", text)
    assert "\x1b" not in text
    made = records(out(capsys, "run", "--dry-run", "--format", "jsonl"))
    assert [item["what"] for item in made if "ladder" in item] == ["fired", "fired"]
    assert [(item["channel"], item["tickets"]) for item in made if item["what"] == "would send"] == [
        ("pager", ["T-1"])
    ]
    assert sink.came == []
    assert sha256((site / "sla.db").read_bytes()).hexdigest() == before
    assert out(capsys, "outbox", "--status", "all") == "the outbox is empty\n"
    assert sorted(path.name for path in site.iterdir() if path.suffix == ".db") == ["sla.db"]


def test_once_catches_up_and_sends(site, sink, capsys):
    text = out(capsys, "run", "--once")
    assert "fired: noc: at breach of response escalate to management" in text
    assert text.splitlines()[-1].startswith("sent  pager  duty-manager  T-1  (200")
    [(headers, _)] = sink.came
    [item] = records(out(capsys, "outbox", "--status", "sent", "--format", "jsonl"))[:1]
    assert headers["Idempotency-Key"] == item["batch"]
    assert out(capsys, "deliver", "--once") == ""
    assert "by escalation noc" in out(capsys, "flags")
    [row] = json.loads(out(capsys, "inbox", "--format", "json"))
    assert row["step"] == "management"
    assert "management" in out(capsys, "inbox")
    [past] = json.loads(out(capsys, "inbox", "--format", "json", "--at", stamp(-1800)))
    assert past["step"] == ""


def test_what_an_edit_made_due_says_so_however_late_it_was(site, sink, capsys):
    out(capsys, "run", "--once", "--no-deliver")
    (site / "sla.rules").write_text(
        ESCALATING.replace("notify duty-manager via inbox", "notify management via inbox")
    )
    [line] = [line for line in out(capsys, "run", "--once").splitlines() if "suppressed" in line]
    assert "suppressed: noc: at breach of response notify management via inbox, pager" in line
    assert line.endswith("(an edit of the rules made it due, and edits page nobody)")


def test_nothing_is_sent_where_that_was_asked_for_and_then_by_deliver(site, sink, capsys):
    out(capsys, "run", "--once", "--no-deliver")
    assert sink.came == []
    assert "would send  pager" in out(capsys, "deliver", "--dry-run")
    assert sink.came == []
    [sent] = records(out(capsys, "deliver", "--once", "--format", "jsonl"))
    assert (sent["what"], sent["channel"], sent["tickets"]) == ("sent", "pager", ["T-1"])
    assert "as you like" in sent["answer"]
    assert len(sink.came) == 1


def test_a_pass_says_what_it_sent_while_another_channel_hangs(site, sink, monkeypatch, capsys):
    slow = 'channel again "Another pager" {\n  url env TEST_SLOW_URL\n}\n'
    (site / "sla.rules").write_text(ESCALATING.replace("via inbox, pager", "via again, pager") + slow)
    monkeypatch.setenv("TEST_SLOW_URL", os.environ["TEST_PAGER_URL"].replace("secret-path", "slow"))
    out(capsys, "run", "--once", "--no-deliver")
    said, seen, echo = threading.Event(), [], click.echo

    def before(path):
        if path == "/slow":
            seen.append(said.wait(20))

    sink.before = before
    monkeypatch.setattr(click, "echo", lambda *words, **how: (echo(*words, **how), said.set()))
    text = out(capsys, "deliver", "--once")
    assert seen == [True]
    assert [line.split()[:2] for line in text.splitlines()] == [["sent", "pager"], ["sent", "again"]]


@pytest.mark.parametrize("command", ["run", "deliver"])
def test_a_pass_that_is_asked_to_end_sends_nothing_after_what_is_under_way(site, sink, capsys, command):
    tags = "".join(f'  at breach of response tag "{word}"\n' for word in ("late", "later"))
    text = ESCALATING.replace("  url env", '  source "events"\n  url env')
    (site / "sla.rules").write_text(
        text.replace("  at breach of response escalate to management\n", tags).replace(", pager", "")
    )
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    out(capsys, "run", "--once", "--no-deliver")
    sink.before = lambda _: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(1.2))
    try:
        said = out(capsys, command, "--once", code=1 if command == "deliver" else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(sink.came) == 1
    assert "sent  pager  -  T-1  (200 as you like)" in said
    lines = [line.split("  ")[1:3] for line in out(capsys, "outbox", "--status", "all").splitlines()[:-1]]
    assert sorted(lines) == [["sent", "inbox"], ["sent", "pager"], ["waiting", "pager"]]


def test_what_is_not_taken_is_said_with_the_other_sides_words(site, sink, capsys):
    sink.status = 500
    out(capsys, "run", "--once", "--no-deliver")
    text = out(capsys, "deliver", "--once", code=1)
    assert text.startswith("put off  pager")
    assert "as you like" in text
    assert "secret-path" not in text
    assert "waiting  pager" in out(capsys, "outbox")


def test_what_is_refused_is_a_dead_letter_that_people_hear_of(site, sink, capsys):
    sink.status = 400
    out(capsys, "run", "--once", "--no-deliver")
    assert out(capsys, "deliver", "--once", code=1).startswith("dead  pager")
    assert "dead  pager" in out(capsys, "outbox", "--status", "dead")
    assert "not delivered by pager" in out(capsys, "notices")
    assert "not delivered: pager" in out(capsys, "watch", "--once")
    sink.status = 200
    out(capsys, "outbox", "retry", "--all")
    assert out(capsys, "deliver", "--once").startswith("sent  pager")


def test_notices_of_a_name_that_nobody_has(site, sink, capsys):
    assert out(capsys, "notices", "duty-manger") == "no notices\n"
    out(capsys, "run", "--once")
    assert "T-1" in out(capsys, "notices", "duty-manager")
    assert out(capsys, "notices", "management", "--unread") == "nothing unread\n"
    for name, meant in (("duty-manger", "did you mean duty-manager?"), ("zz", "management")):
        assert run(["notices", name]) == 1
        assert meant in capsys.readouterr().err
    assert run(["notices", "duty-manager", "duty-manger"]) == 1
    (site / "sla.rules").write_text(ESCALATING.replace("duty-manager", "boss"))
    out(capsys, "run", "--once")
    assert "T-1" in out(capsys, "notices", "duty-manager")


@pytest.mark.parametrize("rules", [None, "language 1\nnonsense\n"])
def test_without_rules_no_store_is_left_behind(site, capsys, rules):
    (site / "none.rules").write_text(rules) if rules else None
    assert run(["run", "--once", "--store", "none.db", "--rules", "none.rules"]) in (1, 4)
    caught = capsys.readouterr()
    assert "none.rules" in caught.err and "Traceback" not in caught.err
    assert not list(site.glob("none.db*"))


def test_sigterm_ends_lanes_and_the_engine(site, sink):
    with going_on(site, "run"):
        assert sink.arrived.wait(60)
    with closing(SqliteStore.open(site / "sla.db")) as store:
        assert {status.value for (channel, status) in store.outbox.counts() if channel == "pager"} == {"sent"}


def test_repetitions_go_on_until_somebody_acknowledges(site, sink, capsys):
    again = "via inbox, pager repeat every 1s until acknowledged"
    (site / "sla.rules").write_text(ESCALATING.replace("via inbox, pager", again))
    (site / "sla.toml").write_text("[delivery]\ntogether = 0\npoll = 1\n")
    with going_on(site, "run"):
        end = time.monotonic() + 60
        while len(sink.came) < 4 and time.monotonic() < end:
            time.sleep(0.1)
        [notice, *_] = records(out(capsys, "notices", "duty-manager", "--format", "jsonl"))
        out(capsys, "notices", "ack", str(notice["id"]), "--by", "duty-manager")
        time.sleep(2.5)  # what the engine was about when it came
        before = len(sink.came)
        time.sleep(3)
    assert len(sink.came) == before >= 4
    assert len({headers["Idempotency-Key"] for headers, _ in sink.came}) == before
    repetitions = [body["messages"][0]["repetition"] for _, body in sink.came]
    assert repetitions == sorted(set(repetitions))
