"""What leaves the console: files, the clipboard, a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.driving import files, press, running, source, told
from tests.tui.tickets import row


@pytest.mark.parametrize(("steps", "ending"), [(0, "csv"), (1, "json"), (2, "md")])
async def test_export_writes_the_marked_rows(tmp_path: Path, steps: int, ending: str) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, "space", "space", "e", *["down"] * steps, "enter")
        (path,) = files(tmp_path)
        assert path.name == f"inbox-20260306-140209.{ending}"
        body = path.read_text(encoding="utf-8")
        assert body.count("INC100") == 2
        if ending == "json":
            assert [one["ticket"] for one in json.loads(body)] == [row(0).ticket, row(1).ticket]
        assert "written" in told(app)


@pytest.mark.parametrize("where", ["2", "3", "enter"])
async def test_every_screen_exports_and_copies(tmp_path: Path, where: str) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, where, "e", "enter")
        assert len(files(tmp_path)) == 1
        await press(pilot, "c")
        assert app.clipboard.strip()


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with running(source(), exports=tmp_path / "file") as (app, pilot):
        await press(pilot, "f8")
        assert "not written" in told(app)


async def test_copy_and_screenshot(tmp_path: Path) -> None:
    async with running(source(), exports=tmp_path) as (app, pilot):
        await press(pilot, "c")
        assert row(0).ticket in app.clipboard
        await press(pilot, "f8")
        assert (tmp_path / "tiercel-20260306-140209.svg").read_text(encoding="utf-8").startswith("<svg")
