"""What history there is to replay: the tickets of a store, and those that left it or any other for an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.archive import files
from engine.archive import parts as archive
from engine.errors import EngineError, StoreError
from engine.replay.read import Source, archived, stored
from engine.store.place import Place
from engine.store.sql import SqlStore
from engine.wall import EARLIEST


def of_folder(folder: Path, until: int, since: int = EARLIEST) -> list[Source]:
    """Every part in an archive's folder with tickets that opened from `since` on. Raises EngineError if there is no archive."""
    folder = folder.resolve()  # whoever reads it may be somewhere else
    found = files.manifests(folder)
    if not found:
        raise EngineError(
            f"{folder}: there is no archive", help="give the folder that sla archive --to names"
        )
    return archived(
        [archive.Part(folder, files.read_manifest(folder, *name)) for name in found], until, since
    )


@contextmanager
def of_store(
    store: SqlStore, place: Place, folder: Path | None, until: int, since: int = EARLIEST
) -> Iterator[Sequence[Source]]:
    """The tickets of a store with its archive, which is in `folder` if it was moved. Raises EngineError, and StoreError at the end
    if tickets have left the store or come back meanwhile: they could be missing, or be there twice."""
    folder = None if folder is None else folder.resolve()
    place = place.resolve() if isinstance(place, Path) else place
    parts = archive.parts(store, folder)
    yield [*archived(parts, until, since), *stored(store, place)]
    if archive.parts(store, folder) != parts:
        raise StoreError(f"{place}: tickets were archived or restored meanwhile", help="run this again")
