"""A year of tickets reported to each of 1,000 customers, and one customer's month, against the counts alone in plain SQL.

Whole processes, as somebody runs them. SLA_BENCH_REPORT is how many tickets, SLA_BENCH_REPORT_FORMATS which formats.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from report_store import CUSTOMERS, make

TICKETS = int(os.environ.get("SLA_BENCH_REPORT", "200000"))
WANTED = os.environ.get("SLA_BENCH_REPORT_FORMATS", "csv,pdf").split(",")
YEAR = ("--from", "2025-01-01T00:00Z", "--to", "2026-01-01T00:00Z")
RUNS = 5
COUNT = """
SELECT customer, sum(clocks.state = 'met'), sum(clocks.state = 'missed')
FROM clocks JOIN tickets ON tickets.id = ticket
WHERE decided >= unixepoch('2025-01-01') AND decided < unixepoch('2026-01-01') GROUP BY customer
"""
_HERE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Our surroundings, with compiled files kept from run to run, as users have them."""


def sla(folder: Path, *arguments: str) -> tuple[float, float, float]:
    """Seconds that a command takes, those of processors, and the most memory of one of the processes so far, in MB."""
    root = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-c", "from tui.cli import main; main()", *arguments]
    before, begin = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env={**_HERE, "PYTHONPATH": root}, check=True, capture_output=True)
    took, after = time.perf_counter() - begin, getrusage(RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, spent, after.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def counted(folder: Path) -> tuple[dict[str, tuple[int, int]], float]:
    """Met and missed clocks by customer, in plain SQL, and the seconds that it takes."""
    begin = time.perf_counter()
    with closing(sqlite3.connect(folder / "sla.db")) as connection:
        found = {name: (met, missed) for name, met, missed in connection.execute(COUNT)}
    return found, time.perf_counter() - begin


def told(folder: Path) -> dict[str, tuple[int, int]]:
    """The same as the reports of a folder have it: what was excused was missed too."""
    found = {}
    for item in json.loads((folder / "manifest.json").read_text())["files"]:
        if item["format"] == "csv":
            with (folder / item["file"]).open(encoding="utf-8", newline="") as file:
                total = next(csv.DictReader(file))
            found[item["customer"]] = (int(total["met"]), int(total["missed"]) + int(total["excluded"]))
    return found


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, peer)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, TICKETS)
        formats = [word for form in WANTED for word in ("--format", form)]
        each = ["report", *YEAR, "--each-customer", *formats, "--output", "out"]
        wall, spent, peak = sla(folder, *each)
        plain, seconds = counted(folder)
        if (
            "csv" in WANTED
            and {name: counts for name, counts in told(folder / "out").items() if any(counts)} != plain
        ):
            raise AssertionError("reports and SQL differ")
        size = sum(path.stat().st_size for path in (folder / "out").iterdir())
        whole, whole_spent, _ = sla(folder, "report", *YEAR, "--output", "all.csv")
        month = ("report", "--period", "2025-06", "--customer", "c5", "--output", "c5.csv")
        months = sorted(sla(folder, *month) for _ in range(RUNS))
        empty = min(_empty() for _ in range(RUNS))
    return [
        (
            f"a year of {TICKETS:,} tickets reported to each of {CUSTOMERS:,} customers, {' and '.join(WANTED)}, whole process",
            "1,000,000 tickets in 3 min on two cores",
            f"{wall:.1f} s ({spent:.1f} s of processor time, {spent / CUSTOMERS * 1000:.0f} ms a customer); a process has {peak:.0f} MB at most; {size / 1e6:.0f} MB of files",
            f"met and missed by customer alone, plain SQL: {seconds:.1f} s; equal",
        ),
        (
            "the same year in one CSV of everybody",
            "",
            f"{whole:.1f} s ({whole_spent:.1f} s of processor time)",
            "",
        ),
        (
            "one customer's month of it, whole process",
            "1 s",
            f"{months[0][0]:.2f} s best of {RUNS}, {months[len(months) // 2][0]:.2f} s median ({min(one[1] for one in months):.2f} s of processor time)",
            f"an empty Python process: {empty * 1000:.0f} ms",
        ),
    ]


def _empty() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - begin


if __name__ == "__main__":
    for line in run():
        print(*line, sep=" | ")
