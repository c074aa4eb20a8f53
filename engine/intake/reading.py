"""Files into records: CSV and JSON Lines, with what cannot be read set aside line by line.

A record is a mapping from column to value. Bytes stay bytes until a whole line is there, so that one line of
broken UTF-8 costs one record and a file of any size needs little memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, NoReturn

from dsl.errors import FINDINGS
from engine.errors import EngineError
from engine.intake.reject import SHOWN, Reject

MAX_VALUE = 1_048_576
"""Characters of one value; a row with a longer one is refused."""

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line; a longer one is refused without being read into memory as a whole."""

BLOCK = 256 * 1024
"""Bytes that are read at a time: so few that what becomes of them is still in the processor's cache at every step."""

_BOM = b"\xef\xbb\xbf"


class Record(NamedTuple):
    """A row: the line that it begins in, its values by column, and its text for a reject."""

    line: int
    values: dict[str, Any]
    text: str


class RefusedFileError(EngineError):
    """The file as a whole is not what it was said to be: a finding, not a broken machine."""

    def __init__(self, message: str, *, help: str = "") -> None:  # noqa: A002
        super().__init__(message, help=help, exit_code=FINDINGS)


Lines = list[tuple[int, bytes | None]]
"""Numbered lines without their end; None stands for one over MAX_LINE."""


def blocks(file: BinaryIO, read: Callable[[int], None]) -> Iterator[tuple[int, bytes | None]]:
    """Whole lines, many at a time: the number of the first one, and their bytes; None for one line over MAX_LINE.

    `read` is told the bytes taken so far.
    """
    number, taken = 1, 0
    rest = b""
    skipping = False
    while block := file.read(BLOCK):
        if not taken:
            block = block.removeprefix(_BOM)
        taken += len(block) or 1
        if skipping:
            _, end, block = block.partition(b"\n")
            if not end:
                continue
            skipping = False
            yield number, None
            number += 1
        cut = block.rfind(b"\n") + 1
        if cut:
            whole = rest + block[:cut]
            rest = block[cut:]
            yield number, whole
            number += whole.count(b"\n")
        else:
            rest += block
            if len(rest) > MAX_LINE:
                rest, skipping = b"", True
        read(taken)
    if skipping or rest:
        yield number, None if skipping else rest


def lines(file: BinaryIO, read: Callable[[int], None]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without their end; None for one over MAX_LINE."""
    for first, block in blocks(file, read):
        if block is None:
            yield first, None
        else:
            yield from enumerate(block.removesuffix(b"\n").split(b"\n"), first)


def jsonl(file: BinaryIO, refuse: Callable[[Reject], None], read: Callable[[int], None]) -> Iterator[Record]:
    """The objects of a JSON Lines file; blank lines are none. Raises RefusedFileError for a binary file."""
    for number, line in lines(file, read):
        if number == 1:
            refuse_binary(line)
        record = json_record(number, line, refuse)
        if record is not None:
            yield record


def refuse_binary(line: bytes | None) -> None:
    """Raise RefusedFileError if a JSON Lines file that begins with `line` is something else altogether."""
    refuse_wide(line)
    if line is not None and b"\0" in line and not line.lstrip().startswith(b"{"):
        raise RefusedFileError("not JSON Lines: a binary file", help="say --as csv if it is CSV")


def refuse_wide(line: bytes | None) -> None:
    """Raise RefusedFileError if a file that begins with `line` is text in UTF-16, as spreadsheets write it."""
    if line is not None and (line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in (line[:1], line[1:2])):
        raise RefusedFileError(
            "the file is in UTF-16, not in UTF-8",
            help="convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW, or save it as CSV in UTF-8",
        )


def json_record(number: int, line: bytes | None, refuse: Callable[[Reject], None]) -> Record | None:
    """A line's object; None for a blank line and for one that was refused."""
    if line is None:
        refuse(Reject(number, f"the line is longer than {MAX_LINE} bytes", ""))
        return None
    if not line or line.isspace():
        return None
    try:
        return Record(number, json_object(line), shown(line))
    except ValueError as error:
        refuse(Reject(number, str(error), shown(line)))
        return None


def json_object(line: bytes) -> dict[str, Any]:
    """The object in a line of JSON. Raises ValueError in words for people."""
    try:
        value = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("not JSON that anybody means: nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands more than once")
    return found


_DECODER = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_once)


