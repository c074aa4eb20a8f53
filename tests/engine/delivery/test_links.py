from __future__ import annotations

import pytest

from engine.delivery.links import PATH, ExpiredLinkError, ForgedLinkError, Link, Links

LINKS = Links("secret", "https://sla.example/x/", 60)


def test_a_link_says_what_it_does_until_it_expires():
    address = LINKS.address(7, 3, "acknowledge", "night-lead", 1000)
    assert address.startswith(f"https://sla.example/x{PATH}")
    token = address.rpartition("/")[2]
    assert LINKS.read(token, 1059) == Link(7, 3, "acknowledge", "night-lead", 1060)
    with pytest.raises(ExpiredLinkError):
        LINKS.read(token, 1060)
    again = LINKS.read(LINKS.address(7, 3, "acknowledge", "night-lead", 2000).rpartition("/")[2], 2001)
    assert again.key == LINKS.read(token, 1000).key


def test_what_is_not_ours_is_refused():
    token = LINKS.address(7, 3, "acknowledge", "night-lead", 1000).rpartition("/")[2]
    other = Links("other", "https://sla.example", 60).address(7, 3, "flag", "x", 1000).rpartition("/")[2]
    unknown = LINKS.address(7, 3, "delete", "x", 1000).rpartition("/")[2]
    for bad in (token[:-1], "A" + token, other, unknown, "", "\x00é"):
        with pytest.raises(ForgedLinkError):
            LINKS.read(bad, 1000)
