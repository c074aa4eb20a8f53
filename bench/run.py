"""Measure everything that docs/performance.md speaks of, with peers in the same run: `make bench`, or name some of them.

Each `bench_*.py` has `run()`, which answers rows of (work, reach, measured, against what). Figures are printed, never asserted.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def machine() -> str:
    """What this was measured on, in one line."""
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def main(wanted: list[str]) -> None:
    sys.path[:0] = [str(HERE.parent), str(HERE)]
    names = sorted(path.stem for path in HERE.glob("bench_*.py"))
    unknown = [name for name in wanted if f"bench_{name}" not in names]
    if unknown:
        raise SystemExit(
            f"no such benchmark: {', '.join(unknown)}; there are {', '.join(name[6:] for name in names)}"
        )
    print(machine(), end="\n\n")
    print("| work | reach | measured | against |\n|---|---|---|---|")
    for name in names:
        if wanted and name[6:] not in wanted:
            continue
        for row in importlib.import_module(name).run():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
