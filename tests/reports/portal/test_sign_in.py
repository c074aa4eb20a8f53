"""Signing in: passwords, sessions, and who is let in."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher

from reports.portal import passwords
from tests.reports.portal.world import NOW, PASSWORD, bare


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(world):
    world.account("acme")
    world.desk.accounts.invite("new@acme.example", "acme", NOW)
    gone = world.account("acme", "gone@acme.example")
    world.desk.accounts.revoke(world.desk.accounts.by_email(gone).id, NOW)
    answers = []
    for email, password in (
        ("jo@acme.example", "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("new@acme.example", PASSWORD),
        (gone, PASSWORD),
        ("", ""),
        ("jo@acme.example' OR 1=1 --", PASSWORD),
    ):
        answer = world.browser().sign_in(email, password)
        assert "set-cookie" not in answer.headers
        answers.append((answer.status_code, bare(answer.text)))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    assert "Address or password is not right" in answers[0][1]


def test_an_unknown_address_takes_as_long(world, monkeypatch):
    checked = []

    class Counting(PasswordHasher):
        def verify(self, known, password):
            checked.append(known)
            return super().verify(known, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(1, 8, 1))
    world.browser().sign_in("nobody@acme.example")
    assert len(checked) == 1


def test_the_address_may_be_written_in_any_case(world):
    world.account("acme")
    assert world.browser().sign_in("  JO@Acme.Example ").status_code == 303


def test_the_key_changes_when_somebody_signs_in_and_the_one_before_opens_nothing(world):
    browser = world.browser()
    browser.get("/sign-in")
    before = browser.client.cookies["__Host-sla"]
    browser.sign_in(world.account("acme"))
    after = browser.client.cookies["__Host-sla"]
    assert before != after
    planted = world.browser()
    planted.client.cookies.set("__Host-sla", before)
    assert planted.get("/").status_code == 303


def test_sessions_end_by_themselves_and_when_they_are_ended(world):
    browser = world.signed_in("acme")
    for _ in range(11):
        world.now += 3599
        assert browser.get("/reports").status_code == 200
    world.now = NOW + 12 * 3600
    assert browser.get("/reports").headers["location"] == "/sign-in"

    world.now = NOW + 100_000
    browser = world.signed_in("acme")
    world.now += 3600
    assert browser.get("/reports").status_code == 303

    browser = world.signed_in("acme")
    other = world.signed_in("acme")
    token = browser.client.cookies["__Host-sla"]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    stolen = world.browser()
    stolen.client.cookies.set("__Host-sla", token)
    assert stolen.get("/").status_code == 303
    assert other.get("/reports").status_code == 200
    third = world.signed_in("acme")
    third.post("/account/sign-out")
    assert other.get("/reports").status_code == 303
    assert third.get("/reports").status_code == 303


def test_a_clock_that_was_ahead_leaves_nothing_behind(world):
    """Neither a session that lasts until then, nor somebody kept out until then."""
    email = world.account("acme")
    world.now = NOW + 400 * 86_400
    browser = world.signed_in("acme")
    for _ in range(11):
        answer = world.browser().sign_in(email, "wrong")
    assert answer.status_code == 429
    world.now = NOW
    assert browser.get("/reports").status_code == 303
    assert world.browser().sign_in(email).status_code == 303


def test_a_revoked_account_is_out_at_once(world):
    browser = world.signed_in("acme")
    made = re.search(
        r"https://portal.example(/calendar/[^<]+)", browser.post("/account/links", kind="feed").text
    )[1]
    assert world.browser().get(made).status_code == 200
    world.desk.accounts.revoke(world.desk.accounts.by_email("jo@acme.example").id, NOW)
    assert browser.get("/").status_code == 303
    assert world.browser().get(made).status_code == 404
    assert world.browser().sign_in("jo@acme.example").status_code == 401


def test_old_hashes_are_made_anew(world):
    email = world.account("acme")
    number = world.desk.accounts.by_email(email).id
    world.desk.accounts.set_password(number, PasswordHasher(1, 16, 1).hash(PASSWORD))
    assert world.browser().sign_in(email).status_code == 303
    assert not passwords.stale(world.desk.accounts.by_email(email).password)


def test_passwords_are_argon2id_and_the_same_word_on_any_keyboard():
    known = passwords.hashed("pa\u0308ssword of length")
    assert known.startswith("$argon2id$")
    assert passwords.verify(known, "p\u00e4ssword of length")
    assert not passwords.verify(None, "p\u00e4ssword of length")
    assert not passwords.verify("not a hash", "x")
    usual = PasswordHasher()
    assert (usual.memory_cost, usual.time_cost, usual.type.name) == (65_536, 3, "ID")


@pytest.mark.parametrize("bad", ["", "short", "x" * 257, "aaaaaaaaaaaaaaaa", "jo@acme.example"])
def test_what_is_no_password(bad):
    assert passwords.refusal(bad, "jo@acme.example")
    assert not passwords.refusal(PASSWORD, "jo@acme.example")
