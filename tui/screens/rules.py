"""Rules: what is in force, what is wrong on disk, and what the last reload moved."""

from __future__ import annotations

from collections.abc import Sequence

from tui.export import Sheet
from tui.line import Line
from tui.screens.page import Scene, TextPage
from tui.view_rules import rules_page, rules_sheet


class RulesPage(TextPage):
    NAME = "Rules"

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        return rules_page(
            scene.situation.snapshot, scene.now, scene.situation.zone, self.setting.glyphs, cells
        )

    def sheet(self) -> Sheet | None:
        snapshot = self.scene.situation.snapshot if self.scene else None
        return rules_sheet(snapshot.rules) if snapshot else None
