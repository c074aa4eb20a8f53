"""A site with all that is promised and paid back: services, maintenance, uptime, retainers and credits."""

from __future__ import annotations

BASE = """\
priorities critical, high
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
tier gold {
  target critical resolution within 4h on always
  uptime 99.95% per month on always excluding maintenance
  uptime 99.9999% per 30d on office
  credits standard
}
tier silver {
  like gold
  uptime 99.5% per month on office
  credits small
}
credits standard {
  uptime below 99.5% pays 10.5% of retainer
  uptime below 99.95% pays 5% of retainer
  breach of resolution for critical pays EUR 250.00 each
  cap 30% of retainer per month
}
credits small {
  breach of resolution pays EUR 10 each
  cap EUR 100 per month
}
group retail {
  tier silver
  retainer EUR 100.00 per month
}
customer acme {
  tier gold
  retainer EUR 12000.00 per month from 2026-01-01 until 2027-01-01
  retainer EUR 13000.00 per month from 2027-01-01
}
customer hooli {
  group retail
}
service web "Web shop" {
  for customer acme
  for group retail
}
maintenance patches {
  affects customer acme
  affects service web
  window sat-sun 22:00-02:00, 12:00-13:00 zone Europe/Berlin
  window 2026-10-15 02:00-06:00 zone UTC
  announced 2026-09-01 12:30 zone Europe/Berlin
  excludes uptime
}
"""
