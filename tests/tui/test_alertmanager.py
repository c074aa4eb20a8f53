"""Alertmanager tells `sla serve` what is down, over HTTP; `sla outage` and `sla uptime` know it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest

from engine.store.sqlite_open import connect
from tests.engine.intake.test_alertmanager import alert, notification
from tests.engine.uptime_site import SERVICES, SITE
from tests.tui.serving import ask, serving
from tui.cli import run

TOKEN = "a token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ENDED = "2026-10-05T08:10:00Z"


@pytest.fixture
def site(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLA_ALERTMANAGER__TOKEN", TOKEN)
    (tmp_path / "sla.rules").write_text(SITE.format(SERVICES))
    assert run(["run", "--once", "--rules", "sla.rules"]) == 0, capsys.readouterr()
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def server(site):
    with serving(site) as found:
        yield found


def post(server, *alerts, headers=BEARER, path="/alertmanager", body=None, **other):
    sent = notification(*alerts, **other) if body is None else body
    status, text, _ = ask(server.address + path, "POST", sent, headers)
    return status, json.loads(text)


def listed(capsys):
    capsys.readouterr()
    assert run(["outage", "list", "--since", "2026-10-01", "--format", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_from_firing_to_the_figure(server, capsys):
    nothing = {"new": 0, "changed": 0, "known": 0, "ignored": 0, "truncated": 0, "refused": []}
    assert post(server, alert()) == (200, {**nothing, "new": 1})
    assert post(server, alert(), alert(labels={"sla_service": None})) == (
        200,
        {**nothing, "known": 1, "ignored": 1},
    )
    [one] = listed(capsys)
    assert (one["service"], one["until"], one["source"]) == ("web", None, "alertmanager")
    assert one["note"] == "WebDown: no answer"
    assert post(server, alert("resolved", end=ENDED)) == (200, {**nothing, "changed": 1})
    again = {"start": "2026-10-05T09:00:00Z", "labels": {"sla_customer": "ACME"}, "fingerprint": "b"}
    assert post(server, alert("resolved", end="2026-10-05T09:05:00Z", **again))[0] == 200
    assert post(server, alert(**again), truncatedAlerts=2) == (200, {**nothing, "known": 1, "truncated": 2})
    assert [(one["customer"], one["until"]) for one in listed(capsys)] == [
        (None, "2026-10-05T08:10:00+00:00"),
        ("acme", "2026-10-05T09:05:00+00:00"),
    ]
    at = ("--period", "2026-10", "--at", "2026-11-02T00:00Z", "--rules", "sla.rules", "--format", "json")
    assert run(["uptime", "acme", *at]) == 0
    [figure] = json.loads(capsys.readouterr().out)
    assert (figure["down_seconds"], figure["outages"]) == (900, 2)


def test_who_has_not_the_token_is_told_nothing(server, capsys):
    for header in ("", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer \xe9"):
        status, text, headers = ask(
            server.address + "/alertmanager", "POST", b"not even JSON", {"Authorization": header}
        )
        assert (status, headers["www-authenticate"]) == (401, "Bearer")
        assert json.loads(text) == {"error": "the bearer token is missing or not the right one"}
    assert post(server, alert(), headers={"Authorization": f"bearer  {TOKEN} "})[0] == 200
    assert ask(server.address + "/alertmanager", "GET", headers=BEARER)[0] == 405
    assert ask(server.address + "/act/x", "GET", headers=BEARER)[0] == 404, (
        "links are not served without a secret"
    )
    assert len(listed(capsys)) == 1


def test_what_is_refused_is_said_and_the_others_are_recorded(site, capsys):
    hostile = {"sla_service": "</b>\x1b[31m\u202e=1+1\x00"}
    with serving(site) as server:
        found = (alert(labels=hostile), alert(), alert(labels={"sla_customer": "?"}))
        status, answer = post(server, *found, truncatedAlerts=3)
    assert status == 422
    assert (answer["new"], [one["alert"] for one in answer["refused"]]) == (1, [0, 2])
    assert answer["refused"][0]["reason"].startswith(
        "no service '</b>\ufffd[31m\ufffd=1+1\ufffd' is declared"
    )
    assert "2 of 3 alerts are refused" in server.errors
    assert "left out 3 alerts" in server.errors
    assert "\x1b" not in server.errors and "\u202e" not in server.errors
    assert len(listed(capsys)) == 1


def test_what_is_no_notification(server):
    for body in (b"", b"{", b"[]", b"\x00\xff", b"[" * 50_000, notification(version="3")):
        status, answer = post(server, body=body)
        assert status == 400
        assert answer["error"]


def test_a_notification_may_be_large_but_not_endless(server):
    many = [alert(fingerprint=f"{number:016x}") for number in range(1000)]
    assert post(server, *many)[1]["new"] == 1000
    status, answer = post(server, body=b" " * 1_048_577)
    assert (status, "max_alerts" in answer["error"]) == (413, True)
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    drops = iter([b" " * 60_000] * 20)
    connection.request("POST", "/alertmanager", drops, BEARER, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_alertmanager_is_asked_to_come_again_while_the_store_is_away(server, site, capsys):
    (site / "sla.db").rename(site / "away.db")
    assert post(server, alert())[0] == 503
    (site / "away.db").rename(site / "sla.db")
    assert post(server, alert())[0] == 200
    assert len(listed(capsys)) == 1


def test_two_that_tell_the_same_at_once(server, site, capsys):
    """As the members of a cluster do; and while another writer holds the store for a moment."""
    codes = []
    holder = connect(site / "sla.db", create=False, read_only=False)
    holder.execute("BEGIN IMMEDIATE")
    threads = [threading.Thread(target=lambda: codes.append(post(server, alert())[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    holder.execute("ROLLBACK")
    holder.close()
    for thread in threads:
        thread.join()
    assert codes == [200] * 4
    assert len(listed(capsys)) == 1


def test_labels_and_token_come_from_the_settings(site, monkeypatch, capsys):
    monkeypatch.delenv("SLA_ALERTMANAGER__TOKEN")
    (site / "token").write_text(f"{TOKEN}\n")
    (site / "sla.toml").write_text(
        '[alertmanager]\ntoken_file = "token"\nservice_label = "job"\n[web]\nurl = "https://x.example/sla"\n'
    )
    with serving(site) as server:
        found = alert(labels={"sla_service": None, "job": "web"})
        assert post(server, found, path="/sla/alertmanager")[1]["new"] == 1
        assert post(server, alert())[1]["ignored"] == 1
    (site / "sla.toml").write_text('[alertmanager]\ntoken_file = "nowhere"\n')
    assert run(["serve"]) == 4
    assert "nowhere" in capsys.readouterr().err
    assert run(["config", "validate"]) == 1
    assert "alertmanager.token_file" in capsys.readouterr().out
    (site / "sla.toml").write_text('[alertmanager]\nservice_label = "a-b"\n')
    assert run(["serve"]) == 3
    assert "alertmanager.service_label" in capsys.readouterr().err
    (site / "sla.toml").write_text('[alertmanager]\ntoken = "x"\n')
    assert run(["serve"]) == 3
    assert "does not stand in a file" in capsys.readouterr().err
