"""Who may do what on a server: the SQL that gives a user one of three roles. PostgreSQL enforces it, whatever the program."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """`ENGINE` evaluates and sends, `CONSOLE` records what people do, `REPORTER` reads."""

    ENGINE = "engine"
    CONSOLE = "console"
    REPORTER = "reporter"


# An event is a row of its own, and lets its ticket await an engine. People read notices and put dead letters back.
_CONSOLE = (
    "GRANT INSERT ON events, sources, used_links TO {user};",
    "GRANT INSERT, UPDATE ON outages, announcements, publications TO {user};",
    "GRANT INSERT (key), UPDATE (awaits) ON tickets TO {user};",
    "GRANT UPDATE (status, batch, attempts, next_at, answer, read_at, acknowledged_at) ON outbox TO {user};",
)
_ENGINE = (
    "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user};",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {user};",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT INSERT, UPDATE, DELETE ON TABLES TO {user};",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {user};",
)
_READS = (
    "GRANT USAGE ON SCHEMA {schema} TO {user};",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user};",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {user};",
)


def grants(role: Role, user: str, schema: str = "public") -> list[str]:
    """Statements that give `user` the role, for the owner of the tables to run."""
    more = {Role.ENGINE: _ENGINE, Role.CONSOLE: _CONSOLE, Role.REPORTER: ()}[role]
    names = {"user": _quoted(user), "schema": _quoted(schema)}
    return [
        f"SET search_path TO {names['schema']};",
        *(statement.format(**names) for statement in (*_READS, *more)),
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
