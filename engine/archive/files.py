"""Parts of an archive on disk: Parquet files by table and month, and a manifest that says what belongs together.

DuckDB writes and reads them, so that whoever asks them by SQL later reads the very same files. A part is there when its manifest is:
that is renamed into its place when everything else has reached the disk. Names are digests of what is inside, so that a
writing that was interrupted is just done again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.archive.shape import INTEGERS, Shaped, Table, digest_of
from engine.errors import EngineError

if TYPE_CHECKING:
    import duckdb

VERSION = 1
"""Of the layout, in every manifest."""
_SMALL = frozenset({"place", "saying", "code", "sequence", "cycle"})
_ROW_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class File:
    """A file of a part. `path` is from the archive's folder."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A part: its files by table, how many tickets, when they opened and were last heard of, first and last. `said` are the
    fields that stand in the table `sayings`, `digest` is of all rows."""

    version: int
    name: str
    month: str
    tickets: int
    events: int
    opened: tuple[int, int]
    heard: tuple[int, int]
    said: tuple[str, ...]
    digest: str
    files: Mapping[str, File]

    def path(self, folder: Path, table: str) -> Path:
        """Where a table's file is."""
        return folder / self.files[table].path


def connect(threads: int = 0, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A DuckDB of our own, in memory. Raises EngineError where the extra is missing."""
    try:
        import duckdb
    except ImportError as error:
        raise EngineError(
            "archives need the extra `history`", help="pip install 'tiercel[history]'"
        ) from error
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}'")
    return connection


@contextmanager
def trouble(folder: Path) -> Iterator[None]:
    """Turn what the disk and DuckDB raise into words."""
    import duckdb

    try:
        yield
    except OSError as error:
        raise EngineError(
            f"{error.filename or folder}: {error.strerror}",
            help="check the archive's folder and the space on its disk",
        ) from error
    except duckdb.Error as error:
        first = str(error).split("\n", 1)[0][:300]
        raise EngineError(f"{folder}: {first}", help="sla archive --verify looks at every file") from error


def write(folder: Path, month: str, part: Shaped, said: Iterable[str]) -> Manifest:
    """Write a part; answer its manifest when everything is on the disk. Raises EngineError."""
    name = part.digest[:24]
    files = {}
    with connect() as connection, trouble(folder):
        for table, content in part.tables.items():
            path = Path(table) / f"month={month}" / f"{name}.parquet"
            _placed(folder / path, lambda new, content=content: _copy(connection, content, new))  # type: ignore[misc]
            files[table] = File(path.as_posix(), len(content[1]), _sha256(folder / path))
    columns, tickets = part.tables["tickets"]
    opened = [row[columns.index("opened")] for row in tickets]
    at = [row[1] for row in part.tables["events"][1]]
    manifest = Manifest(
        VERSION,
        name,
        month,
        len(tickets),
        len(at),
        (min(opened), max(opened)),
        (min(at), max(at)),
        tuple(sorted(said)),
        part.digest,
        files,
    )
    with trouble(folder):
        _placed(
            _manifest(folder, month, name), lambda new: new.write_text(json.dumps(asdict(manifest), indent=1))
        )
    return manifest


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else writes to this archive meanwhile; it is made if it is not there. Raises EngineError."""
    import fcntl

    with trouble(folder):
        folder.mkdir(parents=True, exist_ok=True)
        number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise EngineError(
            f"{folder}: another program writes to this archive", help="wait for it to end"
        ) from error
    finally:
        os.close(number)


def sweep(folder: Path) -> None:
    """Remove what a killed run had begun and no manifest names. Raises EngineError."""
    with trouble(folder):
        there = set(manifests(folder))
        for path in folder.glob("*/month=*/*"):
            name, month = path.stem, path.parent.name.removeprefix("month=")
            if path.name.startswith(".") or (path.suffix == ".parquet" and (month, name) not in there):
                path.unlink()


def keep_text(folder: Path, path: str, text: str) -> None:
    """Put a text into the archive unless it is there. Raises EngineError."""
    if not (folder / path).exists():
        with trouble(folder):
            _placed(folder / path, lambda new: new.write_text(text, encoding="utf-8"))


def read_manifest(folder: Path, month: str, name: str) -> Manifest:
    """The manifest of a part. Raises EngineError if there is none that can be read."""
    path = _manifest(folder, month, name)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = found["version"]
        if version != VERSION:
            raise EngineError(
                f"{path}: layout {version} of an archive is not known", help="use a newer version of sla"
            )
        found["files"] = {table: File(**file) for table, file in found["files"].items()}
        for key in ("opened", "heard", "said"):
            found[key] = tuple(found[key])
        return Manifest(**found)
    except OSError as error:
        raise EngineError(
            f"{path}: {error.strerror}",
            help="bring the archive back to that folder, or leave a link to it there",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"{path}: this is no manifest of an archive", help="bring it back from a backup"
        ) from error


def manifests(folder: Path) -> list[tuple[str, str]]:
    """(month, name) of every part that is in the folder."""
    return sorted(
        (path.parent.name.removeprefix("month="), path.stem) for path in folder.glob("parts/month=*/*.json")
    )


def manifest_digest(folder: Path, month: str, name: str) -> str:
    """SHA-256 of a part's manifest as it is on the disk. Raises EngineError."""
    with trouble(folder):
        return _sha256(_manifest(folder, month, name))


def damage(folder: Path, manifest: Manifest) -> list[str]:
    """What is wrong with the files of a part, in words; nothing if their bytes are those that were written."""
    found = []
    for file in manifest.files.values():
        try:
            same = _sha256(folder / file.path) == file.sha256
        except OSError as error:
            found.append(f"{file.path}: {error.strerror}")
            continue
        if not same:
            found.append(f"{file.path}: its content is not what was written")
    return found


def read(folder: Path, manifest: Manifest, tables: Sequence[str] = ()) -> dict[str, Table]:
    """Tables of a part (all of them), as they were written. Raises EngineError."""
    found: dict[str, Table] = {}
    with connect() as connection, trouble(folder):
        for table in tables or manifest.files:
            cursor = connection.execute(
                "SELECT * FROM read_parquet(?, hive_partitioning = false, file_row_number = true) ORDER BY file_row_number",
                [str(manifest.path(folder, table))],
            )
            names = tuple(column[0] for column in cursor.description[:-1])
            found[table] = (names, [row[:-1] for row in cursor.fetchall()])
    return found


def read_whole(folder: Path, manifest: Manifest) -> dict[str, Table]:
    """The whole part, when it is to the last row what was written. Raises EngineError otherwise."""
    wrong = damage(folder, manifest)
    if wrong:
        raise EngineError(f"{folder / wrong[0]}", help="bring the archive back from a backup")
    tables = read(folder, manifest)
    if digest_of(tables) != manifest.digest:
        raise EngineError(
            f"{folder}: part {manifest.name} does not hold what was written",
            help="bring it back from a backup",
        )
    return tables


def discard(folder: Path, manifest: Manifest) -> None:
    """Remove a part from the disk, its manifest first. Raises EngineError."""
    with trouble(folder):
        _manifest(folder, manifest.month, manifest.name).unlink()
        for table in manifest.files:
            manifest.path(folder, table).unlink(missing_ok=True)


def _manifest(folder: Path, month: str, name: str) -> Path:
    return folder / "parts" / f"month={month}" / f"{name}.json"


def _copy(connection: duckdb.DuckDBPyConnection, content: Table, path: Path) -> None:
    columns, rows = content
    arrays = {column: _array(column, [row[number] for row in rows]) for number, column in enumerate(columns)}
    chosen = ", ".join(f'CAST("{column}" AS {_type(column)}) AS "{column}"' for column in columns)
    connection.register("content", arrays)
    connection.execute(
        f"COPY (SELECT {chosen} FROM content) TO '{_quoted(path)}'"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
    )
    connection.unregister("content")


def _array(column: str, values: list[Any]) -> Any:  # noqa: ANN401  # numpy's arrays, masked or not
    if column not in INTEGERS:
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return found
    none = [value is None for value in values]
    return np.ma.masked_array([value or 0 for value in values], mask=none, dtype=np.int64)


def _type(column: str) -> str:
    if column in _SMALL:
        return "INTEGER"
    return "BIGINT" if column in INTEGERS else "VARCHAR"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _placed(path: Path, made: Callable[[Path], object]) -> None:
    """Make a file beside its place, let it reach the disk, and put it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        made(new)
        _sync(new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
