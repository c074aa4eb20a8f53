"""The portal in a real Chromium: what people do, at any width, with the keyboard alone; axe-core finds nothing on any page."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from playwright.sync_api import expect

from engine.facts import Instant
from engine.store import publications
from reports.portal.links import Kind
from reports.portal.passes import Purpose
from tests.reports.portal.chromium import chromium, serving
from tests.reports.portal.world import PASSWORD, SECRETS

PAGES = ("/", "/tickets", "/uptime", "/reports", "/account")


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def world(browser, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("portal")) as found:
        yield found


@pytest.fixture
def tab(browser, world):
    """A page of a browser that knows nothing yet."""
    with_nothing = browser.new_context(
        viewport={"width": 1280, "height": 800}, accept_downloads=True, base_url=world.url
    )
    with_nothing.set_default_timeout(20_000)
    found = with_nothing.new_page()
    complaints = []
    found.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    with_nothing.close()
    assert [text for text in complaints if "status of 4" not in text] == []  # a 404 is one of its complaints


def sign_in(tab, world, customer: str = "acme", *, email: str = "", password: str = PASSWORD):
    tab.goto("/sign-in")
    tab.get_by_label("Mail address").fill(world.account(customer, email))
    tab.get_by_label("Password").fill(password)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in").click()


def violations(tab) -> list[str]:
    """What axe-core finds, by WCAG 2.2 AA and its own good practice."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response
    assert len(found["passes"]) > 5
    return [f"{item['id']}: {node['html'][:120]}" for item in found["violations"] for node in item["nodes"]]


def wait_for(what) -> bool:
    end = time.monotonic() + 10
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(what())


def fits(tab) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_customer_signs_in_looks_and_leaves(tab, world):
    sign_in(tab, world)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Acme GmbH")
    expect(tab.get_by_role("main")).to_contain_text("due today 11:00, in 30 min")
    tab.get_by_role("link", name="Open tickets", exact=True).click()
    expect(tab.get_by_role("row")).to_have_count(3)
    tab.get_by_role("link", name="Reports").click()
    with tab.expect_download() as waited:
        tab.get_by_role("link", name=re.compile("CSV")).click()
    assert waited.value.path().read_text() == SECRETS["acme"]
    assert waited.value.suggested_filename.startswith("report-2026-02-")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab).to_have_url(re.compile("/sign-in" + "$"))
    tab.go_back()
    tab.goto("/tickets")
    expect(tab).to_have_url(re.compile("/sign-in" + "$"))


def test_a_wrong_password_is_said(tab, world):
    sign_in(tab, world, password="not this one at all")
    expect(tab.get_by_role("alert")).to_contain_text("Address or password is not right")
    assert tab.get_by_label("Mail address").input_value() == "jo@acme.example"
    assert violations(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tab, world, scheme):
    tab.emulate_media(color_scheme=scheme)
    key = world.desk.passes.make(
        world.desk.accounts.by_email(world.account("initech")).id, Purpose.RESET, world.now + 900
    )
    token = world.desk.links.make(
        Kind.REPORT, "acme", world.now, publication=world.reports["acme"], expires=world.now + 900
    )
    for path in (
        "/sign-in",
        "/forgot",
        f"/password/{key}",
        "/password/forged",
        f"/shared/{token}",
        "/shared/forged",
        "/nowhere",
    ):
        tab.goto(path)
        assert violations(tab) == [], path
    sign_in(tab, world)
    for path in PAGES:
        tab.goto(path)
        assert violations(tab) == [], path


def test_expired_forged_and_revoked_links_show_one_page(tab, world):
    expired = world.desk.links.make(
        Kind.REPORT, "acme", world.now, publication=world.reports["acme"], expires=world.now
    )
    revoked = world.desk.links.make(Kind.REPORT, "acme", world.now, publication=world.reports["acme"])
    world.desk.links.revoke(world.desk.links.all()[-1].id, world.now)
    told = set()
    for token in (expired, revoked, "forged"):
        tab.goto(f"/shared/{token}")
        told.add(tab.get_by_role("main").inner_text())
    [text] = told
    assert "This link does not work" in text


def test_a_report_of_another_customer_does_not_exist(tab, world):
    sign_in(tab, world)
    tab.goto(f"/reports/{world.reports['globex']}")
    expect(tab.get_by_role("heading")).to_contain_text("There is no such page")
    assert SECRETS["globex"] not in tab.content()


def test_what_is_published_appears_and_what_is_withdrawn_goes(tab, world):
    sign_in(tab, world, "globex")
    tab.goto("/reports")
    rows = tab.get_by_role("row").count()
    number = world.publish("globex", period="2026-01")
    tab.reload()
    expect(tab.get_by_role("row")).to_have_count(rows + 1)
    token = world.desk.links.make(Kind.REPORT, "globex", world.now, publication=number)
    tab.goto(f"/shared/{token}")
    expect(tab.get_by_role("link", name="Download (CSV)")).to_be_visible()
    with world.store() as store:
        publications.withdraw(store.connection, number, "lead", Instant(world.now))
    tab.reload()
    expect(tab.get_by_role("heading")).to_contain_text("This link does not work")
    tab.goto("/reports")
    expect(tab.get_by_role("row")).to_have_count(rows)


