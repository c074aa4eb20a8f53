"""How often signing in may be tried, by account and by address."""

from __future__ import annotations

from tests.reports.portal.world import NOW, PASSWORD, World
from tests.threads import at_once


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
    def guess(_):
        return [world.desk.limits.take("code", "1", "198.51.100.7", NOW) for _ in range(3)]

    taken = [one for found in at_once(8, guess) for one in found]
    assert taken.count(0) == 5
    assert len(taken) == 24
