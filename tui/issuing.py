"""Reports of every customer as files of a folder, each whole or not there; a manifest of them comes last."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import USAGE, SlaError
from tui.plain import plain
from tui.prefs import write_whole
from tui.progress import progress

if TYPE_CHECKING:
    from reports.issuing import Entry, File, Issue


def issue(work: Issue, folder: Path, workers: int | None) -> str:
    """Write the files and the manifest; answer what there is, in words. Whoever is interrupted leaves whole files and no manifest. Raises
    EngineError, StoreError, SlaError, OSError."""
    from reports.issuing import MANIFEST, issued, manifest

    if folder.exists() and not folder.is_dir():
        raise SlaError(f"{plain(folder)} is a file", help="name a folder with --output", exit_code=USAGE)
    begin = time.monotonic()
    total, portions = issued(work, workers or _cores())
    (folder / MANIFEST).unlink(missing_ok=True)
    entries: list[Entry] = []
    with progress("reports", total) as done, closing(portions):
        for count, files in portions:
            entries += _written(folder, files)
            done(count)
    write_whole(folder / MANIFEST, manifest(work, entries))
    customers = len({item.customer for item in entries})
    seconds = time.monotonic() - begin
    return f"{plain(folder)}: {len(entries):,} reports of {customers:,} customers, and {MANIFEST}, in {seconds:.1f} s"


def _written(folder: Path, files: list[File]) -> Iterator[Entry]:
    from reports.issuing import entry

    for file in files:
        write_whole(folder / file.name, file.content)
        yield entry(file)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
