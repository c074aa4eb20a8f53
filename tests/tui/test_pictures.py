"""Pictures of the console: what a change of looks changes is seen in review. `pytest --snapshot-update` takes them anew."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from dsl.span import Span
from tests.tui.customers import customers, detail, preview, publication
from tests.tui.driving import press, running, source
from tests.tui.ladders import climbed_detail
from tests.tui.tickets import BROKEN, RULES

_TEXT = "".join(f"# rule {number}\n" for number in range(1, 14)) + "tier gold {\n  calendar ofice\n}\n"
_AT = _TEXT.index("ofice")
BROKEN_RULES = replace(
    RULES,
    broken=(
        replace(BROKEN[0], span=Span("rules/tiers.rules", _AT, _AT + 5, 15, 12, 15, 17)),
        replace(BROKEN[1], span=Span("rules/tiers.rules", _AT - 13, _AT - 1, 14, 11, 14, 12)),
    ),
    sources={"rules/tiers.rules": _TEXT},
)
CASES = {
    "inbox-80x24": ((80, 24), (), {}),
    "inbox-120x40": ((120, 40), ("down", "space", "space"), {}),
    "inbox-200x50": ((200, 50), (), {}),
    "inbox-light": ((120, 40), (), {"theme": "tiercel-light"}),
    "inbox-safe": ((100, 30), (), {"theme": "tiercel-safe"}),
    "inbox-no-color": ((80, 24), (), {}),
    "inbox-ascii-cards": ((50, 24), (), {"glyphs": "ascii"}),
    "health-120x40": ((120, 40), ("2",), {}),
    "ticket-120x40": ((120, 40), ("enter",), {}),
    "escalations-80x24": ((80, 24), ("4",), {}),
    "escalations-no-color": ((120, 40), ("4", "right", "right", "right", "space"), {}),
    "escalations-200x50": ((200, 50), ("4", "right"), {}),
    "flags-ascii": ((80, 24), ("5",), {"glyphs": "ascii"}),
    "ladder-120x40": ((120, 40), ("down", "enter"), {}),
    "rules-broken-120x40": ((120, 40), ("3",), {"rules": BROKEN_RULES}),
    "customers-80x24": ((80, 24), ("7",), {}),
    "customers-200x50": ((200, 50), ("7", "down"), {"theme": "tiercel-light"}),
    "customers-cards-no-color": ((50, 24), ("7",), {}),
    "customer-120x40": ((120, 40), ("7", "enter"), {}),
    "report-100x40": ((100, 40), ("7", "r"), {}),
    "help-80x24": ((80, 24), ("question_mark",), {}),
}


class Svg(SingleFileSnapshotExtension):
    """One picture a file."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.mark.parametrize("name", CASES)
async def test_picture(name: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    size, keys, changes = CASES[name]
    changes = dict(changes)
    if "no-color" in name:
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    fake = source(60, rules=changes.pop("rules", RULES))
    fake.details = {2: climbed_detail(1)}
    fake.scorecards, fake.about = customers(), {"customer-0": detail(0, (publication(),))}
    fake.previews = {"2026-03": preview(0)}
    async with running(fake, size=size, **changes) as (app, pilot):
        await press(pilot, *keys)
        picture = app.export_screenshot(title="tiercel", simplify=True)
    stable = re.sub(r"terminal-\d+", "terminal", picture)  # a checksum of the picture's own text
    assert stable == snapshot(extension_class=Svg)
