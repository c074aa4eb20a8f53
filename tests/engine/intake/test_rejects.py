"""The file of refused rows."""

from __future__ import annotations

import json

import pytest

from engine.intake.reject import Reject, write_rejects


def test_one_object_a_line_in_plain_ascii(tmp_path):
    path = tmp_path / "x.csv.rejects"
    rejects = [Reject(3, "why", "a\x1b[31m\nb\udcff"), Reject(9, "é", "")]
    write_rejects(path, rejects)
    content = path.read_bytes()
    assert content.isascii()
    assert b"\x1b" not in content
    assert [Reject(**json.loads(line)) for line in content.splitlines()] == rejects


def test_none_removes_what_an_earlier_run_left(tmp_path):
    path = tmp_path / "x.csv.rejects"
    write_rejects(path, [Reject(1, "why", "")])
    write_rejects(path, [])
    assert list(tmp_path.iterdir()) == []
    write_rejects(path, [])


def test_all_of_it_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "x.csv.rejects"
    write_rejects(path, [Reject(1, "first", "")])
    monkeypatch.setattr("os.fsync", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_rejects(path, [Reject(2, "second", "")])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert "first" in path.read_text()