def shown(line: bytes) -> str:
    """The beginning of a row for a reject."""
    return line[:SHOWN].decode(errors="replace")


class _Lines:
    """Text lines for `csv`, which remembers those of the record under way so that they can be read again."""

    def __init__(self, source: Iterator[tuple[int, bytes | None]]) -> None:
        self._source = source
        self.pending: Lines = []
        self.held: Lines = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.pending:
            item = self.pending.pop()
        else:
            item = next(self._source)
        self.held.append(item)
        line = item[1]
        # The marks of bytes that are no UTF-8 are found again when the record is whole.
        return "\n" if line is None else line.decode(errors="surrogateescape") + "\n"

    def again(self, keep: int) -> None:
        """Give back the lines of the record under way but the first `keep` ones."""
        self.pending.extend(reversed(self.held[keep:]))
        del self.held[keep:]


def csv_header(
    file: BinaryIO, delimiter: str, read: Callable[[int], None]
) -> tuple[list[str], Iterator[tuple[int, bytes | None]]]:
    """The columns of a CSV file, and its other lines. Raises RefusedFileError."""
    source = lines(file, read)
    head = list(islice((item for item in source if item[1] is None or item[1].strip()), 1))
    if not head:
        raise RefusedFileError("the file is empty", help="a CSV file begins with a line of column names")
    [(_, line)] = head
    refuse_wide(line)
    if line is None or b"\0" in line:
        raise RefusedFileError(
            "not a CSV file: its first line is binary", help="say --as jsonl if it is JSON Lines"
        )
    try:
        [columns] = csv.reader([line.decode().rstrip("\r")], delimiter=delimiter, strict=True)
    except UnicodeDecodeError as error:
        raise RefusedFileError(
            "not a CSV file in UTF-8", help="convert it first, for example with iconv"
        ) from error
    except (csv.Error, ValueError) as error:
        raise RefusedFileError(f"not a CSV file: its line of column names: {error}") from error
    columns = [column.strip() for column in columns]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise RefusedFileError(f"the CSV file has more than one column {twice[0][:60]!r}")
    return columns, source


def csv_rows(
    columns: Sequence[str],
    source: Iterator[tuple[int, bytes | None]],
    delimiter: str,
    refuse: Callable[[Reject], None],
) -> Iterator[Record]:
    """The rows under the header. A row that breaks the format is refused alone: a stray quote does not eat its followers."""
    feed = _Lines(source)
    width = len(columns)
    before = csv.field_size_limit(MAX_VALUE)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    try:
        while True:
            feed.held.clear()
            try:
                row = next(rows)
                reason = _broken(feed.held)
                if not row and not reason:
                    continue
                if not reason and len(row) != width:
                    reason = f"{len(row)} columns where the header has {width}"
            except StopIteration:
                return
            except csv.Error as error:
                reason = f"not CSV: {error}"
            if not reason:
                yield Record(feed.held[0][0], dict(zip(columns, row, strict=True)), shown(_text(feed.held)))
                continue
            refuse(Reject(feed.held[0][0], reason, shown(feed.held[0][1] or b"")))
            feed.again(1)
            rows = csv.reader(feed, delimiter=delimiter, strict=True)
    finally:
        csv.field_size_limit(before)


def _text(held: Lines) -> bytes:
    return b"\n".join(line or b"" for _, line in held)


def _broken(held: Lines) -> str:
    for number, line in held:
        if line is None:
            return f"line {number} is longer than {MAX_LINE} bytes"
        if b"\0" in line:
            return f"a NUL byte in line {number}"
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return f"not UTF-8 at byte {error.start + 1} of line {number}"
    return ""
