"""Reading and checking a megabyte: of every kind of declaration as short as it can be, of longer ones, and of what is wrong.

Processor time of one process, the best of three. The peer is Lark's own loop over the same declarations, with the same tables and tree
builder, which checks and builds nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from dsl.cut import cut
from dsl.load import load_texts
from tests.dsl.larks_loop import lark

SIZE = 1_000_000
TIMES = 3
HEAD = """\
language 1
priorities critical, high
person p "P" {
  email "p@msp.example"
}
tier gold "Gold" {
  target critical resolution within 4h on always
}
default tier gold
"""
TARGETS = "".join(
    f"  target {priority} {metric} within 1h on always\n"
    for priority in ("critical", "high")
    for metric in ("response", "resolution")
)
LONGER = {
    "tiers of four targets": 'tier t-{n} "Tier {n}" {{\n' + TARGETS + "  warn at 50%, 75%\n}}\n",
    "groups with an override": 'group g-{n} "Group {n}" {{\n  tier gold\n  override o from 2026-01-01 until 2027-01-01 {{\n'
    '    reason "CHG-{n}"\n    target critical resolution within 1h on always\n  }}\n}}\n',
    "customers": 'customer c-{n} "Customer {n}" {{\n  alias "C {n}"\n  zone Europe/Berlin\n  tier gold from 2026-01-01\n}}\n',
}
SHORT = {
    "field": "field f-{n} flag\n",
    "person": 'person p-{n} {{\n  email "p{n}@msp.example"\n}}\n',
    "team": "team t-{n} {{\n  lead p\n}}\n",
    "channel": "channel c-{n} {{\n  url env A_{n}\n}}\n",
    "metric": "metric m-{n} {{\n  start on opened\n  stop on s-{n}\n}}\n",
    "holidays": "holidays h-{n} {{\n  day 2026-03-04\n}}\n",
    "calendar": "calendar c-{n} {{\n  zone UTC\n  open mon 08:00-09:00\n}}\n",
    "tier": "tier t-{n} {{\n  target critical resolution within 1h on always\n}}\n",
    "tier like another": "tier t-{n} {{\n  like gold\n}}\n",
    "pause": "pause p-{n} {{\n  when status is waiting\n  stops resolution\n}}\n",
    "escalation": "escalation e-{n} {{\n  at breach of resolution notify p via inbox\n}}\n",
    "group": "group g-{n} {{\n  tier gold\n}}\n",
    "customer": "customer c-{n} {{\n  tier gold\n}}\n",
    "service": "service s-{n} {{\n}}\n",
    "maintenance": "maintenance m-{n} {{\n  window sun 02:00-06:00 zone UTC\n}}\n",
    "credits": "credits c-{n} {{\n  uptime below 99.9% pays EUR 5\n}}\n",
    "renegotiation": "renegotiation r-{n} {{\n  when breaches above 5 per month\n}}\n",
    "check": 'check "c{n}" {{\n  customer "x" priority critical expect resolution within 4h\n}}\n',
    "scenario": 'scenario "s{n}" {{\n  zone UTC\n  ticket t customer "x" priority critical\n  at 2026-01-01 00:00 opened\n'
    "  expect resolution due 2026-01-01 04:00\n}}\n",
}
WRONG = {
    "customers of no tier": "customer c-{n} {{\n  tier gald\n}}\n",
    "misspelt lines": "tier t-{n} {{\n  traget critical resolution within 1h\n}}\n",
    "files that are not there": 'include "a{n}.rules"\n',
    "countries that are not there": "holidays h-{n} {{\n  country ZZ subdivision x\n}}\n",
    "lists that are not closed": "tier t-{n} {{\n  target critical resolution within 1h on always when a in ["
    + "1, " * 330
    + "1\n}}\n",
    "lists of names that nobody declares": "tier t-{n} {{\n  pause by " + "a, " * 32_000 + "a\n}}\n",
}


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    rows = []
    for shape, text in ((shape, repeated(pattern)) for shape, pattern in LONGER.items()):
        rows.append(_row(f"1 MB of {shape}", text))
    short = {shape: repeated(pattern) for shape, pattern in SHORT.items()}
    times = {shape: seconds(text) for shape, text in short.items()}
    slowest = max(times, key=lambda shape: times[shape])
    rows.append(
        _row(
            f"1 MB of the shortest declarations of a kind; of {len(SHORT)} the slowest: {slowest}",
            short[slowest],
        )
    )
    for shape, text in ((shape, repeated(pattern)) for shape, pattern in WRONG.items()):
        rows.append(_row(f"1 MB of {shape}", text, peer=False))
    return rows


def repeated(pattern: str) -> str:
    """A site of declarations of one shape, numbered."""
    out, size, number = [HEAD], len(HEAD), 0
    while size < SIZE:
        out.append(pattern.format(n=number))
        size += len(out[-1])
        number += 1
    return "".join(out)


def seconds(text: str) -> float:
    """Of processor time from text to rule set or diagnostics, the best of some."""
    return best(lambda: load_texts("sla.rules", {"sla.rules": text}))


def best(work: Callable[[], object]) -> float:
    found = []
    for _ in range(TIMES):
        begin = time.process_time()
        kept = work()  # to let go of it is no part of the work
        found.append(time.process_time() - begin)
        del kept
    return min(found)


def _row(what: str, text: str, *, peer: bool = True) -> tuple[str, str, str, str]:
    pieces = cut(text).texts
    by_lark = best(lambda: [lark().parse(piece) for piece in pieces]) if peer else 0.0
    against = f"Lark's own loop, parsing alone: {by_lark:.2f} s" if peer else ""
    return f"{what} ({len(pieces):,} declarations)", "1 s", f"{seconds(text):.2f} s", against
