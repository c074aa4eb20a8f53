"""Signing in: passwords, one-time codes, sessions, invitations and new passwords, and how often they may be tried."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from argon2 import PasswordHasher

from engine.errors import EngineError
from reports.portal import passwords
from reports.portal.accounts import Standing
from reports.portal.passes import Purpose
from tests.reports.portal.world import NOW, PASSWORD, World


def bare(page: str) -> str:
    """A page without what differs between two of the same."""
    return re.sub(r'(name="key" value|id="email"[^>]*value)="[^"]*"', "", page)


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


# ---------------------------------------------------------------- how often


def test_guessing_ends_and_a_restart_forgives_nothing(world):
    email = world.account("acme")
    for _ in range(10):
        assert world.browser().sign_in(email, "wrong").status_code == 401
    for password in ("wrong", PASSWORD):
        answer = world.browser(f"198.51.100.{len(password)}").sign_in(email, password)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "900"
        assert "Too many attempts" in answer.text
    again = World.__new__(World)
    again.__dict__.update(world.__dict__)
    from reports.portal.app import create
    from reports.portal.database import Database
    from reports.portal.desk import desk_of

    again.database = Database.open(world.folder / "portal.db")
    again.desk = desk_of(
        again.database, world.desk.settings, world.post, lambda: world.now, world.said.append
    )
    again.app, again.door = create(again.desk, world.views)
    assert again.browser().sign_in(email).status_code == 429
    again.close()
    world.now += 900
    assert world.browser().sign_in(email).status_code == 303


def test_no_other_writing_of_an_address_has_tries_of_its_own(world):
    email = world.account("acme")
    white = [" ", "\t", "\u00a0", "\u2003"]
    written = [
        email.upper(),
        f" {email}\t",
        *(email + one * 400 for one in white),
        *(email + one * 400 + "x" for one in white),
    ]
    for number in range(12):
        world.browser(f"203.0.113.{number}").sign_in(written[number % len(written)], "wrong")
    assert world.browser().sign_in(email).status_code == 429


def test_an_unknown_address_is_limited_like_a_known_one(world):
    codes = [world.browser().sign_in("nobody@acme.example").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


def test_one_address_cannot_try_everybody(world):
    codes = [
        world.browser("203.0.113.5").sign_in(f"a{number}@acme.example").status_code for number in range(51)
    ]
    assert codes == [401] * 50 + [429]
    assert world.browser("203.0.113.6").sign_in("b@acme.example").status_code == 401


def test_signing_in_forgives(world):
    email = world.account("acme")
    for _ in range(3):
        for _ in range(9):
            world.browser().sign_in(email, "wrong")
        assert world.browser().sign_in(email).status_code == 303


def test_tries_at_once_are_counted_one_by_one(world):
    taken = []
    ready = threading.Barrier(8)

    def guess():
        ready.wait()
        for _ in range(3):
            taken.append(world.desk.limits.take("code", "1", "198.51.100.7", NOW))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(0) == 5
    assert len(taken) == 24


# ---------------------------------------------------------------- one-time codes


def with_codes(world):
    """A browser that has set codes up, the secret, and the recovery codes."""
    browser = world.signed_in("acme")
    assert browser.post("/account/code", present="wrong").status_code == 400
    assert browser.post("/account/code", present=PASSWORD).headers["location"] == "/account/code"
    page = browser.get("/account/code").text
    secret = re.search(r'<code class="address">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    assert "<svg" in page
    assert browser.post("/account/code/first", code="000000").status_code == 400
    done = browser.post("/account/code/first", code=pyotp.TOTP(secret).at(world.now))
    codes = re.findall(r"<li><code>([a-z2-7-]+)</code>", done.text)
    assert len(codes) == 10
    return browser, pyotp.TOTP(secret), codes


def test_a_code_is_asked_for_and_taken_once(world):
    _, totp, _ = with_codes(world)
    browser = world.browser()
    answer = browser.sign_in("jo@acme.example")
    assert answer.headers["location"] == "/code"
    for path in ("/", "/tickets", "/account", f"/reports/{world.reports['acme']}"):
        assert browser.get(path).headers["location"] == "/code"
    browser.get("/code")
    assert browser.post("/code", code=totp.at(world.now)).status_code == 401  # it turned codes on
    world.now += 30
    code = totp.at(world.now)
    half = browser.client.cookies["__Host-sla"]
    assert browser.post("/code", code=f"{code[:3]} {code[3:]}").headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.client.cookies["__Host-sla"] != half
    replayed = world.browser()
    replayed.sign_in("jo@acme.example")
    assert replayed.post("/code", code=code).status_code == 401
    assert replayed.post("/code", code=totp.at(world.now - 30)).status_code == 401
    assert replayed.get("/").status_code == 303


def test_a_recovery_code_opens_once(world):
    _, _, codes = with_codes(world)
    for expected in (303, 401):
        browser = world.browser()
        browser.sign_in("jo@acme.example")
        assert browser.post("/code", code=codes[0].upper()).status_code == expected
    browser = world.browser()
    browser.sign_in("jo@acme.example")
    browser.post("/code", code=codes[1])
    assert "8 recovery codes left" in browser.get("/account").text
    assert browser.post("/account/code/off", present="wrong").status_code == 400
    assert browser.post("/account/code/off", present=PASSWORD).status_code == 303
    assert world.browser().sign_in("jo@acme.example").headers["location"] == "/"


def test_codes_cannot_be_guessed(world):
    with_codes(world)
    browser = world.browser()
    browser.sign_in("jo@acme.example")
    assert [browser.post("/code", code=f"{number:06}").status_code for number in range(6)] == [401] * 5 + [
        429
    ]
    world.now += 301
    assert browser.get("/code").headers["location"] == "/sign-in"  # half a session does not last


# ---------------------------------------------------------------- mailed keys


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
    done = []
    ready = threading.Barrier(4)

    def use(number):
        ready.wait()
        done.append(world.desk.passes.use(key, f"hash {number}", NOW))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
