"""docs/tutorial.md is run from top to bottom, and says what comes out; the language of its blocks is `console`, or a file to write."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.git import ENVIRONMENT, ROOT

TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def steps():
    """What to do, in order: a file's path and text, or a command and its output."""
    for kind, path, text in BLOCKS:
        if kind != "console":
            yield path, text
            continue
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)


def expected(output):
    """What was written as a pattern: `...` stands for anything, on a line of its own for any lines."""
    lines = [
        r"(?:.*\n)*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n"
        for line in output.splitlines()
    ]
    return "".join(lines)


@pytest.fixture
def shell(tmp_path):
    place = tmp_path

    def run(command):
        nonlocal place
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'cd "$0" && {command}; code=$?; pwd > "$1"; exit $code',
                str(place),
                str(tmp_path / ".at"),
            ],
            env={
                **ENVIRONMENT,
                "SLA_CACHE_DIR": str(tmp_path / ".cache"),
                "NO_COLOR": "1",
                "HOME": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        place = (tmp_path / ".at").read_text().strip()
        assert "Traceback" not in done.stderr
        return done, place

    return run, lambda: place


def test_the_tutorial(shell):
    run, place = shell
    todo = list(steps())
    assert sum(command.startswith("sla ") for command, _ in todo) >= 10
    for what, text in todo:
        if what in {path for _, path, _ in BLOCKS if path}:
            (ROOT / place() / what).write_text(text, encoding="utf-8")
            continue
        done, _ = run(what)
        assert re.fullmatch(expected(text), done.stdout), (
            f"$ {what}\n{done.stdout}{done.stderr}\nis not\n{text}"
        )
        failed = text.startswith(("error", "scenario failed"))
        assert done.returncode == (1 if failed else 0), f"$ {what}\n{done.stderr}"


def test_it_would_notice():
    assert re.fullmatch(expected("ok: 2 ...\n...\n"), "ok: 2 tiers\nmore\n")
    assert not re.fullmatch(expected("ok: 2 tiers\n"), "ok: 3 tiers\n")
    assert not re.fullmatch(expected("a\n"), "a\nb\n")
