"""A site with a scenario that passes, and one and a check that fail; and `sla test` run on it."""

from __future__ import annotations

from pathlib import Path

from tests.engine.site import RULES
from tui.cli import run

GOOD = """
scenario "a reply in time" {
  zone Europe/Berlin
  ticket t1 priority high
  at 2026-03-02 10:00 opened
  expect response due 2026-03-02 11:00  # within the hour
  at 2026-03-02 10:30 reply
  expect response met
}
"""
BAD = """
scenario "waits <&> \\"quotes\\"" {
  zone Europe/Berlin
  ticket t1 priority low
  at 2026-03-02 10:00 opened
  at 2026-03-02 11:00 set status "Waiting"
  expect   resolution running   # not while it waits
  expect resolution due never
}

check "the matrix" on 2026-03-02 {
  customer "Anybody" priority high expect response within 30m, resolution within 4h
  customer "Anybody" priority high, low expect resolution within 4h
}
"""


def in_a_site(tmp_path, monkeypatch, capsys):
    """A function of arguments, which answers the exit code and what was written; `rules` are written first unless None."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLA_CACHE_DIR", str(tmp_path / "cache"))

    def call(*arguments, rules=GOOD + BAD):
        if rules is not None:
            Path("sla.rules").write_text(RULES + rules, encoding="utf-8")
        code = run(["test", *arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return call
