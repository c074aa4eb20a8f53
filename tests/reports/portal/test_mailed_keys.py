"""Invitations and new passwords: keys that are mailed, work once and expire, and mails that do not leave."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import EngineError
from reports.portal.accounts import Standing
from reports.portal.passes import Purpose
from tests.reports.portal.world import NOW, PASSWORD, bare
from tests.threads import at_once


def test_an_invitation_leads_to_an_account_once(world):
    made = world.desk.accounts.invite("New@Acme.example", "acme", NOW)
    assert made.standing is Standing.INVITED
    key = world.desk.passes.make(made.id, Purpose.INVITATION, NOW + 100)
    browser = world.browser()
    for _ in range(3):
        assert browser.get(f"/password/{key}").status_code == 200  # a mail scanner uses nothing up
    assert "at least 12" in browser.post(f"/password/{key}", password="short", again="short").text
    assert "not the same" in browser.post(f"/password/{key}", password=PASSWORD, again=PASSWORD + "x").text
    done = browser.post(f"/password/{key}", password=PASSWORD, again=PASSWORD)
    assert "Your password is set" in done.text
    assert browser.post("/sign-in", email="new@acme.example", password=PASSWORD).status_code == 303
    gone = browser.get(f"/password/{key}")
    assert gone.status_code == 404
    assert 'href="/forgot">Ask for another link' in gone.text
    other = world.browser()
    other.get("/sign-in")
    assert other.post(f"/password/{key}", password=PASSWORD, again=PASSWORD).status_code == 404
    with pytest.raises(EngineError, match="has an account of acme already"):
        world.desk.accounts.invite("new@acme.example", "globex", NOW)


def test_a_key_expires_and_a_newer_one_ends_it(world):
    account = world.desk.accounts.invite("new@acme.example", "acme", NOW)
    first = world.desk.passes.make(account.id, Purpose.INVITATION, NOW + 100)
    second = world.desk.passes.make(account.id, Purpose.INVITATION, NOW + 100)
    pages = [world.browser().get(f"/password/{key}") for key in (first, "forged", "x" * 5000)]
    assert {(page.status_code, page.text) for page in pages} == {(404, pages[0].text)}
    assert world.browser().get(f"/password/{second}").status_code == 200
    world.now += 100
    assert world.browser().get(f"/password/{second}").status_code == 404


def test_of_two_who_use_a_key_at_once_one_sets_the_password(world):
    account = world.desk.accounts.invite("new@acme.example", "acme", NOW)
    key = world.desk.passes.make(account.id, Purpose.INVITATION, NOW + 100)
    done = at_once(4, lambda number: world.desk.passes.use(key, f"hash {number}", NOW))
    assert sum(item is not None for item in done) == 1


def test_a_new_password_is_mailed_for_and_the_answer_is_always_the_same(world):
    world.account("acme")
    stays = world.signed_in("acme")
    browser = world.browser()
    browser.get("/forgot")
    known = browser.post("/forgot", email="jo@acme.example")
    unknown = browser.post("/forgot", email="nobody@acme.example")
    assert (known.status_code, bare(known.text)) == (unknown.status_code, bare(unknown.text))
    [(to, subject, text)] = world.post.sent
    assert to == "jo@acme.example"
    assert "https://portal.example/password/" in text
    path = world.post.last_path()
    browser.get(path)
    assert (
        browser.post(path, password="another four words here", again="another four words here").status_code
        == 200
    )
    assert stays.get("/").status_code == 303  # whoever was in is out
    assert world.browser().sign_in("jo@acme.example").status_code == 401
    assert world.browser().sign_in("jo@acme.example", "another four words here").status_code == 303


def test_mails_cannot_be_made_to_flood(world):
    world.account("acme")
    browser = world.browser()
    browser.get("/forgot")
    codes = [browser.post("/forgot", email="jo@acme.example").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert len(world.post.sent) == 3


def test_a_mail_server_that_hangs_keeps_nobody_from_signing_in(world, monkeypatch):
    email = world.account("acme")
    hanging, go_on = threading.Event(), threading.Event()

    def hang(*_):
        hanging.set()
        go_on.wait(20)

    monkeypatch.setattr(world.post, "_send", hang)

    def forget():
        browser = world.browser()
        browser.get("/forgot")
        assert browser.post("/forgot", email=email).status_code == 200

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(forget) for _ in range(3)]
        assert hanging.wait(10)
        signed_in = threading.Thread(target=world.signed_in)
        signed_in.start()
        signed_in.join(10)
        late = signed_in.is_alive()
        go_on.set()
        assert [one.result() for one in asked] == [None] * 3
    signed_in.join()
    assert not late


def test_a_mail_that_does_not_leave_is_said_to_whoever_runs_it(world, monkeypatch):
    world.account("acme")

    def refuse(*_):
        raise EngineError("the mail did not leave")

    monkeypatch.setattr(world.post, "_send", refuse)
    browser = world.browser()
    browser.get("/forgot")
    assert browser.post("/forgot", email="jo@acme.example").status_code == 200
    [said] = world.said
    assert "the mail did not leave" in said
    assert "jo@" not in said


def test_changing_the_password_ends_other_sessions(world):
    browser, other = world.signed_in("acme"), world.signed_in("acme")
    new = {"password": "another four words here", "again": "another four words here"}
    assert browser.post("/account/password", present="wrong", **new).status_code == 400
    assert browser.post("/account/password", present=PASSWORD, **new).status_code == 303
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert "was changed" in world.post.sent[-1][1]
