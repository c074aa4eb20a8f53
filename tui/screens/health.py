"""SLA Health: compliance, what is breached and approaching, and what the next hours bring."""

from __future__ import annotations

from collections.abc import Sequence

from tui.export import Sheet
from tui.line import Line
from tui.screens.page import Scene, TextPage
from tui.view_health import health_page, health_sheet


class HealthPage(TextPage):
    NAME = "Health"

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        return health_page(
            scene.situation.snapshot, scene.now, scene.situation.zone, self.setting.glyphs, cells
        )

    def sheet(self) -> Sheet | None:
        snapshot = self.scene.situation.snapshot if self.scene else None
        return health_sheet(snapshot.health) if snapshot and snapshot.health else None
