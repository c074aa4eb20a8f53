"""Work in other processes: what comes home, and what is left when nobody is there any more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.processes import spread

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
from engine.processes import spread
from tests.engine.test_processes import number_of_mine
if __name__ == "__main__":
    for number in spread(number_of_mine, [0, 60], 1):
        print(number, flush=True)
"""


def no(item):
    if item:
        raise EngineError(f"no {item}", help="none", exit_code=3)
    return item


def gone(_):
    os._exit(9)


def number_of_mine(seconds):
    time.sleep(seconds)
    return os.getpid()


def test_errors_come_home_in_words():
    with pytest.raises(EngineError, match="no 1") as caught:
        list(spread(no, [0, 1], 1))
    assert (caught.value.help, caught.value.exit_code) == ("none", 3)
    with pytest.raises(EngineError, match="was ended from outside"):
        list(spread(gone, [1], 1))


def test_when_the_first_is_killed_the_others_end(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(child, 0)
    parent.kill()
    parent.wait()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{child}/stat").exists() and ") Z " in Path(f"/proc/{child}/stat").read_text():
            break  # whoever takes orphans over has not looked yet
        time.sleep(0.05)
    else:
        pytest.fail("the child works on for nobody")
