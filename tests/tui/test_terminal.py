"""The console on a terminal of its own: whatever ends it, the terminal is given back."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from engine.store.sqlite import SqliteStore
from tests.tui.process import sla_command

pty = pytest.importorskip("pty")

PATIENCE = 60.0
LEFT = b"\x1b[?1049l"
"""What takes a terminal out of the picture that the console painted on."""


def read_until(terminal: int, words: bytes) -> bytes:
    """What was painted up to some words, or up to the end of the program."""
    seen, end = b"", time.monotonic() + PATIENCE
    while words not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # nobody is left on the other side
                break
    return seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_given_back_to_the_shell(tmp_path: Path, number: signal.Signals) -> None:
    store = tmp_path / "sla.db"
    SqliteStore.open(store, create=True).close()
    root = Path(__file__).parents[2]
    folders = {"XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(root)}
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(folders, TERM="xterm-256color")
        os.execv(sys.executable, sla_command("console", "--store", store))
    try:
        assert b"No open tickets" in read_until(terminal, b"No open tickets")
        os.kill(child, number)
        assert LEFT in read_until(terminal, LEFT)
        read_until(terminal, b"\0")  # an end that is not waited for might wait for us to read
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(terminal)
