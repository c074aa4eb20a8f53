"""Terms by their content, the versions of the rule set that made them, and which others may follow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from operator import itemgetter

from engine import terms as contents
from engine.facts import Instant
from engine.store.database import Connection
from engine.store.protocol import StoredRules
from engine.terms import Terms


class TermsShelf:
    """The terms of one connection: every digest is written and parsed once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, Terms] = {}
        self._saved: dict[int, tuple[Terms, str]] = {}

    def forget(self) -> None:
        """Drop what was remembered, after a transaction that did not come to be."""
        self._saved.clear()

    def save(self, terms: Terms) -> str:
        """Keep `terms` if they are new, inside a transaction; answer their digest."""
        # By identity first, holding on to the value so that its id stays its own: equal terms are mostly one object.
        known = self._saved.get(id(terms))
        if known is not None:
            return known[1]
        return self._keep(contents.digest(terms), terms)

    def save_all(self, terms: Iterable[Terms]) -> None:
        """Keep those that are new, in an order that is everybody's: two who keep the same must not wait for each other."""
        new = {id(item): item for item in terms if id(item) not in self._saved}
        for digest, item in sorted(
            ((contents.digest(item), item) for item in new.values()), key=itemgetter(0)
        ):
            self._keep(digest, item)

    def _keep(self, digest: str, terms: Terms) -> str:
        self._connection.execute(
            "INSERT INTO terms (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (digest, contents.to_json(terms)),
        )
        self._saved[id(terms)] = (terms, digest)
        return digest

    def get(self, digest: str) -> Terms:
        """The terms of that digest, which a pin names."""
        terms = self._read.get(digest)
        if terms is None:
            [body] = self._connection.execute("SELECT body FROM terms WHERE digest = ?", (digest,)).fetchone()
            terms = self._read[digest] = contents.from_json(body)
            self._saved[id(terms)] = (terms, digest)
        return terms

    def all(self) -> list[Terms]:
        """Every promise on the shelf."""
        digests = [
            digest for (digest,) in self._connection.execute("SELECT digest FROM terms ORDER BY digest")
        ]
        return [self.get(digest) for digest in digests]


def save_rules(connection: Connection, rules: StoredRules) -> int:
    """Keep a version, inside a transaction; answer its generation."""
    newest, digest = generation(connection)
    if digest == rules.digest:
        return newest
    texts = [(path, hashlib.sha256(text.encode()).hexdigest(), text) for path, text in rules.files.items()]
    connection.executemany(
        "INSERT INTO rule_texts (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(digest, text) for _, digest, text in texts],
    )
    connection.execute(
        "INSERT INTO rule_sets (generation, digest, at, root, files) VALUES (?, ?, ?, ?, ?)",
        (
            newest + 1,
            rules.digest,
            rules.at,
            rules.root,
            json.dumps([(path, digest) for path, digest, _ in texts]),
        ),
    )
    return newest + 1


_VERSION = "SELECT generation, digest, at, root, files FROM rule_sets"


def rules_at(connection: Connection, at: Instant | None) -> StoredRules | None:
    """The version in force at `at`, the newest if None, the first for instants before it."""
    newest = f"{_VERSION} ORDER BY generation DESC LIMIT 1"
    if at is None:
        row = connection.execute(newest).fetchone()
    else:
        row = connection.execute(newest.replace("ORDER", "WHERE at <= ? ORDER"), (at,)).fetchone()
        row = row or connection.execute(f"{_VERSION} ORDER BY generation LIMIT 1").fetchone()
    return None if row is None else _version(connection, row)


def generation(connection: Connection) -> tuple[int, str]:
    """Generation and digest of the newest version; (0, "") if there is none."""
    row = connection.execute(
        "SELECT generation, digest FROM rule_sets WHERE generation = (SELECT max(generation) FROM rule_sets)"
    ).fetchone()
    return (0, "") if row is None else (int(row[0]), str(row[1]))


def rules_of(connection: Connection, generation: int) -> StoredRules | None:
    """The version of that generation."""
    row = connection.execute(f"{_VERSION} WHERE generation = ?", (generation,)).fetchone()
    return None if row is None else _version(connection, row)


def rules_named(connection: Connection, digests: Iterable[str]) -> list[StoredRules]:
    """The versions of these digests, the oldest first, each once."""
    rows = connection.execute(
        f"{_VERSION} WHERE generation IN (SELECT min(generation) FROM rule_sets"
        " WHERE digest IN (SELECT value FROM json_each(?)) GROUP BY digest) ORDER BY generation",
        (connection.many(sorted(digests)),),
    ).fetchall()
    return [_version(connection, row) for row in rows]


def _version(connection: Connection, row: tuple[int, str, Instant, str, str]) -> StoredRules:
    generation, digest, since, root, files = row
    listed: list[tuple[str, str]] = json.loads(files)
    texts = dict(
        connection.execute(
            "SELECT digest, body FROM rule_texts WHERE digest IN (SELECT value FROM json_each(?))",
            (connection.many([text for _, text in listed]),),
        )
    )
    return StoredRules(digest, generation, since, root, {path: texts[text] for path, text in listed})


def save_plan(connection: Connection, digest: str, base: str, at: Instant) -> None:
    """Note that the rules of `digest` were planned, inside a transaction; the last time counts."""
    connection.execute(
        "INSERT INTO plans (digest, base, at) VALUES (?, ?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET base = excluded.base, at = excluded.at",
        (digest, base, at),
    )


def planned(connection: Connection, digest: str) -> bool:
    """Whether the rules of `digest` were planned."""
    return connection.execute("SELECT 1 FROM plans WHERE digest = ?", (digest,)).fetchone() is not None


def require_plans(connection: Connection, required: bool) -> None:
    """Note whether other rules than those in force have to be planned, inside a transaction."""
    if required:
        connection.execute("INSERT INTO meta VALUES ('only planned rules', '1') ON CONFLICT DO NOTHING")
    else:
        connection.execute("DELETE FROM meta WHERE key = 'only planned rules'")


def plans_required(connection: Connection) -> bool:
    """Whether other rules than those in force have to be planned."""
    return connection.execute("SELECT 1 FROM meta WHERE key = 'only planned rules'").fetchone() is not None
