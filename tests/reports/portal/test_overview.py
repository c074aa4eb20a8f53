"""What a customer sees of itself."""

from __future__ import annotations

from tests.reports.portal.world import SECRETS


def test_a_customer_signs_in_and_sees_its_own_figures(world):
    browser = world.signed_in("acme")
    page = browser.get("/")
    assert page.status_code == 200
    assert "Acme GmbH" in page.text
    assert "A-1" in page.text
    assert SECRETS["acme"] in page.text


def test_the_month_so_far_by_metric_and_priority(world):
    with world.views.of("acme") as view:
        found = view.compliance()
    assert (found.total.met, found.total.breached, found.total.running) == (1, 0, 3)
    assert found.by_metric["response"].percent == "100.00"
    assert set(found.by_priority) == {"high", "low"}
    page = world.signed_in("acme").get("/").text
    assert "March 2026 so far, until today 10:30" in page
    assert "1 met, 0 breached" in page


def test_priorities_come_in_the_order_of_the_rules(world):
    world.happen("A-9", "opened", "2026-03-01 09:00", customer="acme", priority="low", status="Open")
    world.happen("A-10", "opened", "2026-03-01 09:00", customer="acme", priority="odd", status="Open")
    world.happen("A-11", "opened", "2026-03-02 09:00", customer="acme", priority="high", status="Open")
    world.happen("A-11", "reply", "2026-03-02 09:05")
    with world.views.of("acme") as view:
        assert list(view.compliance().by_priority)[:2] == ["high", "low"]


def test_the_figures_are_those_of_the_report(world):
    """The portal tells the same as `sla report --customer` of the month so far."""
    from engine.calendar.period import month
    from engine.facts import Instant
    from engine.in_force import InForce
    from reports.making import make
    from reports.statement import BREACHES, Scope

    world.now += 7200
    world.happen("A-2", "changed", "2026-03-02 10:00", status="Closed", engine=False)
    world.happen("A-3", "opened", "2026-03-02 09:00", customer="acme", priority="low", status="Open")
    world.happen("A-3", "reply", "2026-03-02 11:00", engine=False)
    for name in ("acme", "globex", "initech"):
        with world.store() as store:
            report = make(
                store,
                InForce()(store),
                Instant(world.now),
                month("2026-03"),
                Scope({"customer": name}),
                BREACHES,
            )
        with world.views.of(name) as view:
            assert view.compliance().total == report.figures
            assert dict(view.compliance().by_metric) == dict(report.by("metric"))


def test_open_tickets_in_plain_words(world):
    page = world.signed_in("acme").get("/tickets").text
    assert "due today 11:00, in 30 min" in page
    assert "due today 14:00, in 3 h 30 min" in page
    assert "due tomorrow 10:00, in 7 h 30 min of service time" in page
    world.now += 3600
    page = world.signed_in("acme").get("/tickets").text
    assert "was due today 11:00, breached by 30 min" in page


def test_a_ticket_that_waits_for_an_engine_is_judged_on_the_spot(world):
    world.now += 600
    world.happen("A-2", "changed", "2026-03-02 09:35", status="Waiting", engine=False)
    page = world.signed_in("acme").get("/tickets").text
    assert "paused, nothing is due meanwhile" in page
    world.happen("A-1", "changed", "2026-03-02 09:36", status="Closed", engine=False)
    assert "A-1" not in world.signed_in("acme").get("/tickets").text


def test_many_tickets_come_by_the_page(world):
    with world.store() as store:
        for number in range(60):
            world.told(store, f"A-1{number:02}", "opened", customer="acme", priority="high", status="Open")
        from engine.run import Engine

        Engine(store, world.folder / "sla.rules").start(world.now)
    browser = world.signed_in("acme")
    first, second = browser.get("/tickets").text, browser.get("/tickets?page=2").text
    assert "Page 1 of 2" in first
    assert 'href="/tickets?page=2"' in first
    assert first.count('role="rowheader"') == 50
    assert second.count('role="rowheader"') == 12
    for bad in ("0", "3", "-1", "x", "", "٢"):
        assert browser.get(f"/tickets?page={bad}").status_code == 404


def test_uptime_with_its_budget(world):
    page = world.signed_in("globex").get("/uptime").text
    assert "Web shop" in page
    assert "99.9% per month, around the clock" in page
    assert "2 min in 1 outage" in page
    assert "On track" in page


def test_reports_with_their_files(world):
    world.publish("acme", form="pdf", content=b"%PDF-1.7 not really")
    browser = world.signed_in("acme")
    page = browser.get("/reports").text
    assert page.count('role="rowheader"') == 1
    numbers = [int(part.partition('"')[0]) for part in page.split('href="/reports/')[1:]]
    kinds = {browser.get(f"/reports/{number}").headers["content-type"] for number in numbers}
    assert kinds == {"application/pdf", "text/csv; charset=utf-8"}


def test_names_in_any_script_keep_to_themselves(world):
    page = world.signed_in("globex").get("/").text
    assert '<h1 dir="auto">Globex مرکزی &lt;b&gt;Inc.&lt;/b&gt;</h1>' in page
    assert "Asia/Kathmandu" in page


def test_what_was_counted_is_counted_anew_when_anything_changes(world):
    def total():
        with world.views.of("acme") as view:
            return view.compliance()

    before = total()
    assert total() == before
    with world.views.of("acme") as view:
        assert view._remembered
    world.now += 60
    assert total().end == before.end + 60
    world.happen("A-1", "reply", "2026-03-02 09:31")
    assert total().total.met == before.total.met + 1
    world.now += 40 * 60
    world.happen(
        "A-8", "opened", "2026-03-02 10:00", customer="acme", priority="low", status="Open", engine=False
    )
    world.now += 4 * 3600  # A-1 comes due, and no engine has seen it
    assert total().total.breached == before.total.breached + 1
