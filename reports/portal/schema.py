"""The portal's own tables: who may sign in, who has, what was handed out, and who looked at what.

Whatever opens a door (a session, an invitation, a link) is here as the SHA-256 of 256 random bits that only its holder has. Instants are
UTC seconds.
"""

from __future__ import annotations

APPLICATION_ID = 0x534C4150
"""SQLite's `application_id` of a portal's database: tells it from any other file."""

FIRST = (
    """
    CREATE TABLE accounts (
      id INTEGER PRIMARY KEY,
      email TEXT NOT NULL UNIQUE,  -- case folded
      customer TEXT NOT NULL,      -- declared
      created INTEGER NOT NULL,
      password TEXT,               -- argon2id; NULL until the invitation was accepted
      revoked INTEGER,
      secret TEXT,                 -- of one-time codes; NULL without
      asked TEXT,                  -- the same, until the first code has shown that it works
      step INTEGER NOT NULL DEFAULT 0  -- of the last code that was taken
    ) STRICT
    """,
    "CREATE INDEX accounts_customer ON accounts (customer)",
    """
    CREATE TABLE recovery (
      account INTEGER NOT NULL REFERENCES accounts (id),
      code BLOB NOT NULL,
      PRIMARY KEY (account, code)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY,
      token BLOB NOT NULL UNIQUE,
      account INTEGER NOT NULL REFERENCES accounts (id),
      whole INTEGER NOT NULL,      -- 0 while a one-time code is still asked for
      began INTEGER NOT NULL,
      seen INTEGER NOT NULL,
      address TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX sessions_account ON sessions (account)",
    """
    CREATE TABLE passes (
      token BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts (id),
      purpose TEXT NOT NULL,       -- invitation or reset
      expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE links (
      id INTEGER PRIMARY KEY,
      token BLOB NOT NULL UNIQUE,
      kind TEXT NOT NULL,          -- report, badge or feed
      customer TEXT NOT NULL,
      publication INTEGER,         -- of a report
      account INTEGER REFERENCES accounts (id),  -- who made it; NULL: whoever runs the portal
      made INTEGER NOT NULL,
      expires INTEGER,             -- NULL: never
      revoked INTEGER,
      used INTEGER
    ) STRICT
    """,
    "CREATE INDEX links_customer ON links (customer)",
    "CREATE TABLE tries (key BLOB NOT NULL, at INTEGER NOT NULL) STRICT",
    "CREATE INDEX tries_key ON tries (key, at)",
    "CREATE INDEX tries_at ON tries (at)",
    """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      account INTEGER,
      link INTEGER,
      customer TEXT NOT NULL,      -- '': of nobody
      address TEXT NOT NULL,
      method TEXT NOT NULL,
      route TEXT NOT NULL,
      status INTEGER NOT NULL,
      outcome TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audit_at ON audit (at)",
)

VERSIONS: tuple[tuple[str, ...], ...] = (FIRST,)
"""The statements of every version, in order; one is only ever added at the end."""

VERSION = len(VERSIONS)
