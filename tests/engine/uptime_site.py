"""A site that promises uptime, with services and maintenance of a test's own."""

from __future__ import annotations

SITE = """\
priorities critical
calendar office {{
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}}
tier gold {{
  target critical resolution within 4h on always
  uptime 99.9% per month on always excluding maintenance
}}
tier desk {{
  target critical resolution within 4h on always
  uptime 99% per month on office
}}
tier short {{
  target critical resolution within 4h on always
  uptime 90% per 6h on office excluding maintenance
}}
group retail {{
  tier desk
}}
customer acme {{
  zone Europe/Berlin
  tier gold
}}
customer hooli {{
  group retail
}}
customer quick {{
  tier short
}}
{}"""
SERVICES = """\
service web {
}
service shop {
  for group retail
}
"""
PATCHES = """\
maintenance patches {
  affects service web
  window sun 02:00-06:00 zone Europe/Berlin
  announced 2026-01-15 09:00 zone Europe/Berlin
  excludes uptime
}
"""
