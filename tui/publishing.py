"""What commands that print and publish reports have in common: the press that the settings ask for, who publishes, and what came of it."""

from __future__ import annotations

import getpass
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import USAGE, SlaError
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.place import Place
    from engine.store.publications import Publication
    from reports.render.look import Look
    from reports.render.pdf import Press


def press(config_path: Path | None) -> Press:
    """A press of the look in the settings. Raises EngineError."""
    from reports.render.pdf import Press

    return Press(look(config_path))


def look(config_path: Path | None) -> Look:
    """The look in the settings. Raises EngineError."""
    from engine.settings import load
    from reports.render.look import look_of

    return look_of(load(config_path).reports)


def signed(person: str | None) -> str:
    """Who does it; the login where nobody is named."""
    by = plain(person or getpass.getuser(), 100).strip()
    if not by:
        raise SlaError("publishing needs a name", help="give it with --by", exit_code=USAGE)
    return by


def publish(place: Place, publication: Publication) -> str:
    """Publish it; answer what came of it, in words. Raises StoreError."""
    from engine.store import publications
    from engine.store.opening import open_store

    with closing(open_store(place)) as store:
        before = {one.id for one in publications.published(store.connection, publication.customer)}
        number = publications.publish(store.connection, publication)
        after = {one.id for one in publications.published(store.connection, publication.customer)}
    what = f"{plain(publication.title)} for {plain(publication.customer)}, {publication.format}"
    if number in before:
        return f"{what}: published before as {number}; nothing has changed"
    gone = sorted(before - after)
    return f"{what}: published as {number}{f', in place of {gone[0]}' if gone else ''}"
