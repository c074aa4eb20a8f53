"""SLA Health: compliance, what is breached and approaching, what the next hours bring, and uptime against commitment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tui.export import Sheet
from tui.feed import Failure, Source
from tui.figures import UPTIMES
from tui.line import Line
from tui.screens.page import Scene, Setting, TextPage
from tui.view_health import health_page, health_sheet
from tui.view_uptime import Uptime, uptimes

if TYPE_CHECKING:
    from tui.view_customers import Customers


class HealthPage(TextPage):
    NAME = "Health"
    LASTS = UPTIMES

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._uptimes: Sequence[Uptime] | None = None
        self._hungry = False

    @property
    def question(self) -> Callable[[Source], Customers]:
        return lambda source: source.customers(months=False)

    def took(self, answer: Any) -> None:  # noqa: ANN401 - as in Page
        self._hungry = not isinstance(answer, Failure) and answer.more
        if not isinstance(answer, Failure):  # that the store cannot be read stands in a banner
            scorecards = (item.scorecard for item in answer.entries)
            self._uptimes = uptimes((scorecard.title, scorecard.uptime) for scorecard in scorecards)
            if self.scene is not None:
                self.paint(self.scene)

    @property
    def hungry(self) -> bool:
        return self._hungry

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        situation = scene.situation
        return health_page(
            situation.snapshot, scene.now, situation.zone, self.setting.glyphs, cells, self._uptimes
        )

    def sheet(self) -> Sheet | None:
        snapshot = self.scene.situation.snapshot if self.scene else None
        return health_sheet(snapshot.health, self._uptimes or ()) if snapshot and snapshot.health else None
