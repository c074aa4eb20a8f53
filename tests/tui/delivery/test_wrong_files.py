"""Settings that are none and stores that are none, whichever command of delivery meets them."""

from __future__ import annotations

import pytest

from tui.cli import run


@pytest.mark.parametrize(
    "command",
    ["config show", "config validate", "run --once", "deliver --once", "notify test pager", "serve"],
)
@pytest.mark.parametrize(
    ("text", "code"), [("[mail]\nhots = 1\n", 3), ("[mail\n", 3), ("[mail]\npassword = 'x'\n", 3), (None, 4)]
)
def test_settings_that_are_none(site, capsys, command, text, code):
    if text is not None:
        (site / "bad.toml").write_text(text)
    assert run([*command.split(), "--config", "bad.toml"]) == code
    caught = capsys.readouterr()
    assert "bad.toml" in caught.err
    assert "Traceback" not in caught.err


@pytest.mark.parametrize(
    "command",
    [
        "outbox",
        "outbox retry --all",
        "outbox discard 1",
        "notices",
        "notices read 1",
        "notices ack 1",
        "flags",
        "flags review T-1",
        "deliver --once",
        "deliver --dry-run",
        "run --dry-run",
    ],
)
@pytest.mark.parametrize("name", ["missing", "folder", "binary"])
def test_what_is_no_store(site, capsys, command, name):
    (site / "folder").mkdir()
    (site / "binary").write_bytes(bytes(range(256)) * 4)
    assert run([*command.split(), "--store", name]) == 4
    caught = capsys.readouterr()
    assert name in caught.err
    assert "Traceback" not in caught.err
    assert "internal error" not in caught.err
