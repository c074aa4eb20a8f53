"""`sla` as a process of its own, from the source."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sla_command(*arguments: object) -> list[str]:
    """What starts it."""
    return [sys.executable, "-c", "from tui.cli import main; main()", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment as it is, in which the source is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@dataclass
class Program:
    """`errors` is what it said that nobody has read, once it has ended."""

    process: subprocess.Popen[str]
    errors: str = ""


@contextmanager
def going_on(folder: Path, *arguments: object) -> Iterator[Program]:
    """A command that goes on until it is told to end, and then ends well."""
    process = subprocess.Popen(
        sla_command(*arguments),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    program = Program(process)
    try:
        yield program
    finally:
        process.send_signal(signal.SIGTERM)
        _, program.errors = process.communicate(timeout=60)
    assert process.returncode == 0, program.errors
    assert "Traceback" not in program.errors
