"""The door: forms of other sites, headers, cookies, redirects, addresses, the audit log, errors."""

from __future__ import annotations

import re

import pytest

from reports.portal.links import Kind
from reports.web.address import client, counted
from tests.reports.portal.routes import addresses, routes
from tests.reports.portal.world import CUSTOMERS, NOW, PASSWORD, World


def posts(world) -> list[str]:
    return [addresses(world, path, ["1"])[0] for method, path in routes(world) if method == "POST"]


def test_every_form_needs_its_key(world):
    browser = world.signed_in("acme")
    found = posts(world)
    assert len(found) >= 12
    before = world.database.rows("SELECT * FROM sessions")
    for path in found:
        for data in ({}, {"key": ""}, {"key": "0" * 64}, {"key": world.signed_in("acme").key}):
            assert browser.client.post(path, data=data).status_code == 403, path
        json = browser.client.post(path, json={"key": browser.key})
        assert json.status_code == 403, path
        foreign = browser.client.post(
            path, data={"key": browser.key}, headers={"sec-fetch-site": "cross-site"}
        )
        assert foreign.status_code == 403, path
    assert before[0] in world.database.rows("SELECT * FROM sessions")
    assert browser.post("/sign-out").status_code == 303


@pytest.mark.parametrize("who", ["", "acme"])
def test_every_answer_has_the_headers(world, who):
    browser = world.signed_in(who) if who else world.browser()
    for method, path in [*routes(world), ("GET", "/nowhere"), ("DELETE", "/")]:
        if path.endswith("sign-out"):
            continue
        address = addresses(world, path, ["1"])[0]
        answer = browser.client.request(method, address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        kept = answer.headers["cache-control"]
        assert kept == "no-store" or "style" in path, path
        assert "<script" not in answer.text
        assert not re.search(r"\son[a-z]+=|style=\"", answer.text), path


def test_without_https_there_is_no_promise_of_it(tmp_path):
    world = World(tmp_path, tmp_path / "sla.db", url="http://127.0.0.1:8081")
    answer = world.browser().get("/sign-in")
    assert "strict-transport-security" not in answer.headers
    assert answer.headers["set-cookie"].startswith("sla=")
    assert "Secure" not in answer.headers["set-cookie"]
    world.close()


def test_the_cookie_is_for_this_host_and_no_script(world):
    said = world.browser().get("/sign-in").headers["set-cookie"]
    assert said.startswith("__Host-sla=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in said
    assert "Domain" not in said
    assert "set-cookie" not in world.signed_in("acme").get("/").headers


def test_no_address_says_whose_it_is(world):
    browser = world.signed_in("acme")
    made = browser.post("/account/links", kind="feed").text
    assert "calendar/" in made
    for path in ("/", "/tickets", "/uptime", "/reports", "/account"):
        page = browser.get(path).text
        for address in re.findall(r'(?:href|action|src)="([^"]*)"', page):
            assert not any(name in address.casefold() for name in CUSTOMERS), address
    assert not any(name in path for _, path in routes(world) for name in CUSTOMERS)


@pytest.mark.parametrize("evil", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(world, evil):
    browser = world.browser()
    for path in ("/", f"/?next={evil}", f"/sign-in?next={evil}", "/account", "/code"):
        answer = browser.client.get(
            path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
        )
        assert answer.headers.get("location", "/sign-in") == "/sign-in"
        assert "evil" not in answer.text
    browser.get("/sign-in")
    answer = browser.post("/sign-in", email=world.account(), password=PASSWORD, next=evil)
    assert answer.headers["location"] == "/"
    for path in (evil, "//evil.example/%2e%2e"):
        assert "location" not in browser.client.get("/" + path).headers


def test_under_a_path(tmp_path):
    world = World(tmp_path, tmp_path / "sla.db", url="https://msp.example/portal")
    browser = world.browser()
    assert browser.client.get("/portal/").headers["location"] == "/portal/sign-in"
    browser.get("/portal/sign-in")
    answer = browser.post("/portal/sign-in", email=world.account(), password=PASSWORD)
    assert answer.headers["location"] == "/portal/"
    page = browser.get("/portal/")
    assert page.status_code == 200
    assert 'href="/portal/tickets"' in page.text
    style = re.search(r'href="(/portal/style-[0-9a-f]+\.css)"', page.text)
    assert browser.get(style[1]).headers["content-type"].startswith("text/css")
    world.close()


# ---------------------------------------------------------------- who asks


def test_a_stranger_cannot_say_who_he_is():
    from ipaddress import ip_network

    trusted = [ip_network("10.0.0.0/8"), ip_network("::1/128")]
    assert client("198.51.100.7", "203.0.113.1", trusted) == "198.51.100.7"
    assert client("10.0.0.1", "203.0.113.1", trusted) == "203.0.113.1"
    assert client("10.0.0.1", "203.0.113.99, 203.0.113.1, 10.2.3.4", trusted) == "203.0.113.1"
    assert client("::1", "", trusted) == "::1"
    assert client("::ffff:10.0.0.1", "203.0.113.1", trusted) == "203.0.113.1"
    assert client("10.0.0.1", "203.0.113.1, nonsense", trusted) == "unknown"
    assert client("", "203.0.113.1", trusted) == ""
    assert client("10.0.0.1", "10.9.9.9", trusted) == "10.0.0.1"


def test_a_proxy_may_add_a_line_of_its_own(tmp_path):
    """Some proxies add a header in place of lengthening the one that came: what the stranger wrote still lies further left."""
    world = World(tmp_path, tmp_path / "sla.db", settings={"proxies": "198.51.100.7"})
    for number in range(52):
        hops = [("x-forwarded-for", f"192.0.2.{number}"), ("x-forwarded-for", "203.0.113.9")]
        browser = world.browser()
        browser.client.headers = browser.client.headers.__class__(hops)
        answer = browser.sign_in(f"a{number}@acme.example", "wrong")
    assert answer.status_code == 429
    assert {entry.address for entry, _ in world.desk.audit.entries()} == {"203.0.113.9"}
    world.close()


def test_of_ipv6_a_network_is_counted():
    assert counted("2001:db8:1:2:3:4:5:6") == counted("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert counted("198.51.100.7") == "198.51.100.7"
    assert counted("testclient") == "testclient"


# ---------------------------------------------------------------- the log


def test_every_access_is_in_the_log(world):
    world.browser("203.0.113.1").get("/tickets")
    browser = world.signed_in("acme")
    browser.get(f"/reports/{world.reports['globex']}")
    browser.get(f"/reports/{world.reports['acme']}")
    browser.client.post("/sign-out", data={})
    token = world.desk.links.make(Kind.BADGE, "globex", NOW)
    world.browser().get(f"/badge/{token}.svg")
    world.browser().get("/calendar/forged.ics")
    told = [
        (email, entry.customer, entry.method, entry.route, entry.status, entry.outcome)
        for entry, email in world.desk.audit.entries()
    ]
    assert told == [
        ("", "", "GET", "/tickets", 303, "not signed in"),
        ("", "", "GET", "/sign-in", 200, ""),
        ("jo@acme.example", "acme", "POST", "/sign-in", 303, "signed in"),
        ("jo@acme.example", "acme", "GET", "/account", 200, ""),
        ("jo@acme.example", "acme", "GET", "/reports/{number}", 404, ""),
        ("jo@acme.example", "acme", "GET", "/reports/{number}", 200, ""),
        ("jo@acme.example", "acme", "POST", "/sign-out", 403, "form refused"),
        ("", "globex", "GET", "/badge/{token}.svg", 200, ""),
        ("", "", "GET", "/calendar/{token}.ics", 404, "no such link"),
    ]
    assert {entry.address for entry, _ in world.desk.audit.entries()} == {"203.0.113.1", "198.51.100.7"}


def test_no_key_is_kept(world):
    browser = world.signed_in("acme")
    token = browser.client.cookies["__Host-sla"]
    link = world.desk.links.make(Kind.FEED, "acme", NOW)
    browser.get(f"/calendar/{link}.ics")
    world.desk.accounts.invite("new@acme.example", "acme", NOW)
    browser.post("/forgot", email="jo@acme.example")
    mailed = world.post.last_path().rpartition("/")[2]
    world.browser().get(f"/password/{mailed}")
    kept = b"".join(path.read_bytes() for path in world.folder.glob("portal.db*"))
    for key in (token, link, mailed, PASSWORD):
        assert key.encode() not in kept


def test_the_log_forgets_in_time(world):
    world.browser().get("/sign-in")
    world.now += 399 * 86_400
    world.browser().get("/forgot")
    assert len(list(world.desk.audit.entries())) == 2
    world.now += 2 * 86_400
    world.browser().get("/forgot")
    assert [entry.route for entry, _ in world.desk.audit.entries()] == ["/forgot", "/forgot"]


# ---------------------------------------------------------------- when something is wrong


def test_a_store_that_is_away_is_said_in_words(world):
    browser = world.signed_in("acme")
    assert browser.get("/healthz").json() == {"status": "ok"}
    for path in world.folder.glob("sla.db*"):
        path.rename(path.with_name("away-" + path.name))
    world.now += 1
    from reports.portal import scope

    kept, scope.KEPT = scope.KEPT, 0.0
    try:
        for path in ("/", "/reports"):
            answer = browser.get(path)
            assert answer.status_code == 503
            assert "cannot be reached" in answer.text
            assert str(world.folder) not in answer.text
        assert browser.get("/healthz").status_code == 503
        assert browser.get("/sign-in").status_code == 303
    finally:
        scope.KEPT = kept
    entry = [entry for entry, _ in world.desk.audit.entries() if entry.route == "/reports"][-1]
    assert (entry.status, "no such store" in entry.outcome) == (503, True)
    assert ["no such store" in words for words in world.said] == [True]


def test_a_full_disk_is_told_where_the_log_cannot_tell_it(world):
    browser = world.signed_in("acme")
    [pages] = world.database.row("PRAGMA page_count")
    world.database.rows(f"PRAGMA max_page_count = {pages}")
    codes = {browser.get("/reports").status_code for _ in range(400)}
    assert codes == {200, 503}
    [said] = world.said
    assert "full" in said
    world.database.rows("PRAGMA max_page_count = 1000000")
    assert browser.get("/reports").status_code == 200


def test_a_mistake_of_ours_tells_nothing(world, monkeypatch):
    browser = world.signed_in("acme")
    monkeypatch.setattr("reports.portal.scope.View.compliance", lambda self: 1 / 0)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert [entry.status for entry, _ in world.desk.audit.entries()][-1] == 500


def test_a_form_that_is_too_long_or_odd_is_refused(world):
    browser = world.browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in", email="x" * 20_000).status_code == 413
    many = {f"field{number}": "x" for number in range(40)}
    assert browser.client.post("/sign-in", data={**many, "key": browser.key}).status_code == 400
    assert (
        browser.client.post(
            "/sign-in",
            content=b"\xff\xfe=%zz&key=1",
            headers={"content-type": "application/x-www-form-urlencoded"},
        ).status_code
        == 403
    )
    assert browser.get("/tickets?page=9999999999999999999999").status_code in (303, 404)
