"""Reading and checking a megabyte, and formatting it: of every kind of declaration as short as it can be, of longer ones, of conditions and
lists without end, of what is wrong, and of lines of the grammar at random that are said again and again.

Processor time of one process, the best of three. The peer is Lark's own loop over the same declarations, with the same grammar and tree
builder, which checks and builds nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from dsl.cut import cut
from dsl.format import format_text
from dsl.load import load_texts
from tests.dsl.fuzzing import said_again
from tests.dsl.larks_loop import lark

SIZE = 1_000_000
TIMES = 3
SEEDS = 100
HEAD = """\
language 1
priorities critical, high
field impact number
field vip flag
pause waiting {
  when status is waiting
  stops resolution
}
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
    "group and a customer of it": "group g-{n} {{\n  tier gold\n}}\ncustomer c-{n} {{\n  group g-{n}\n}}\n",
    "escalation and a tier that climbs it": "escalation e-{n} {{\n  at breach of resolution notify p via inbox\n}}\n"
    "tier t-{n} {{\n  like gold\n  escalate via e-{n}\n}}\n",
    "customer": "customer c-{n} {{\n  tier gold\n}}\n",
    "service": "service s-{n} {{\n}}\n",
    "maintenance": "maintenance m-{n} {{\n  window sun 02:00-06:00 zone UTC\n}}\n",
    "credits": "credits c-{n} {{\n  uptime below 99.9% pays EUR 5\n}}\n",
    "renegotiation": "renegotiation r-{n} {{\n  when breaches above 5 per month\n}}\n",
    "check": 'check "c{n}" {{\n  customer "x" priority critical expect resolution within 4h\n}}\n',
    "scenario": 'scenario "s{n}" {{\n  zone UTC\n  ticket t customer "x" priority critical\n  at 2026-01-01 00:00 opened\n'
    "  expect resolution due 2026-01-01 04:00\n}}\n",
}
TARGET = "  target critical resolution within 1h on always when "
DENSE = {
    "lists of 330 values": "tier t-{n} {{\n"
    + TARGET
    + "impact in ["
    + ", ".join(map(str, range(330)))
    + "]\n}}\n",
    "150 alternatives": "tier t-{n} {{\n" + TARGET + " or ".join(["vip"] * 150) + "\n}}\n",
    "150 parts": "tier t-{n} {{\n" + TARGET + " and ".join(["vip"] * 150) + "\n}}\n",
    "48 brackets": "tier t-{n} {{\n" + TARGET + "(" * 48 + "vip" + ")" * 48 + "\n}}\n",
    "1,000 targets of one value each": "tier t-{n} {{\n"
    + "".join(f'{TARGET}category == "c{value}"\n' for value in range(1000))
    + "}}\n",
    "50 targets of one range each": "tier t-{n} {{\n"
    + "".join(f"{TARGET}impact > {value} and impact < {value + 2}\n" for value in range(0, 100, 2))
    + "}}\n",
    "1,000 steps that reassign": "escalation e-{n} {{\n"
    + "".join(f"  at {minute}m past resolution reassign to p\n" for minute in range(1, 1001))
    + "}}\n",
    "800 overrides at once": "customer c-{n} {{\n  tier gold\n"
    + "".join(f'  override o-{o} {{{{\n  {TARGET}category == "c{o}"\n  }}}}\n' for o in range(800))
    + "}}\n",
}
WRONG = {
    "customers of no tier": "customer c-{n} {{\n  tier gald\n}}\n",
    "misspelt lines": "tier t-{n} {{\n  traget critical resolution within 1h\n}}\n",
    "files that are not there": 'include "a{n}.rules"\n',
    "countries that are not there": "holidays h-{n} {{\n  country ZZ subdivision x\n}}\n",
    "lists that are not closed": "tier t-{n} {{\n  target critical resolution within 1h on always when a in ["
    + "1, " * 330
    + "1\n}}\n",
    "twenty misspelt lines in a tier": "tier t-{n} {{\n" + "  critical\n" * 20 + "}}\n",
    "zones that are not there": "customer c-{n} {{\n  zone Mars/Base{n}\n}}\n",
    "lists of names that nobody declares": "tier t-{n} {{\n  pause by " + "a, " * 32_000 + "a\n}}\n",
}


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    rows = [_row(f"1 MB of {shape}", repeated(pattern)) for shape, pattern in LONGER.items()]
    short = {shape: repeated(pattern) for shape, pattern in SHORT.items()}
    times = {shape: seconds(text) for shape, text in short.items()}
    slowest = max(times, key=lambda shape: times[shape])
    rows.append(
        _row(
            f"1 MB of the shortest declarations of a kind; of {len(SHORT)} the slowest: {slowest}",
            short[slowest],
        )
    )
    rows += [_row(f"1 MB of {shape}", repeated(pattern)) for shape, pattern in DENSE.items()]
    rows += [_row(f"1 MB of {shape}", repeated(pattern), peer=False) for shape, pattern in WRONG.items()]
    return [*rows, _at_random()]


def _at_random() -> tuple[str, str, str, str]:
    """The slowest of many, each read once to find it."""
    found = []
    for seed in range(SEEDS):
        text = said_again(random.Random(f"megabyte {seed}"), SIZE)
        begin = time.process_time()
        load_texts("sla.rules", {"sla.rules": text})
        between = time.process_time()
        format_text(text)
        found.append((between - begin, time.process_time() - between, text))
    read = max(found, key=lambda one: one[0])[2]
    formatted = max(found, key=lambda one: one[1])[2]
    measured = f"{seconds(read):.2f} s; formatted in {best(lambda: format_text(formatted)):.2f} s"
    return f"1 MB of lines of the grammar, said again and again; of {SEEDS} the slowest", "1 s", measured, ""


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
    formatted = best(lambda: format_text(text))
    measured = f"{seconds(text):.2f} s; formatted in {formatted:.2f} s"
    return f"{what} ({len(pieces):,} declarations)", "1 s", measured, against
