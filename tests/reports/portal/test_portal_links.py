"""Links without an account: reports, badges, calendars."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from engine.store import publications
from reports.compliance import Figures
from reports.portal.account_pages import MOST_LINKS
from reports.portal.badge import badge
from reports.portal.calendar_feed import feed
from reports.portal.links import Kind
from tests.engine.site import at
from tests.reports.portal.world import NOW, SECRETS


def test_a_report_by_link_until_it_expires_or_is_revoked_or_withdrawn(world):
    def make(**more):
        return world.desk.links.make(Kind.REPORT, "acme", NOW, publication=world.reports["acme"], **more)

    token = make(expires=NOW + 100)
    browser = world.browser()
    page = browser.get(f"/shared/{token}")
    assert page.status_code == 200
    assert "Acme GmbH" in page.text
    assert f"/shared/{token}/file" in page.text
    file = browser.get(f"/shared/{token}/file")
    assert file.content.decode() == SECRETS["acme"]
    assert (
        file.headers["content-disposition"]
        == f'attachment; filename="report-2026-02-{world.reports["acme"]}.csv"'
    )

    revoked, withdrawn = make(), make()
    number = world.desk.links.all()[1].id
    assert world.desk.links.revoke(number, NOW)
    assert not world.desk.links.revoke(number, NOW)
    other = world.desk.links.make(Kind.BADGE, "acme", NOW)
    with world.store() as store:
        publications.withdraw(store.connection, world.reports["acme"], "lead", NOW)
    world.now += 100
    pages = set()
    for bad in (token, revoked, withdrawn, other, "forged", token[:-1], token + "x", "%00", "x" * 4000):
        for path in (f"/shared/{bad}", f"/shared/{bad}/file"):
            answer = browser.get(path)
            pages.add((answer.status_code, answer.text))
    assert len(pages) == 1
    [(status, text)] = pages
    assert status == 404
    assert "This link does not work" in text


def test_a_badge_is_a_picture_that_may_be_kept_and_shown_elsewhere(world):
    token = world.desk.links.make(Kind.BADGE, "acme", NOW)
    answer = world.browser().get(f"/badge/{token}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in answer.headers
    assert ET.fromstring(answer.text).attrib["aria-label"] == "service levels: 100.0 % in time this month"
    same = world.browser().get(f"/badge/{token}.svg", if_none_match=answer.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    world.now += 3600
    world.happen("A-9", "opened", "2026-03-02 09:00", customer="acme", priority="high", status="Open")
    late = world.browser().get(f"/badge/{token}.svg", if_none_match=answer.headers["etag"])
    assert "% in time" in late.text
    assert "100.0" not in late.text


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (Figures(), "nothing due yet this month"),
        (Figures(met=9_999, missed=1), "99.9 % in time this month"),
        (Figures(met=99_996, missed=4), "99.9 % in time this month"),
        (Figures(breached=1), "0.0 % in time this month"),
        (Figures(met=3, excluded=1), "100.0 % in time this month"),
    ],
)
def test_a_badge_is_never_rounded_up(figures, words):
    assert f"<title>service levels: {words}</title>" in badge(figures)


def test_a_calendar_of_due_times(world):
    token = world.desk.links.make(Kind.FEED, "acme", NOW)
    browser = world.browser()
    answer = browser.get(f"/calendar/{token}.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.text)
    events = {str(event["summary"]): event for event in found.walk("VEVENT")}
    assert set(events) == {"A-1: Resolution due", "A-1: Response due", "A-2: Resolution due"}
    assert events["A-1: Resolution due"]["dtstart"].dt.timestamp() == at("2026-03-02 13:00")
    assert str(events["A-1: Resolution due"]["description"]) == SECRETS["acme"]
    tag = answer.headers["etag"]
    world.now += 120  # time alone changes nothing in it
    assert browser.get(f"/calendar/{token}.ics", if_none_match=f'"x", W/{tag}').status_code == 304
    world.happen("A-1", "changed", "2026-03-02 09:31", status="Closed")
    moved = browser.get(f"/calendar/{token}.ics", if_none_match=tag)
    assert moved.status_code == 200
    assert "A-1" not in moved.text
    assert world.desk.links.revoke(1, world.now)
    assert browser.get(f"/calendar/{token}.ics").status_code == 404


def test_an_account_has_so_many_links_at_a_time(world):
    browser = world.signed_in("acme")
    for _ in range(MOST_LINKS):
        assert browser.post("/account/links", kind="badge").status_code == 200
    refused = browser.post("/account/links", kind="feed")
    assert (refused.status_code, "end one first" in refused.text) == (400, True)
    assert browser.post("/account/links/1").status_code == 303
    assert browser.post("/account/links", kind="feed").status_code == 200


def test_the_name_of_a_calendar_is_text_like_any_other():
    """RFC 5545, 3.3.11: a comma or a backslash of a name does not end or change it."""
    body = feed("Levels, all; of\\now", "Acme\r\nBEGIN:VEVENT", [])
    assert rb"X-WR-CALNAME:Levels\, all\; of\\now: Acme  BEGIN:VEVENT" in body
    assert [one.name for one in Calendar.from_ical(body).walk()] == ["VCALENDAR"]


def test_hostile_text_stays_text(world):
    world.now += 60
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VALARM</td><script>alert(1)</script>\u202e\x1b[31m,;\\"
    world.happen(
        "A-7", "opened", "2026-03-02 09:30", customer="acme", priority="high", status="Open", subject=evil
    )
    token = world.desk.links.make(Kind.FEED, "acme", NOW)
    feed = world.browser().get(f"/calendar/{token}.ics").text
    assert "BEGIN:VALARM" not in [line.strip() for line in feed.splitlines()]
    assert {component.name for component in Calendar.from_ical(feed).walk()} == {"VCALENDAR", "VEVENT"}
    page = world.signed_in("acme").get("/tickets").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page + feed
    assert "\x1b" not in page + feed
    with world.views.of("acme") as view:
        assert any("END:VEVENT" in one.subject for one in view.tickets())
