"""The decision table of ten thousand customers: looked through, shown whole, and compared with another.

Half of the customers only name a tier; the others have overrides of their own, so that their terms cannot be shared. Credits are a share
of each one's retainer.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dsl.collector import uncollected
from dsl.load import load, load_texts
from engine.analyse.analysis import analyse
from engine.contract.difference import difference
from engine.contract.table import Contract
from engine.graph import Graph
from engine.wall import parse_instant
from tui.contract_table import Tables
from tui.export import write

CUSTOMERS = 10_000
TODAY = parse_instant("2026-11-26T10:00Z")

HEAD = """\
language 1
priorities critical, high, normal, low
statuses {
  working "New", "Open"
  waiting "Waiting on Customer"
  resolved "Resolved"
}
field vip flag
field site text
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
pause waiting-customer {
  when status is waiting
  stops resolution
  limit 10bd
}
tier silver {
  calendar office
  target critical, high response within 1h on always
  target critical, high resolution within 8h on always
  target normal, low response within 8h
  target normal, low resolution within 3bd
  pause by waiting-customer
}
tier gold {
  like silver
  target critical resolution within 4h on always
  target high response within 30m on always when vip
  uptime 99.9% per month on always excluding maintenance
  credits standard
}
service mail {
}
credits standard {
  uptime below 99.9% pays 5% of retainer
  uptime below 99.5% pays 10% of retainer
  breach of resolution for critical pays EUR 250.00 each
  cap 30% of retainer per month
}
group branches {
  tier silver
}
"""


def site(customers: int) -> str:
    """A rule file with that many customers."""
    blocks = [HEAD]
    for n in range(customers):
        lines = ["  zone Europe/Berlin", "  tier gold from 2026-01-01" if n % 3 else "  group branches"]
        lines.append(f"  retainer EUR {1000 + n}.00 per month from 2026-01-01")
        if n % 2:
            lines += [
                f"  override peak from 2026-11-{1 + n % 28:02} until 2027-01-06 {{",
                f"    target critical resolution within {60 + n % 97}m on always",
                f'    target high resolution within 2h on always when site == "site-{n % 501}"',
                "  }",
            ]
        blocks.append(f'customer c{n:05} "Customer {n}" {{\n' + "\n".join(lines) + "\n}")
    return "\n".join(blocks) + "\n"


def timed(work: Callable[[], Any]) -> tuple[str, Any]:
    """How long it takes, on the wall and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    with uncollected():
        answer = work()
    return f"{time.perf_counter() - wall:.2f} s ({time.process_time() - cpu:.2f} s of the processor)", answer


def command(*arguments: str) -> str:
    """The time of a command in this process, rules read from disk."""
    from tui.group import sla

    seconds, done = timed(lambda: CliRunner().invoke(sla, list(arguments)))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return seconds


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    text = site(CUSTOMERS)
    edited = text.replace("within 4h", "within 3h").replace("from 2026-11-01", "from 2026-11-02")
    loading, loaded = timed(lambda: load_texts("sla.rules", {"sla.rules": text}))
    changed = Graph.compile(load_texts("sla.rules", {"sla.rules": edited}))
    analysing, found = timed(lambda: analyse(loaded, Graph.compile(loaded), TODAY))
    contract = Contract(Graph.compile(loaded))
    showing, table = timed(
        lambda: write(Tables(contract, origins=True).flat(contract.customers, None), "csv")
    )
    comparing, differences = timed(lambda: difference(Graph.compile(loaded), changed))
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder) / "one.rules", Path(folder) / "other.rules"
        one.write_text(text)
        other.write_text(edited)
        load(one)
        whole = {
            "`sla analyse`": command("analyse", str(one)),
            "`sla matrix --format csv`": command("matrix", "--rules", str(one), "--format", "csv"),
            "`sla diff`": command("diff", str(one), str(other)),
        }
    name = f"{CUSTOMERS:,} customers, half with overrides"
    rows = table.count("\n") - 1
    touched = sum(len(one.places) for one in differences)
    return [
        (
            f"analysis of {name}",
            "5 s",
            analysing,
            f"loading them {loading}; {len(found):,} findings",
        ),
        (f"decision table of {name} as CSV", "", showing, f"{rows:,} rows"),
        (
            f"difference of two rule sets of {name}",
            "",
            comparing,
            f"{len(differences):,} differences, {touched:,} places",
        ),
        *(
            (f"{what}, rules read and checked", "5 s" if "analyse" in what else "", seconds, "")
            for what, seconds in whole.items()
        ),
    ]