def test_a_phone_and_a_magnified_page(tab, world):
    sign_in(tab, world)
    for width, height in ((320, 640), (640, 400)):  # the second is 1280 at 200 %
        tab.set_viewport_size({"width": width, "height": height})
        for path in PAGES:
            tab.goto(path)
            assert fits(tab), (path, width)
            if width == 320:
                assert violations(tab) == [], path
    small = tab.evaluate(
        "[...document.querySelectorAll('main a, main button, nav a')].filter(e => {const b = e.getBoundingClientRect();"
        " return b.height < 24 || b.width < 24}).map(e => e.outerHTML)"
    )
    assert small == []


def test_one_long_subject_leaves_room_for_the_due_times(tab, world):
    world.happen(
        "A-8",
        "opened",
        "2026-03-02 09:20",
        customer="acme",
        priority="high",
        status="Open",
        subject="A" * 3000,
    )
    sign_in(tab, world)
    for width in (1280, 800, 710):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.goto("/tickets")
        assert fits(tab), width
        table, due = tab.locator("table").bounding_box(), tab.locator("td.wide").first.bounding_box()
        assert due["width"] > 0.25 * table["width"], width


def test_the_keyboard_alone_is_enough(tab, world):
    tab.goto("/sign-in")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.type(world.account("acme"))
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{world.url}/")
    seen = []
    while len(seen) < 40:
        tab.keyboard.press("Tab")
        tag, name, outline = tab.evaluate(
            "(e => [e.tagName, e.innerText, getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        if tag == "BODY":
            break
        assert outline == "solid", name
        seen.append(name)
    assert seen[:7] == [
        "Skip to the content", "Overview", "Open tickets", "Uptime", "Reports", "Account", "Sign out",
    ]  # fmt: skip
    assert seen[-1].startswith("CSV")


def test_one_time_codes(tab, world):
    sign_in(tab, world, email="codes@acme.example")
    tab.goto("/account")
    tab.get_by_role("textbox", name="Your password").fill(PASSWORD)
    tab.get_by_role("button", name="Set up").click()
    expect(tab.locator("svg.code")).to_be_visible()
    assert violations(tab) == []
    totp = pyotp.TOTP(tab.locator("code.address").inner_text().replace(" ", ""))
    tab.get_by_label("Code").fill(totp.at(world.now))
    tab.get_by_role("button", name="Turn on").click()
    expect(tab.locator(".codes code")).to_have_count(10)
    codes = tab.locator(".codes code").all_inner_texts()
    assert violations(tab) == []
    tab.get_by_role("button", name="Sign out").click()
    sign_in(tab, world, email="codes@acme.example")
    expect(tab).to_have_url(re.compile("/code" + "$"))
    assert violations(tab) == []
    tab.get_by_label("Code of your").fill(totp.at(world.now))
    tab.get_by_role("button", name="Go on").click()
    expect(tab.get_by_role("alert")).to_contain_text("used before")
    tab.get_by_label("Code of your").fill(codes[0])
    tab.get_by_role("button", name="Go on").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Acme GmbH")


def test_a_forgotten_password(tab, world):
    email = world.account("acme", "forgets@acme.example")
    tab.goto("/sign-in")
    tab.get_by_role("link", name="Forgotten your password?").click()
    tab.get_by_label("Mail address").fill(email)
    tab.get_by_role("button", name="Send the link").click()
    expect(tab.get_by_role("heading")).to_contain_text("Look at your mail")
    assert wait_for(lambda: world.post.sent and world.post.sent[-1][0] == email)  # it leaves after the answer
    tab.goto(world.post.last_path())
    for label in ("New password", "The same again"):
        tab.get_by_label(label).fill("another four words here")
    tab.get_by_role("button", name="Set it").click()
    expect(tab.get_by_role("status")).to_contain_text("Your password is set")
    tab.get_by_label("Password").fill("another four words here")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Acme GmbH")


def test_a_calendar_and_a_badge_are_made_and_ended(tab, world):
    sign_in(tab, world, email="links@acme.example")
    tab.goto("/account")
    for button, ending in (("New calendar of due times", ".ics"), ("New status badge", ".svg")):
        tab.get_by_role("button", name=button).click()
        expect(tab.locator("code.address")).to_have_text(re.compile(re.escape(ending) + "$"))
        address = tab.locator("code.address").inner_text()
        assert violations(tab) == []
        assert tab.request.get(address).ok
        tab.get_by_role("button", name=re.compile("^End ")).click()
        expect(tab.get_by_role("button", name=re.compile("^End "))).to_have_count(0)
        assert tab.request.get(address).status == 404


def test_another_site_can_neither_frame_nor_post(tab, world):
    sign_in(tab, world)
    tab.set_content(f'<form method="post" action="{world.url}/account/sign-out"><button>Win</button></form>')
    tab.get_by_role("button", name="Win").click()
    expect(tab.get_by_role("heading")).to_contain_text("That form has expired")
    tab.goto("/tickets")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Open tickets")
