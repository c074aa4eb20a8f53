"""What is painted: the picture that is shown, and a newer one that waits while painting is paused."""

from __future__ import annotations

from dataclasses import replace

from tui.feed import Failure, Picture
from tui.screens.page import Scene
from tui.status import Situation
from tui.view import Arranged


class Painting:
    """`situation` and `arranged` are of the picture that is shown; while it is held the latest one after it waits."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.arranged: Arranged | None = None
        self._waiting: Picture | None = None

    @property
    def held(self) -> bool:
        """Whether the picture stands still."""
        return self.situation.held_at is not None

    def scene(self, now: int) -> Scene:
        """What screens paint at `now`; a held picture is of when it was held."""
        held_at = self.situation.held_at
        return Scene(self.situation, self.arranged, now if held_at is None else held_at)

    def show(self, picture: Picture) -> bool:
        """Show a picture; whether more than time has changed with it."""
        before = self.situation
        self.arranged = picture.arranged or self.arranged
        self.situation = replace(
            before,
            snapshot=picture.snapshot,
            engine=picture.engine,
            unread=picture.unread,
            looked_at=picture.at,
            failure=None,
        )
        same = picture.snapshot is before.snapshot and picture.arranged is None
        known = (before.engine, before.unread, before.failure)
        return not same or known != (picture.engine, picture.unread, None)

    def fail(self, failure: Failure) -> None:
        """No picture came; what was seen stays."""
        self.situation = replace(self.situation, failure=failure)

    def count_unsaved(self, actions: int) -> None:
        """So many actions are on their way."""
        self.situation = replace(self.situation, waiting=actions)

    def hold(self, now: int) -> None:
        """Let the picture stand still from `now` on."""
        self.situation = replace(self.situation, held_at=now, behind=0)

    def wait(self, picture: Picture) -> None:
        """Keep a picture that came meanwhile, with the latest rows that did."""
        kept = picture.arranged or (self._waiting.arranged if self._waiting else None)
        news = picture.arranged is not None
        self._waiting = replace(picture, arranged=kept)
        self.situation = replace(self.situation, behind=self.situation.behind + news, failure=None)

    def release(self) -> Picture | None:
        """Let the picture go; the one that waited, if one did."""
        self.situation = replace(self.situation, held_at=None, behind=0)
        waited, self._waiting = self._waiting, None
        return waited
