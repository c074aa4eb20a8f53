"""A site whose contracts are compared before and after an edit."""

from __future__ import annotations

from dsl.load import load_texts
from engine.contract.difference import Difference, difference
from engine.graph import Graph
from tui.commands.diff import lines

SITE = """\
language 1
priorities critical, high, low
statuses {
  working "Open"
  waiting "Waiting", "Vendor"
  resolved "Resolved"
}
field vip flag
field site text
person ann {
  email "ann@msp.example"
}
team noc {
  lead ann
}
holidays closures {
  day 2026-12-24 "Christmas Eve"
  yearly 12-31
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-thu 08:00-18:00
  open fri 08:00-12:00, 13:00-16:00
  holidays closures
}
calendar shop {
  zone Europe/London
  open mon-sun 10:00-20:00
}
metric workaround {
  start on opened
  stop on workaround-provided
}
pause wait {
  when status is waiting and not vip
  stops resolution, workaround
  limit 10bd
}
escalation desk {
  at warning of response notify noc via inbox
  at breach of resolution reassign to lead of noc when site == "lab" only in shop hours
  at 1h past resolution escalate to management
  stop when status is resolved
}
team management {
  lead ann
}
tier silver "Silver" {
  calendar office
  target critical response within 1h on always
  target high, low response within 4h
  target critical resolution within 8h on always
  target high resolution within 2bd
  target low resolution within 5bd
  target low resolution within 10bd when site == "lab"
  target critical workaround within 2h on always
  warn at 50%, 75%
  pause by wait
  reopen resumes
  escalate via desk
}
tier gold {
  like silver
  target critical resolution within 4h on always
}
default tier silver
group retail {
  zone Europe/Berlin
  tier silver
  override sale from 2026-06-01 until 2026-07-01 {
    target high resolution within 6h on shop
  }
}
customer acme "Acme GmbH" {
  alias "ACME"
  zone Europe/Berlin
  tier gold from 2026-01-01 until 2028-01-01
  override peak from 2026-11-15 until 2027-01-06 {
    reason "CHG-1"
    target critical resolution within 2h on always
  }
}
customer globex {
  group retail
}
customer initech {
  group retail
}
"""


def changes(before: str, after: str) -> list[Difference]:
    graphs = []
    for text in (before, after):
        loaded = load_texts("sla.rules", {"sla.rules": text})
        assert loaded.ruleset is not None, loaded.diagnostics
        graphs.append(Graph.compile(loaded))
    return difference(graphs[0], graphs[1])


def said(before: str, after: str) -> list[str]:
    return [line for one in changes(before, after) for line in lines(one)]


def edited(*pairs: tuple[str, str], text: str = SITE) -> str:
    """The text with the second of each pair in the place of the first, which must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text
