"""The tables, in SQL, one tuple of statements for each version of the store.

Plain constants: the program asks `VERSION` at every start, so nothing but constants is imported here.

`tickets` holds beside a ticket's key the state that the last cycle found, with its most urgent clock, so that the
inbox is one walk along one index. `events` is the truth; everything in `tickets`, `clocks` and `alerts` but the
keys can be computed again from it, from `pins` and from `rule_sets`. `decisions` are what became of ladder steps, `outbox`
what has to be sent for them; a row is written in its decision's transaction and drained by whoever delivers.

`archive_parts` are the files that tickets of closed periods have gone to, `archived` the keys of those tickets: what is still
told of them makes no new ticket.

`column_blocks` are copies: what the events of open tickets say, as columns, `engine.store.column_blocks.SIZE` ticket ids in a block. They may
be deleted at any time.

`plans` are the rule sets whose effect on this store's history somebody has looked at.

Outages and closed months have their tables in `schema_periods`, what was published and which reports were made in `schema_reports`.

`tickets.awaits` says that a ticket awaits an engine whatever the time: 0 for events that nobody has taken in, g > 0 since
the rules of generation g were replaced. An engine claims the row.
"""

from __future__ import annotations

from engine.store.schema_periods import CLOSINGS, OUTAGES, SETTLEMENTS
from engine.store.schema_reports import PUBLICATIONS, REPORT_RUNS

APPLICATION_ID = 0x534C4101
"""SQLite's `application_id` of a store: tells it from any other database file."""

FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE tickets (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      closed INTEGER,              -- NULL until a cycle has seen the ticket
      status_class TEXT,
      tier TEXT,
      declared TEXT,               -- the declared customer, '' if unknown
      customer TEXT,               -- as people see it: the declared one, else the ticket's own text
      "group" TEXT,
      subject TEXT,
      priority TEXT,
      status TEXT,
      assignee TEXT,
      queue TEXT,
      team TEXT,
      tags TEXT,
      opened INTEGER,
      metric TEXT,                 -- from here the most urgent open clock
      cycle INTEGER,
      state TEXT,
      due INTEGER,
      warn_at INTEGER,
      target INTEGER,
      urgency INTEGER,             -- its due, or the greatest integer; NULL keeps the ticket out of the inbox
      next_at INTEGER,             -- earliest of all its clocks
      acknowledged_at INTEGER,
      snoozed_until INTEGER,
      flagged INTEGER,
      last_event INTEGER,
      written INTEGER              -- number of the writing that made all this, rising
    ) STRICT
    """,
    "CREATE INDEX tickets_urgent ON tickets (urgency, opened, key) WHERE urgency IS NOT NULL",
    "CREATE INDEX tickets_written ON tickets (written)",
    "CREATE INDEX tickets_next ON tickets (next_at, id) WHERE next_at IS NOT NULL",
    "CREATE INDEX tickets_declared ON tickets (declared) WHERE closed = 0",
    "CREATE INDEX tickets_tier ON tickets (tier) WHERE closed = 0",
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    """
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      ticket INTEGER NOT NULL REFERENCES tickets (id),
      at INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      kind TEXT NOT NULL,
      data TEXT NOT NULL,          -- JSON object
      source INTEGER NOT NULL,    -- sources.id
      source_id TEXT NOT NULL,
      UNIQUE (source, source_id)
    ) STRICT
    """,
    "CREATE INDEX events_ticket ON events (ticket)",
    "CREATE TABLE terms (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE pins (
      ticket INTEGER NOT NULL REFERENCES tickets (id),
      at INTEGER NOT NULL,
      cause TEXT NOT NULL,
      terms TEXT REFERENCES terms (digest),  -- NULL: nothing is promised
      PRIMARY KEY (ticket, at, cause)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE rule_texts (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE rule_sets (
      generation INTEGER PRIMARY KEY,
      digest TEXT NOT NULL,
      at INTEGER NOT NULL,
      root TEXT NOT NULL,
      files TEXT NOT NULL          -- JSON array of [shown path, digest in rule_texts], root first
    ) STRICT
    """,
    "CREATE INDEX rule_sets_at ON rule_sets (at)",
    """
    CREATE TABLE clocks (
      ticket INTEGER NOT NULL REFERENCES tickets (id),
      metric TEXT NOT NULL,
      cycle INTEGER NOT NULL,
      state TEXT NOT NULL,
      started INTEGER NOT NULL,
      stopped INTEGER,
      target INTEGER NOT NULL,
      due INTEGER,
      elapsed INTEGER NOT NULL,
      paused INTEGER NOT NULL,
      calendar TEXT NOT NULL,
      warn_at INTEGER,
      next_at INTEGER,
      decided INTEGER,
      PRIMARY KEY (ticket, metric, cycle)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX clocks_decided ON clocks (decided, metric, state) WHERE decided IS NOT NULL",
    "CREATE INDEX clocks_open ON clocks (state, due) WHERE state IN ('running', 'paused', 'breached')",
    """
    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY,
      ticket INTEGER NOT NULL REFERENCES tickets (id),
      metric TEXT NOT NULL,
      cycle INTEGER NOT NULL,
      threshold TEXT NOT NULL,
      at INTEGER NOT NULL,
      found INTEGER NOT NULL,
      customer TEXT NOT NULL,
      cause TEXT NOT NULL,
      UNIQUE (ticket, metric, cycle, threshold)
    ) STRICT
    """,
    """
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      alert INTEGER NOT NULL REFERENCES alerts (id),
      kind TEXT NOT NULL,
      created INTEGER NOT NULL,
      status TEXT NOT NULL DEFAULT 'waiting'
    ) STRICT
    """,
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE status = 'waiting'",
)

ESCALATIONS = (
    "DROP TABLE outbox",
    """
    CREATE TABLE decisions (
      id INTEGER PRIMARY KEY,
      ticket INTEGER NOT NULL REFERENCES tickets (id),
      metric TEXT NOT NULL,
      cycle INTEGER NOT NULL,
      ladder TEXT NOT NULL,
      step TEXT NOT NULL,
      number INTEGER NOT NULL,
      at INTEGER NOT NULL,
      found INTEGER NOT NULL,
      customer TEXT NOT NULL,
      outcome TEXT NOT NULL,
      reason TEXT NOT NULL,
      cause TEXT NOT NULL,
      UNIQUE (ticket, metric, cycle, ladder, step, number)
    ) STRICT
    """,
    """
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      ticket INTEGER REFERENCES tickets (id),
      decision INTEGER REFERENCES decisions (id),
      kind TEXT NOT NULL,
      channel TEXT NOT NULL,
      recipient TEXT NOT NULL,
      name TEXT NOT NULL,
      data TEXT NOT NULL,          -- JSON object
      created INTEGER NOT NULL,
      status TEXT NOT NULL,
      next_at INTEGER NOT NULL,    -- when it may be tried; of a claimed one when the claim was made
      attempts INTEGER NOT NULL DEFAULT 0,
      batch TEXT NOT NULL DEFAULT '',
      owner TEXT NOT NULL DEFAULT '',
      sent_at INTEGER,
      error TEXT NOT NULL DEFAULT '',
      answer TEXT NOT NULL DEFAULT '',
      read_at INTEGER,
      acknowledged_at INTEGER,
      echoed_at INTEGER
    ) STRICT
    """,
    "CREATE INDEX outbox_open ON outbox (channel, next_at, id) WHERE status IN ('waiting', 'sending')",
    "CREATE INDEX outbox_dead ON outbox (id) WHERE status = 'dead'",
    "CREATE INDEX outbox_sent ON outbox (channel, sent_at) WHERE sent_at IS NOT NULL",
    "CREATE INDEX outbox_batch ON outbox (batch) WHERE batch <> ''",
    "CREATE INDEX outbox_ticket ON outbox (ticket)",
    "CREATE INDEX outbox_inbox ON outbox (recipient, id) WHERE channel = 'inbox'",
    "CREATE TABLE used_links (token TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "ALTER TABLE tickets ADD COLUMN step TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX tickets_flagged ON tickets (id) WHERE flagged = 1",
    "CREATE INDEX tickets_assignee ON tickets (assignee) WHERE closed = 0",
)

CLAIMS = (
    "ALTER TABLE tickets ADD COLUMN awaits INTEGER",
    """
    UPDATE tickets SET awaits = 0 WHERE id IN (
      SELECT ticket FROM events
      WHERE id > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'mark'), 0)
    )
    """,
    "DELETE FROM meta WHERE key = 'mark'",
    "ALTER TABLE tickets DROP COLUMN last_event",
    "CREATE INDEX tickets_awaiting ON tickets (awaits, id) WHERE awaits IS NOT NULL",
)

ARCHIVE = (
    """
    CREATE TABLE archive_parts (
      name TEXT PRIMARY KEY,
      month TEXT NOT NULL,
      folder TEXT NOT NULL,
      tickets INTEGER NOT NULL,
      manifest TEXT NOT NULL       -- SHA-256 of its manifest
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE archived (key TEXT PRIMARY KEY, part TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE archive_restored (part TEXT NOT NULL, ticket INTEGER NOT NULL, PRIMARY KEY (part, ticket)) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX outbox_decision ON outbox (decision) WHERE decision IS NOT NULL",
)

COLUMNS = (
    """
    CREATE TABLE column_blocks (
      number INTEGER PRIMARY KEY,
      mark INTEGER NOT NULL,       -- tickets written after this writing may have changed
      format INTEGER NOT NULL,
      fields TEXT NOT NULL,        -- JSON array: what is kept of what events say
      checksum INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT
    """,
)

PLANS = (
    """
    CREATE TABLE plans (
      digest TEXT PRIMARY KEY,     -- of the rules that were planned
      base TEXT NOT NULL,          -- of those that they were compared with
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

VERSIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("first", FIRST),
    ("escalations", ESCALATIONS),
    ("claims", CLAIMS),
    ("archive", ARCHIVE),
    ("columns", COLUMNS),
    ("plans", PLANS),
    ("closings", CLOSINGS),
    ("outages", OUTAGES),
    ("settlements", SETTLEMENTS),
    ("publications", PUBLICATIONS),
    ("report runs", REPORT_RUNS),
)
"""Name and statements of every version, in order; one is only ever added at the end."""

VERSION = len(VERSIONS)
