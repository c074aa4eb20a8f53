"""What is painted while pictures come, while they are held, and after."""

from __future__ import annotations

from datetime import UTC

import pytest

from engine.snapshot import Snapshot
from tests.tui.tickets import NOW, RULES
from tui.feed import Failure, Picture
from tui.painting import Painting
from tui.status import Situation
from tui.view import Arranged, View


def picture(version: int, *, rows: bool = True, at: int = NOW) -> Picture:
    snapshot = Snapshot(NOW, version, [], 0, None, RULES)
    return Picture(snapshot, "engine", Arranged([], View(), version) if rows else None, at)


@pytest.fixture
def painting() -> Painting:
    return Painting(Situation(store="demo.db", zone=UTC))


def test_a_picture_without_rows_leaves_those_that_are_there(painting: Painting) -> None:
    first = picture(1)
    assert painting.show(first)
    assert painting.show(picture(2, rows=False))
    assert painting.arranged is first.arranged


def test_the_same_picture_again_is_only_later(painting: Painting) -> None:
    first = picture(1)
    painting.show(first)
    assert not painting.show(Picture(first.snapshot, "engine", None, NOW + 2))
    assert painting.situation.looked_at == NOW + 2
    assert painting.show(Picture(first.snapshot, "engine", None, NOW + 4, unread=1))


def test_a_failure_goes_with_the_next_picture_and_what_was_seen_stays(painting: Painting) -> None:
    first = picture(1)
    painting.show(first)
    painting.fail(Failure("the store is locked"))
    assert painting.situation.failure
    assert painting.arranged is first.arranged
    assert painting.show(Picture(first.snapshot, "engine", None, NOW))
    assert painting.situation.failure is None


def test_a_held_picture_is_of_then_and_the_last_rows_wait(painting: Painting) -> None:
    first, second = picture(1), picture(2)
    painting.show(first)
    painting.hold(NOW)
    painting.wait(second)
    painting.wait(picture(3, rows=False))
    assert painting.held
    assert painting.situation.behind == 1
    scene = painting.scene(NOW + 60)
    assert (scene.now, scene.arranged) == (NOW, first.arranged)
    waited = painting.release()
    assert waited
    assert (waited.snapshot.version, waited.arranged) == (3, second.arranged)
    assert (painting.held, painting.situation.behind, painting.release()) == (False, 0, None)
    assert painting.scene(NOW + 60).now == NOW + 60


def test_actions_on_their_way_are_told(painting: Painting) -> None:
    painting.count_unsaved(2)
    assert painting.situation.waiting == 2
