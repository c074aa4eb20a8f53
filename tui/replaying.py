"""What the commands that replay a history share: where it is, who works, and a bar to watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.named_path import NamedPath
from tui.progress import progress

if TYPE_CHECKING:
    from engine.replay.read import Source
    from engine.replay.ways import Work
    from engine.store.place import Place

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def archive_option(function: F) -> F:
    """`--archive DIR`: an archive alone, or the moved one of a store."""
    return click.option(
        "--archive",
        "folder",
        type=NamedPath(file_okay=False, exists=True),
        default=None,
        help="Replay this archive alone; with --store the store and its archive, which is in this folder.",
    )(function)


def workers_option(function: F) -> F:
    """`--workers N`."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 256),
        default=None,
        help="Processes on this machine.  [default: this one]",
    )(function)


def sources_of(context: click.Context, store: Place, folder: Path | None) -> tuple[bool, Path | None]:
    """Whether the store counts, and the folder of an archive. `--store` may name either; one that nobody named does not count
    beside an archive."""
    if folder is None and isinstance(store, Path) and store.is_dir():
        return False, store
    named = context.get_parameter_source("store_path") is not click.core.ParameterSource.DEFAULT
    return named or folder is None, folder


def worked_out(
    work: Work[T], sources: Sequence[Source], workers: int | None, address: str | None = None
) -> T:
    """What comes of the work on all sources: on a cluster, in several processes, or in this one; with a bar on a terminal."""
    from engine.replay.ways import in_one, in_processes, on_cluster

    with progress("replaying", len(sources)) as moved:

        def done(_: object) -> None:
            moved(1)

        if address is not None:
            return on_cluster(work, sources, address, done)
        if workers is not None and workers > 1:
            return in_processes(work, sources, workers, done)
        return in_one(work, sources, done)
