"""Every route of the app, as every other customer and as nobody: what is somebody else's is never in an answer."""

from __future__ import annotations

import pytest

from engine.facts import Instant
from engine.store import outages, publications
from reports.portal.links import Kind
from reports.portal.scope import View
from tests.reports.portal.routes import addresses, routes
from tests.reports.portal.world import CUSTOMERS, NOW, SECRETS

PATHS = {Kind.REPORT: "/shared/{}/file", Kind.BADGE: "/badge/{}.svg", Kind.FEED: "/calendar/{}.ics"}
TITLES = {"acme": "Acme GmbH", "globex": "Globex", "initech": "Initech"}


def test_there_are_routes_to_try(world):
    found = routes(world)
    assert ("GET", "/") in found
    assert ("GET", "/reports/{number}") in found
    assert len(found) >= 28


@pytest.mark.parametrize("who", ["", *CUSTOMERS])
def test_no_route_tells_what_is_somebody_elses(world, who):
    links = {
        (name, kind): world.desk.links.make(kind, name, NOW, publication=world.reports[name])
        for name in CUSTOMERS
        for kind in Kind
    }
    numbers = [
        *map(str, world.reports.values()),
        *(str(one.id) for one in world.desk.links.all()),
        "0",
        "-1",
        "1e3",
        "٣",
    ]
    browser = world.signed_in(who) if who else world.browser()
    others = [name for name in CUSTOMERS if name != who]
    foreign = [text for name in others for text in (SECRETS[name], TITLES[name], f"{name[0].upper()}-1")]
    own = 0
    for method, path in routes(world):
        if method == "POST" and path in ("/sign-out", "/account/sign-out"):
            continue  # they end the session that the others need
        for address in addresses(world, path, numbers):
            answer = (
                browser.get(address)
                if method == "GET"
                else browser.post(address, kind="feed", email=f"jo@{others[0]}.example")
            )
            told = answer.text + repr(answer.headers)
            assert answer.status_code < 500, (method, address)
            for text in foreign:
                assert text not in told, (method, address)
            own += bool(who) and SECRETS[who] in told
            if who and answer.status_code == 303 and answer.headers["location"].endswith("/sign-in"):
                raise AssertionError(f"{method} {address} ended the session")
    assert own >= 5 if who else own == 0  # a test that sees nothing shows nothing
    for (name, kind), token in links.items():
        answer = world.browser().get(PATHS[kind].format(token))
        assert answer.status_code == 200
        assert all(SECRETS[other] not in answer.text for other in CUSTOMERS if other != name)
    assert {one.revoked for one in world.desk.links.all() if one.account is None} == {None}


def test_a_number_of_somebody_elses_is_like_one_that_never_was(world):
    browser = world.signed_in("acme")
    foreign = browser.get(f"/reports/{world.reports['globex']}")
    never = browser.get("/reports/4711")
    assert (foreign.status_code, foreign.text) == (never.status_code, never.text) == (404, never.text)
    assert browser.get(f"/reports/{world.reports['acme']}").content.decode() == SECRETS["acme"]


def test_a_link_of_a_colleague_cannot_be_ended(world):
    world.account("acme", "other@acme.example")
    other = world.browser()
    other.sign_in("other@acme.example")
    assert other.post("/account/links", kind="feed").status_code == 200
    [made] = world.desk.links.all()
    assert world.signed_in("acme").post(f"/account/links/{made.id}").status_code == 404
    assert world.signed_in("globex").post(f"/account/links/{made.id}").status_code == 404
    assert other.post(f"/account/links/{made.id}").status_code == 303
    assert world.desk.links.all()[0].revoked == NOW


def test_a_view_has_no_way_to_name_another_customer(world):
    """Every question that a view puts to the store has its customer in it."""
    asked = []
    with world.views.of("acme") as view:
        assert isinstance(view, View)
        connection = view._store.connection

        class Watched:
            def __getattr__(self, name):
                return getattr(connection, name)

            def execute(self, sql, values=()):
                asked.append((sql, values))
                return connection.execute(sql, values)

        view._store.connection = Watched()
        try:
            view.compliance(), view.tickets(), view.uptime(), view.reports(), view.content(1)
        finally:
            view._store.connection = connection
    shared = ("rule_sets", "archive", "min(began)", "meta")
    told = [(sql, values) for sql, values in asked if not any(word in sql for word in shared)]
    assert len(told) >= 8
    for sql, values in told:
        alone = {"acme", connection.many(["acme"])}
        by_ids = "json_each" in sql and "customer" not in sql  # that were asked for with it
        ours = by_ids or any(value in alone for value in values)
        assert ours, sql


def test_what_has_moved_to_another_customer_is_theirs_at_once(world):
    world.now += 60
    world.happen("A-1", "changed", "2026-03-02 09:30", customer="globex", engine=False)
    assert "A-1" not in world.signed_in("acme").get("/tickets").text
    world.happen("A-2", "changed", "2026-03-02 09:30", customer="globex")
    page = world.signed_in("globex").get("/tickets").text
    assert "A-2" in page
    assert "A-1" in page


def test_a_customer_that_the_rules_no_longer_know_sees_nothing(world):
    browser = world.signed_in("initech")
    from engine.run import Engine
    from tests.reports.portal.world import RULES

    (world.folder / "sla.rules").write_text(
        RULES.replace("customer initech", "customer hooli"), encoding="utf-8"
    )
    with world.store() as store:
        Engine(store, world.folder / "sla.rules").start(Instant(world.now))
    for path in ("/", "/tickets", "/uptime", "/reports", f"/reports/{world.reports['initech']}"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert SECRETS["initech"] not in answer.text
        assert "nothing to see yet" in answer.text


def test_outages_of_others_are_not_even_read(world):
    with world.store() as store:
        found = outages.outages(store.connection, Instant(0), Instant(NOW), customer="acme")
        assert [one.note for one in found] == [SECRETS["acme"]]
        assert len(outages.outages(store.connection, Instant(0), Instant(NOW))) == 3


def test_what_is_withdrawn_is_gone(world):
    browser = world.signed_in("acme")
    number = world.reports["acme"]
    assert f"/reports/{number}" in browser.get("/reports").text
    with world.store() as store:
        assert publications.withdraw(store.connection, number, "lead", Instant(NOW))
    assert browser.get(f"/reports/{number}").status_code == 404
    assert "No report was published yet" in browser.get("/reports").text
