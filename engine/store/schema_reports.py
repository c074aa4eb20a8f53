"""The tables of reports: what was published, and which declared reports were made. Plain constants.

`publications` are the reports that customers may have, as bytes; `report_schedules` says since when a declared report is made,
`report_runs` of what period and for whom it was.
"""

from __future__ import annotations

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
