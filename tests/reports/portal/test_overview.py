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
