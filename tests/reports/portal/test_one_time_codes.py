"""One-time codes and recovery codes: asked for, taken once, not to be guessed."""

from __future__ import annotations

import re

import pyotp

from tests.reports.portal.world import PASSWORD


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
