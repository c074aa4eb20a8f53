"""What the console costs: the first paint against Textual's own table, and a tick over a million rows.

Both are whole applications run without a terminal in a process of their own, imports included in the first paint.
The rows stand in memory: what is measured is the console, not the store.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

RUNS = 3
_HERE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Our surroundings, with compiled files kept from run to run, as users have them."""


def run() -> list[tuple[str, str, str, str]]:
    """Rows of the table: work, what is to be reached, what was measured, and the peer."""
    _child("ours", 1_000)  # compiles what has not been compiled
    # In turns and the best of each: whatever else the machine does hits both alike.
    pairs = [(_child("ours", 1_000)["seconds"], _child("ours", 100_000)["seconds"]) for _ in range(RUNS)]
    ours = dict(zip((1_000, 100_000), (min(times) for times in zip(*pairs, strict=True)), strict=True))
    theirs = _child("datatable", 100_000)
    tick = min(_child("tick", 1_000_000)["cpu"] for _ in range(RUNS))
    floor = _floor()
    flat = ours[100_000] / ours[1_000]
    return [
        (
            "console, first paint over 100,000 rows, process included",
            "0.6 s",
            f"{ours[100_000]:.2f} s",
            f"DataTable {theirs['seconds']:.1f} s, {theirs['seconds'] / ours[100_000]:.0f}x; import of Textual alone {floor:.2f} s",
        ),
        ("the same over 1,000 rows (flat in the row count)", "1.0x", f"{ours[1_000]:.2f} s", f"{flat:.2f}x"),
        ("console, a tick over 1,000,000 rows, CPU", "10 ms", f"{tick * 1000:.1f} ms", "-"),
    ]


def _floor() -> float:
    """Seconds that Python and the import of Textual take before anybody can paint."""
    times = []
    for _ in range(RUNS):
        before = time.monotonic()
        subprocess.run([sys.executable, "-c", "import textual.app"], check=True, env=_HERE)
        times.append(time.monotonic() - before)
    return min(times)


def _child(work: str, count: int) -> dict[str, float]:
    root = Path(__file__).resolve().parent.parent
    out = subprocess.run(
        [sys.executable, str(root / "bench" / "console_child.py"), work, str(count)],
        cwd=root,
        env=_HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(out.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    for line in run():
        print("  ".join(line))
