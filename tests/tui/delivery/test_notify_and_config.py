"""`sla notify test` and `sla config` say what is set up and whether it works."""

from __future__ import annotations

import json
import socket

from tests.tui.delivery.pager import out, records
from tui.cli import run


def test_a_channel_is_tried(site, sink, capsys):
    assert "pager: taken by the other side: 200 as you like" in out(capsys, "notify", "test", "pager")
    assert "test" in json.dumps(sink.came[0][1]).lower()
    assert "test" in out(capsys, "notify", "test", "pager", "--dry-run").lower()
    assert len(sink.came) == 1
    sink.status = 403
    assert run(["notify", "test", "pager"]) == 1
    assert "as you like" in capsys.readouterr().err
    sink.status = 503
    assert run(["notify", "test", "pager"]) == 4
    for line in (
        "notify test nope",
        "notify test inbox",
        "notify test email",
        "notify test email --to nobody",
        "notify test email --to duty-manager",
    ):
        assert run(line.split()) == 1, line
        assert "Traceback" not in capsys.readouterr().err


def test_a_channel_that_is_not_there(site, monkeypatch, capsys):
    assert run(["notify", "test", "pager"]) == 1
    assert "TEST_PAGER_URL" in capsys.readouterr().err
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TEST_PAGER_URL", f"http://127.0.0.1:{free.getsockname()[1]}/secret-path")
        assert run(["notify", "test", "pager"]) == 4
    assert "secret-path" not in capsys.readouterr().err


def test_settings_are_shown_without_secrets_and_checked(site, monkeypatch, capsys):
    (site / "sla.toml").write_text('[mail]\nhost = "smtp.msp.example"\n[channels.nowhere]\nlimit = 3\n')
    monkeypatch.setenv("SLA_MAIL__PASSWORD", "hush-hush")
    text = out(capsys, "config", "show") + out(capsys, "config", "show", "--format", "json")
    assert "hush-hush" not in text
    shown = {item["key"]: item for item in records(text.splitlines()[-1])[0]}
    assert shown["mail.host"] == {"key": "mail.host", "value": "smtp.msp.example", "from": "sla.toml"}
    assert shown["mail.password"]["value"] == "********"
    found = {
        item["key"] for item in records(out(capsys, "config", "validate", "--format", "json", code=1))[0]
    }
    assert found == {"mail.from", "TEST_PAGER_URL", "channels.nowhere"}
    (site / "sla.toml").unlink()
    monkeypatch.setenv("TEST_PAGER_URL", "https://pager.example/x")
    assert out(capsys, "config", "validate") == "nothing is missing\n"
