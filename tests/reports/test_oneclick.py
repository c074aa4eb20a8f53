"""Links in messages: what they show, what they do, how often, and to whom they say no."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from engine.delivery.links import Links
from engine.store.sqlite_open import connect
from tests.reports.desk import LIFETIME, NOW, Desk, with_store
from tests.threads import at_once


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("act", "button", "kind"),
    [
        ("acknowledge", "Acknowledge", "acknowledged"),
        ("snooze", "Snooze", "snoozed"),
        ("flag", "Flag to management", "flagged"),
    ],
)
def test_a_get_asks_and_a_post_acts(desk, act, button, kind):
    client, path = desk.client(), desk.path(act)
    asked = client.get(path)
    assert asked.status_code == 200
    assert f'<button type="submit">{button}</button>' in asked.text
    assert "T-1" in asked.text
    assert "Acme" in asked.text
    assert "duty-manager" in asked.text
    assert "due 2026-03-02 10:00 UTC (in 30m)" in asked.text
    assert desk.events() == []
    done = client.post(path)
    assert done.status_code == 200
    assert kind in done.text
    [event] = desk.events()
    assert (event.kind, event.at, event.data["by"]) == (kind, NOW, "duty-manager")


def test_clocks_follow_what_a_link_did(desk):
    def row():
        return with_store(desk.database, lambda store: store.rows()[0])

    assert row().acknowledged_at is None
    desk.client().post(desk.path("acknowledge"))
    assert row().acknowledged_at == NOW
    desk.client().post(desk.path("flag"))
    assert row().flagged
    desk.client().post(desk.path("snooze"), data={"for": "4h"})
    assert row().snoozed_until == NOW + 4 * 3600


@pytest.mark.parametrize("span", ["", "9999d", "-1h", "1h; DROP"])
def test_a_span_that_is_not_offered_is_the_usual_one(desk, span):
    desk.client().post(desk.path("snooze"), data={"for": span})
    assert desk.events()[0].data["until"] == NOW + 3600


def test_a_mail_scanner_changes_nothing_and_uses_nothing(desk):
    client, path = desk.client(), desk.path("acknowledge")
    for _ in range(20):
        assert client.get(path).status_code == 200
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    options = client.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert client.delete(path).status_code == 405
    assert desk.events() == []
    assert desk.used() == 0
    assert client.post(path).status_code == 200
    assert len(desk.events()) == 1


def test_a_link_works_once(desk):
    client, path = desk.client(), desk.path("flag")
    assert client.post(path).status_code == 200
    # taken back by a review; the old link must not flag it again
    desk.happen("T-1", "flagged", "2026-03-02 09:31", flag=False)
    desk.now = NOW + 300
    for answer in (client.post(path), client.get(path)):
        assert answer.status_code == 410
        assert "has been used" in answer.text
        assert "<form" not in answer.text
    assert len(desk.events()) == 1


def test_a_message_that_was_sent_twice_has_links_that_work_once_together(desk):
    first = desk.path("acknowledge")
    desk.links = Links("a secret of the tests", "http://desk.example", LIFETIME - 5)
    second = desk.path("acknowledge")
    assert first != second
    assert desk.client().post(first).status_code == 200
    assert desk.client().post(second).status_code == 410


def test_of_many_clicks_at_once_one_counts(desk):
    client, path = desk.client(), desk.path("acknowledge")
    codes = at_once(4, lambda _: client.post(path).status_code)
    assert sorted(codes) == [200, 410, 410, 410]
    assert len(desk.events()) == 1


def test_a_link_expires(desk):
    path = desk.path("acknowledge")
    desk.now = NOW + LIFETIME - 1
    assert desk.client().get(path).status_code == 200
    desk.now = NOW + LIFETIME
    for answer in (desk.client().get(path), desk.client().post(path)):
        assert answer.status_code == 410
        assert "expired" in answer.text
    assert desk.events() == []


def test_a_forged_link_is_told_nothing(desk):
    path = desk.path("acknowledge")
    other = Links("another secret", "", LIFETIME).address(7, 1, "acknowledge", "duty-manager", NOW)
    unknown = desk.links.address(7, 1, "resolve", "duty-manager", NOW).removeprefix("http://desk.example")
    for forged in (
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        path[:-9],
        path + "x",
        other,
        unknown,
        "/act/" + "x" * 4000,
        "/act/%00%ff",
    ):
        for answer in (desk.client().get(forged), desk.client().post(forged)):
            assert answer.status_code == 404, forged
            assert "not a link of ours" in answer.text
            assert "T-1" not in answer.text
    assert desk.events() == []


def test_a_ticket_that_is_not_there(desk):
    path = desk.path("acknowledge", ticket=4711)
    for answer in (desk.client().get(path), desk.client().post(path)):
        assert answer.status_code == 404
        assert "not known here" in answer.text
    assert desk.used() == 0


def test_a_ticket_that_is_resolved_meanwhile(desk):
    acknowledge, flag = desk.path("acknowledge"), desk.path("flag")
    desk.happen("T-1", "resolved", "2026-03-02 09:20", status="Resolved")
    for answer in (desk.client().get(acknowledge), desk.client().post(acknowledge)):
        assert answer.status_code == 409
        assert "resolved already" in answer.text
    assert desk.events() == []
    assert desk.used() == 0
    # management may still have to look at it
    assert desk.client().post(flag).status_code == 200


def test_a_ticket_that_is_flagged_already(desk):
    path = desk.path("flag")
    desk.happen("T-1", "flagged", "2026-03-02 09:20", flag=True)
    assert desk.client().post(path).status_code == 409
    assert desk.used() == 0


def test_text_of_strangers_is_text(desk):
    text = desk.client().get(desk.path("acknowledge")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "&amp;amp;" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)


def test_names_of_tickets_and_people_are_text_too(desk):
    desk.happen("<b>T-2</b>\x1b", "opened", priority="high", status="Open")
    path = desk.path("acknowledge", ticket="<b>T-2</b>\x1b", by="<i>who</i>")
    for text in (desk.client().get(path).text, desk.client().post(path).text):
        assert "<b>" not in text
        assert "<i>" not in text
        assert "\x1b" not in text
        assert "&lt;b&gt;T-2&lt;/b&gt;" in text
        assert "&lt;i&gt;who&lt;/i&gt;" in text


def _pages(desk):
    client, path = desk.client(), desk.path("snooze")
    yield client.get(path)
    yield client.head(path)
    yield client.options(path)
    yield client.get("/nothing/here")
    yield client.put(path)
    yield client.post(path, content=b"x" * 100_000)
    yield client.post(path)
    yield client.post(path)
    yield client.get("/healthz")


def test_every_answer_is_guarded(desk):
    seen = set()
    for answer in _pages(desk):
        seen.add(answer.status_code)
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
        assert "location" not in headers
        if "html" in headers.get("content-type", ""):
            assert headers["content-type"] == "text/html; charset=utf-8"
    assert seen == {200, 204, 404, 405, 410, 413}


def test_the_policy_fits_the_page_and_the_page_asks_for_nothing_else(desk):
    answer = desk.client().get(desk.path("snooze"))
    [style] = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert not re.search(r"(?i)<script|<img|<link|src=|\son\w+=|style=|https?:", answer.text)


def test_a_page_can_be_read_aloud_and_used_by_keys(desk):
    text = desk.client().get(desk.path("snooze")).text
    assert '<html lang="en">' in text
    assert text.count("<h1") == 1
    assert "<main>" in text
    assert '<label for="choice">' in text
    assert 'id="choice"' in text
    assert ":focus-visible" in text
    assert "prefers-color-scheme: dark" in text
    assert re.search(r"<title>.+ - tiercel</title>", text)


def test_bodies_have_a_limit(desk):
    client, path = desk.client(), desk.path("snooze")
    assert client.post(path, content=b"x" * 20_000).status_code == 413

    def drops():
        for _ in range(20):
            yield b"x" * 1000

    assert client.post(path, content=drops()).status_code == 413
    assert client.post(path, content=b"&".join([b"a=1"] * 100)).status_code == 400
    assert desk.events() == []
    assert client.post(path, content=b"\xff\x00=%").status_code == 200


@pytest.mark.parametrize("prefix", ["/desk", "desk/", "/a/b"])
def test_behind_a_proxy_with_a_prefix_that_it_takes_away_or_not(tmp_path, prefix):
    desk = Desk(tmp_path, prefix=prefix)
    path = desk.path("flag")
    kept = "/" + prefix.strip("/")
    assert desk.client().get(kept + "/healthz").json() == {"status": "ok"}
    assert desk.client().get(path).status_code == 200
    asked = desk.client().get(kept + path)
    assert asked.status_code == 200
    assert "action=" not in asked.text  # a form goes to where its page came from
    assert desk.client().post(kept + path).status_code == 200
    assert desk.client().post(path).status_code == 410


def test_health_and_pages_while_the_store_is_away(desk):
    path = desk.path("acknowledge")
    assert desk.client().get("/healthz").json() == {"status": "ok"}
    desk.database.rename(desk.folder / "away.db")
    answer = desk.client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "the store cannot be reached"})
    for answer in (desk.client().get(path), desk.client().post(path)):
        assert answer.status_code == 503
        assert str(desk.folder) not in answer.text


def test_a_locked_store_keeps_the_link_for_later(desk, monkeypatch):
    from engine.store import sqlite_open

    path = desk.path("acknowledge")
    monkeypatch.setattr(sqlite_open, "BUSY_SECONDS", 0.05)
    holder = connect(desk.database, create=False, read_only=False)
    holder.execute("BEGIN IMMEDIATE")
    assert desk.client().post(path).status_code == 503
    holder.close()
    assert desk.client().post(path).status_code == 200


def test_what_breaks_is_a_page_without_its_reason(desk):
    def broken():
        raise RuntimeError("in words that nobody should read")

    desk.alive = broken  # type: ignore[method-assign]
    answer = desk.client().get("/healthz")
    assert answer.status_code == 500
    assert "nobody should read" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
