"""The portal's desk for a command: settings, database, mail, and the entry in the audit log that says who did what."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import FINDINGS, SlaError
from tui.options import graph_of
from tui.plain import plain
from tui.serving import WEB, extra, trouble

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.store.place import Place
    from reports.portal.accounts import Account
    from reports.portal.desk import Desk


@contextmanager
def portal_desk(config_path: Path | None) -> Iterator[tuple[Desk, Settings]]:
    """The desk of the settings' portal. Raises SlaError with what to do."""
    from engine.settings import load

    settings = load(config_path)
    if not settings.portal.url:
        raise SlaError(
            "portal.url is not set: nobody knows under which address customers reach the portal",
            help='set it in sla.toml: [portal] url = "https://portal.msp.example"',
            exit_code=FINDINGS,
        )
    with extra("sla portal", "portal", WEB | {"argon2", "pyotp", "segno"}):
        from reports.portal.database import Database
        from reports.portal.desk import desk_of
        from reports.portal.post import Post

    with closing(Database.open(settings.portal.database)) as database:
        post = Post(settings.mail, settings.portal.title)
        yield desk_of(database, settings.portal, post, lambda: int(time.time()), trouble), settings


def account_of(desk: Desk, email: str) -> Account:
    """The account of an address. Raises SlaError if there is none."""
    found = desk.accounts.by_email(email)
    if found is None:
        raise SlaError(
            f"there is no account of {plain(email, 100)}", help="sla portal list", exit_code=FINDINGS
        )
    return found


def note(desk: Desk, what: str, customer: str, account: int | None = None, more: str = "") -> None:
    """Write into the audit log what was done at the command line, and by which login."""
    from reports.portal.audit import Entry

    outcome = f"by {getpass.getuser()}{f': {more}' if more else ''}"
    desk.audit.enter(
        Entry(desk.now(), account, None, customer, "", "sla", f"portal {what}", 0, plain(outcome, 200))
    )


def customer_named(text: str, store_path: Place, rules_path: Path | None) -> str:
    """The declared customer that a text means. Raises SlaError if there is none."""
    from engine.store.opening import open_store

    with closing(open_store(store_path, read_only=True)) as store:
        found = graph_of(store, rules_path).customer(text)
    if found is None:
        raise SlaError(f"there is no customer {plain(text, 60)!r} in the rules", exit_code=FINDINGS)
    return found.name


def iso(at: int | None) -> str | None:
    """ISO 8601 in UTC, None of None."""
    from engine.wall import format_instant

    return None if at is None else format_instant(at)
