"""`sla import`: ticket events out of a file, into the store."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from dsl.errors import FINDINGS, SlaError
from tui.named_path import NamedPath, OutputPath, never_over
from tui.options import store_option
from tui.plain import json_text, plain

if TYPE_CHECKING:
    from engine.intake.load import Outcome
    from engine.intake.mapping import Format, Map
    from engine.store.place import Place
    from engine.store.protocol import Store

STDIN = "-"
_FORMATS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


@click.command(
    epilog="Examples: sla import incidents.csv --map servicenow --store sla.db --rules sla.rules; "
    "zcat events.gz | sla import - --map events --as jsonl"
)
@click.argument("file", type=NamedPath(path_type=str))
@click.option(
    "--map",
    "map_name",
    type=NamedPath(path_type=str),
    required=True,
    metavar="NAME|TOML",
    help="A built-in map (events, servicenow) or a TOML file.",
)
@store_option
@click.option(
    "--as",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default=None,
    help="The file's format, where its name does not say it.",
)
@click.option(
    "--rules",
    "rules_path",
    type=NamedPath(),
    default=None,
    help="Put these rules in force and set the clocks of what was imported.",
)
@click.option(
    "--rejects",
    "rejects_path",
    type=OutputPath(),
    default=None,
    help="Where refused rows go.  [default: FILE.rejects]",
)
@click.option("--format", "summary", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    file: str,
    map_name: str,
    store_path: Place,
    form: str | None,
    rules_path: Path | None,
    rejects_path: Path | None,
    summary: str,
) -> int:
    """Load ticket events from FILE (CSV or JSON Lines, `-` for standard input) into the store.

    The same file twice changes nothing. Refused rows are listed in FILE.rejects with line and reason; the others are
    in, and the exit code is 1.
    """
    from engine.intake.load import load
    from engine.intake.mapping import load_map
    from engine.intake.reject import write_rejects
    from engine.store.opening import open_store

    never_over(rejects_path, rules_path, Path(file), Path(map_name), store_path)
    map_ = load_map(map_name)
    chosen = _format(file, form, map_)
    digest = None if rules_path is None else _checked(rules_path)
    rejects_path = rejects_path or Path("stdin.rejects" if file == STDIN else f"{file}.rejects")
    began = time.monotonic()
    with _opened(file) as (stream, size):
        store = open_store(store_path, create=True)
        try:
            if rules_path is not None and digest is not None:
                _ask_for_plan(store, rules_path, digest)
            with _progress(size) as read:
                outcome = _named(file, lambda: load(store, stream, map_, chosen, read))
            write_rejects(rejects_path, outcome.rejects)
            if rules_path is not None:
                _put_in_force(store, rules_path)
        finally:
            store.close()
    _say(summary, file, outcome, time.monotonic() - began, rejects_path, store.late)
    return FINDINGS if outcome.refused or store.late else 0


def _format(file: str, form: str | None, map_: Map) -> Format:
    from engine.intake.mapping import Format

    named = form or _FORMATS.get(Path(file).suffix.lower())
    if named is not None:
        return Format(named)
    if map_.format is not None:
        return map_.format
    raise click.UsageError(f"what is in {plain(file)}? Say --as csv or --as jsonl.")


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file to read, and its size if it has one."""
    if file == STDIN:
        yield sys.stdin.buffer, None
        return
    path = Path(file)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise SlaError(
            f"{file}: {error.strerror}", help="name a CSV or JSON Lines file, or - for standard input"
        ) from error
    with stream:
        yield stream, path.stat().st_size if path.is_file() else None


def _named(file: str, work: Callable[[], Outcome]) -> Outcome:
    from engine.intake.reading import RefusedFileError

    try:
        return work()
    except RefusedFileError as error:
        raise SlaError(f"{file}: {error}", help=error.help, exit_code=error.exit_code) from error


@contextmanager
def _progress(size: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("import", total=size)
        yield lambda read: bar.update(task, completed=read)


def _checked(rules_path: Path) -> str:
    """The digest of the rules. End before anything is imported if they have errors, showing them as `sla check` does."""
    from tui.options import graph_from_file

    return graph_from_file(rules_path).digest


def _ask_for_plan(store: Store, rules_path: Path, digest: str) -> None:
    """End before anything is imported if the store takes only rules that were planned, and these were not."""
    from engine.reload import lacks_plan, not_planned, refusal

    if lacks_plan(store, digest):
        raise refusal(rules_path, [not_planned(rules_path, digest)])


def _put_in_force(store: Store, rules_path: Path) -> None:
    from engine.facts import Instant
    from engine.reload import refusal
    from engine.run import Engine

    engine = Engine(store, rules_path)
    engine.start(Instant(int(time.time())))
    assert engine.rules.now is not None, "it has started"
    if engine.rules.now.status.broken:  # by an edit since they were checked
        raise refusal(rules_path, engine.rules.now.status.broken)


def _say(
    summary: str, file: str, outcome: Outcome, seconds: float, rejects: Path, late: Mapping[str, int]
) -> None:
    if summary == "json":
        record = {
            "file": file,
            "new": outcome.new,
            "known": outcome.known,
            "refused": outcome.refused,
            "archived": sum(late.values()),
            "rejects": str(rejects) if outcome.refused else None,
            "seconds": round(seconds, 3),
        }
        click.echo(json_text(record, indent=None))
        return
    click.echo(
        f"{plain(file)}: {outcome.new:,} new events, {outcome.known:,} known, {outcome.refused:,} rows refused in {seconds:.1f} s"
    )
    if late:
        click.echo(
            f"left out: {sum(late.values()):,} events of {len(late):,} archived tickets, such as {plain(min(late))};"
            " sla archive --restore KEY brings a ticket back, then import again",
            err=True,
        )
    for reject in outcome.rejects[:5]:
        click.echo(f"{plain(file)}:{reject.line}: {plain(reject.reason, 200)}", err=True)
    if outcome.refused:
        click.echo(f"all refused rows with their reasons: {plain(rejects)}", err=True)
