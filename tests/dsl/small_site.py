"""A small site to load, with declarations and files of a test's own."""

from __future__ import annotations

from dsl.load import load_texts

BASE = """\
priorities critical, high, normal, low
field vip flag
field site text
person ann {
  email "ann@msp.example"
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier standard {
  calendar office
  target critical, high response within 1h on always
}
"""


def rules(text, **files):
    loaded = load_texts("sla.rules", {"sla.rules": BASE + text, **files})
    assert loaded.diagnostics == ()
    return loaded


def codes(loaded):
    return [one.code for one in loaded.diagnostics]
