"""The tables of what leaves the building: closed months, what they came to, and reports. Plain constants.

`closings` are months that were closed, `closed_clocks` what was told of each clock then. `settlements` are what each of them came to,
with the uptimes (`closed_uptimes`) and the lines (`closed_credits`) of its statement. Amounts are decimal texts.

`publications` are the reports that
customers may have, as bytes; `report_schedules` says since when a declared report is made, `report_runs` of what period and for whom it was.
"""

from __future__ import annotations

CLOSINGS = (
    """
    CREATE TABLE closings (
      id INTEGER PRIMARY KEY,
      period TEXT NOT NULL,        -- a month like 2026-10
      customer TEXT NOT NULL,      -- '': all that have no closing of their own
      zone TEXT NOT NULL,
      start INTEGER NOT NULL,
      until INTEGER NOT NULL,
      at INTEGER NOT NULL,
      rules TEXT NOT NULL,         -- digest
      data TEXT NOT NULL,          -- SHA-256 of what it told
      mark INTEGER NOT NULL,       -- tickets written after this writing may have changed
      UNIQUE (period, customer)
    ) STRICT
    """,
    """
    CREATE TABLE closed_clocks (
      closing INTEGER NOT NULL REFERENCES closings (id),
      customer TEXT NOT NULL,
      ticket TEXT NOT NULL,        -- its key: the ticket itself may be archived
      metric TEXT NOT NULL,
      cycle INTEGER NOT NULL,
      grouped TEXT NOT NULL,
      tier TEXT NOT NULL,
      priority TEXT NOT NULL,
      team TEXT NOT NULL,
      state TEXT NOT NULL,
      started INTEGER NOT NULL,
      stopped INTEGER,
      target INTEGER NOT NULL,
      due INTEGER,
      decided INTEGER,
      reason TEXT,                 -- NULL: not excused
      person TEXT,
      standing TEXT,               -- NULL: taken back
      was TEXT,
      of_period TEXT NOT NULL,     -- of a correction, else ''
      PRIMARY KEY (closing, of_period, customer, ticket, metric, cycle)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX closed_clocks_ticket ON closed_clocks (ticket)",
    "CREATE INDEX tickets_customer ON tickets (customer)",
)

SETTLEMENTS = (
    """
    CREATE TABLE settlements (
      closing INTEGER PRIMARY KEY REFERENCES closings (id),
      title TEXT NOT NULL,         -- of the customer
      retainer TEXT,               -- NULL: none
      currency TEXT NOT NULL,
      facts TEXT NOT NULL,         -- SHA-256 of the outages and notices that it was counted from
      digest TEXT NOT NULL         -- SHA-256 of retainer, uptimes and lines
    ) STRICT
    """,
    """
    CREATE TABLE closed_uptimes (
      closing INTEGER NOT NULL REFERENCES settlements (closing),
      number INTEGER NOT NULL,
      service TEXT NOT NULL,       -- '' for all
      share INTEGER NOT NULL,      -- millionths that are promised
      rolling INTEGER,             -- seconds, NULL: the month
      calendar TEXT NOT NULL,
      excluding INTEGER NOT NULL,
      start INTEGER NOT NULL,
      until INTEGER NOT NULL,
      agreed INTEGER NOT NULL,
      elapsed INTEGER NOT NULL,
      measured INTEGER NOT NULL,
      down INTEGER NOT NULL,
      excluded INTEGER NOT NULL,
      unannounced INTEGER NOT NULL,
      outages INTEGER NOT NULL,
      lasting INTEGER NOT NULL,
      failures TEXT NOT NULL,      -- JSON array of [start, end)
      PRIMARY KEY (closing, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE closed_credits (
      closing INTEGER NOT NULL REFERENCES settlements (closing),
      number INTEGER NOT NULL,
      of_period TEXT NOT NULL,     -- of a correction, else ''
      rule TEXT NOT NULL,
      because TEXT NOT NULL,
      amount TEXT NOT NULL,
      currency TEXT NOT NULL,
      credits TEXT NOT NULL,
      service TEXT NOT NULL,
      tickets TEXT NOT NULL,       -- JSON array of keys
      origin TEXT NOT NULL,        -- file:line of the rule
      PRIMARY KEY (closing, number)
    ) STRICT, WITHOUT ROWID
    """,
)

PUBLICATIONS = (
    """
    CREATE TABLE publications (
      id INTEGER PRIMARY KEY,
      customer TEXT NOT NULL,      -- declared
      title TEXT NOT NULL,
      report TEXT NOT NULL,        -- declared, '' for one made by hand
      period TEXT NOT NULL,
      start INTEGER NOT NULL,
      until INTEGER NOT NULL,
      format TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      made INTEGER NOT NULL,
      published_at INTEGER NOT NULL,
      published_by TEXT NOT NULL,
      withdrawn_at INTEGER,        -- NULL: the customer may have it
      withdrawn_by TEXT NOT NULL,
      rules TEXT NOT NULL,         -- digest
      content BLOB NOT NULL,       -- empty once it was erased; last, so that a list reads none of it
      CHECK (customer <> '')
    ) STRICT
    """,
    "CREATE INDEX publications_current ON publications (customer, period) WHERE withdrawn_at IS NULL",
)

REPORT_RUNS = (
    "CREATE TABLE report_schedules (report TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE report_runs (
      report TEXT NOT NULL,
      period TEXT NOT NULL,
      customer TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (report, period, customer)
    ) STRICT, WITHOUT ROWID
    """,
)
