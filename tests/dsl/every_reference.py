"""A site in which every kind of reference of the grammar stands, each in a declaration that is in use."""

from __future__ import annotations

EVERY_REFERENCE = """\
priorities critical, high, low
statuses {
  working "Open"
  waiting "Waiting"
  resolved "Resolved"
}
field vip flag
field site text
field impact number
person ann "Ann" {
  email "ann@msp.example"
}
person bob "Bob" {
  email "bob@msp.example"
}
team noc "Network operations" {
  lead ann
  senior ann, bob
  member bob
}
channel pager {
  url env PAGER_URL
}
metric visit "Visit" {
  start on seen
  stop on visited
}
holidays closures {
  yearly 12-24
}
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
  holidays closures
}
default tier base
tier base {
  calendar office
  target critical, high, low response within 2h on office when vip and (site == "a" or not impact > 3)
  target critical, high, low resolution within 8h
  target critical, high, low visit within 9h on office
}
tier gold {
  like base
  calendar office
  target critical resolution within 2h on always when status is waiting or priority in [high, low]
  pause by parked
  escalate via ladder for critical, high
  escalate via ladder
  uptime 99.9% per month on office excluding maintenance
  credits paid
}
pause parked {
  when group == retail or customer == acme and team == noc or site matches "x"
  stops resolution, visit
  limit 2h
}
escalation ladder {
  at 50% of visit for critical, high notify ann, noc, lead of noc via inbox, pager when vip skip if nobody
  at warning of resolution reassign to senior of noc
  at 30m before visit raise priority to critical only in office hours
  at breach of response reassign to bob
  stop when vip
}
group retail {
  zone Europe/Berlin
  calendar office
  tier gold
  override sale from 2026-11-15 until 2027-01-06 {
    target critical visit within 1h on office when vip
    calendar office
  }
}
customer acme {
  group retail
  zone Europe/Berlin
  calendar office
  tier gold from 2026-01-01
  account-manager ann
  retainer EUR 100.00 per month
  override peak from 2026-02-01 until 2026-03-01 {
    calendar office
    target critical, high visit within 1h on office when group == retail
  }
}
service web {
  for customer acme
  for group retail
}
maintenance patches {
  affects customer acme
  affects group retail
  affects service web
  window sun 02:00-03:00 zone UTC
  excludes uptime
}
credits paid {
  uptime below 99% pays 5% of retainer
  breach of visit for critical, high pays EUR 5 each
}
renegotiation talk {
  for customer acme
  for group retail
  for tier gold
  when compliance of visit below 90% per month
  when breaches of visit above 3 over 2 months
}
report monthly {
  every month on day 3 at 08:00 zone UTC
  for customer acme
  for group retail
  show compliance, uptime
  format pdf, csv
  share mail to ann, noc, lead of noc
}
check "promises" on 2026-06-01 {
  customer acme priority critical, high with vip true expect visit within 9h on office, no next-response
}
scenario "everything" {
  zone Europe/Berlin
  ticket t1 customer acme priority critical
  at 2026-06-01 10:00 opened with vip true, team noc
  at 2026-06-01 11:00 set priority high, group retail
  outage web for customer acme from 2026-06-01 10:00 until 2026-06-01 11:00
  maintenance patches announced 2026-05-01 10:00 from 2026-06-07 02:00 until 2026-06-07 03:00
  expect visit due never
  expect gold decides visit
  expect override peak decides visit
  expect visit running at 2026-06-01 12:00
  expect visit paused by parked at 2026-06-01 12:00
  expect visit breached by 2h at 2026-06-01 12:00
  expect no visit at 2026-06-01 12:00
  expect 50% of visit notify ann, noc, lead of noc via inbox, pager at 2026-06-01 12:00
  expect 30m before visit raise priority to critical never
  expect credits EUR 5.00 for customer acme in 2026-06
  expect no credits for customer acme in 2026-06
  expect retainer EUR 5.00 for customer acme in 2026-06
  expect no retainer for customer acme in 2026-06
}
"""
