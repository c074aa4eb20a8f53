"""Checking and loading rules: unchanged files by whole processes, one edited customer among ten thousand in one process.

The peer of a load is a full Lark parse of the same text, with the same tables and tree builder, and nothing else.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dsl.cut import cut
from dsl.load import Loader
from tests.dsl.larks_loop import lark

ROOT = Path(__file__).resolve().parents[1]
CUSTOMERS = 10_000
PROCESSES = 15
EDITS = 25

HEAD = """\
language 1
priorities critical, high, normal, low
person duty-manager "Duty manager" {
  email "duty@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier standard "Standard" {
  calendar office
  target critical, high response within 1h on always
  target normal, low resolution within 3bd
}
"""


def site(customers: int) -> str:
    """A rule file with that many customers."""
    blocks = [
        f'customer c{n:05} "Customer {n}" {{\n  alias "CUST-{n:05}", "Customer number {n}"\n  zone Europe/Berlin\n'
        f"  tier standard from 2026-01-01\n  account-manager duty-manager\n}}\n"
        for n in range(customers)
    ]
    return "\n".join([HEAD, *blocks])


def process(*arguments: str, cache: Path) -> float:
    """Median seconds of a whole process, after one that warms the caches."""
    command = [str(Path(sys.executable).with_name("sla")), *arguments]
    environment = {**os.environ, "SLA_CACHE_DIR": str(cache)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return statistics.median(timed(command, environment) for _ in range(PROCESSES))


def timed(command: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def reload_times(path: Path, text: str) -> list[float]:
    """Seconds from bytes on disk to the new rule set, for edits of one customer each."""
    loader = Loader()
    loader.load(path)
    times = []
    for step in range(EDITS):
        number = step * 397 % CUSTOMERS
        path.write_text(text.replace(f'"CUST-{number:05}"', f'"CHANGED-{number:05}"'))
        begin = time.perf_counter()
        loaded = loader.load(path)
        times.append(time.perf_counter() - begin)
        assert loaded.ruleset is not None
        assert loaded.ruleset.customers[f"c{number:05}"].aliases[0] == f"CHANGED-{number:05}"
        path.write_text(text)
        loader.load(path)
    return times


def full_parse(text: str) -> float:
    """Seconds of parsing every declaration with Lark."""
    by_lark = lark()
    begin = time.perf_counter()
    trees = [by_lark.parse(piece) for piece in cut(text).texts]
    assert len(trees) > CUSTOMERS
    return time.perf_counter() - begin


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    text = site(CUSTOMERS)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        big, small = Path(folder) / "big.rules", Path(folder) / "small.rules"
        big.write_text(text)
        small.write_text(site(5))
        bare = statistics.median(
            timed([sys.executable, "-c", "pass"], dict(os.environ)) for _ in range(PROCESSES)
        )
        against = f"an empty Python process: {bare * 1000:.0f} ms"
        rows = [
            (
                f"`sla check` of {CUSTOMERS:,} unchanged customers ({len(text) / 1e6:.1f} MB), whole process",
                "0.15 s",
                process("check", str(big), cache=cache),
            ),
            (
                "`sla check` of a small file, whole process",
                "0.12 s",
                process("check", str(small), cache=cache),
            ),
            ("`sla --version`, whole process", "0.08 s", process("--version", cache=cache)),
        ]
        parsing = full_parse(text)
        again = statistics.median(reload_times(big, text))
    return [
        *((work, reach, f"{seconds:.3f} s", against) for work, reach, seconds in rows),
        (
            f"load after editing 1 of {CUSTOMERS:,} customers, bytes to new rule set",
            "15 ms (with graph and re-planning), 100x less than a full Lark parse",
            f"{again * 1000:.1f} ms",
            f"full Lark parse {parsing:.2f} s: {parsing / again:.0f}x",
        ),
    ]
