"""Ladders in a small site, and what is found wrong with them."""

from __future__ import annotations

from dsl.load import load_texts

BASE = """\
priorities critical, high, normal, low
statuses {
  working "Open"
  resolved "Resolved"
}
field vip flag
person ann {
  email "ann@msp.example"
}
person bob {
}
team noc {
  lead ann
}
team management {
  lead ann
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
metric workaround {
  start on opened
  stop on workaround-provided
}
"""
TIER = """\
tier gold {
  target critical resolution within 2h on always
  target high resolution within 4h on always
  target normal resolution within 8h on always
  target low resolution within 3bd on office
  target critical, high response within 30m on always
  warn at 50%, 75%
  escalate via up
}
"""
END = "  at breach of resolution notify ann via inbox"


def found(text: str, tier: str = TIER) -> list[tuple[str, str]]:
    text = BASE + tier + text
    loaded = load_texts("sla.rules", {"sla.rules": text})
    return [(one.code, text[one.span.start : one.span.end]) for one in loaded.diagnostics]


def up(*lines: str) -> str:
    return "escalation up {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def of(*lines: str) -> list[tuple[str, str]]:
    """The findings of a ladder with these lines and one at the breach."""
    return found(up(*lines, END.strip()))
