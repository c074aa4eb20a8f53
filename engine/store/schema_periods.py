"""The tables of outages and of closed months, as `schema` has all others.

`closings` are months that were closed, `closed_clocks` what was told of each clock then. `settlements` are what each of them came to,
with the uptimes (`closed_uptimes`) and the lines (`closed_credits`) of its statement. Amounts are decimal texts.
`outages` and `announcements` are what uptime is counted from; no ticket has to do with them.
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

OUTAGES = (
    """
    CREATE TABLE outages (
      id INTEGER PRIMARY KEY,
      service TEXT NOT NULL,       -- '' for all
      customer TEXT NOT NULL,      -- '' for all
      began INTEGER NOT NULL,
      ended INTEGER,               -- NULL while it lasts
      source TEXT NOT NULL,
      source_id TEXT NOT NULL,
      note TEXT NOT NULL,
      UNIQUE (source, source_id),
      CHECK (ended >= began)
    ) STRICT
    """,
    "CREATE INDEX outages_began ON outages (began)",
    """
    CREATE TABLE announcements (
      id INTEGER PRIMARY KEY,
      maintenance TEXT NOT NULL,   -- a declared one, '' for a window of its own
      service TEXT NOT NULL,
      customer TEXT NOT NULL,
      announced INTEGER NOT NULL,
      began INTEGER,
      ended INTEGER,
      source TEXT NOT NULL,
      source_id TEXT NOT NULL,
      note TEXT NOT NULL,
      UNIQUE (source, source_id),
      CHECK (ended >= began)
    ) STRICT
    """,
)

SETTLEMENTS = (
    """
    CREATE TABLE settlements (
      closing INTEGER PRIMARY KEY REFERENCES closings (id),
      title TEXT NOT NULL,         -- of the customer
      retainer TEXT,               -- NULL: none
      currency TEXT NOT NULL,
      since INTEGER NOT NULL,      -- the earliest instant that its uptimes look at
      facts TEXT NOT NULL,         -- SHA-256 of the outages and notices from there on
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
