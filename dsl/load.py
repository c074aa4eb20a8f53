"""The door of this package: a path in, checked rules or diagnostics out.

A `Loader` keeps what it has read, so that loading again after an edit costs what the edit touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dsl.collector import uncollected
from dsl.conflict import has_conflict, without_conflicts
from dsl.cut import Cut, cut, recut
from dsl.errors import SlaError
from dsl.finding import is_error
from dsl.gather import Gathered, gather, not_text
from dsl.include import ROOT_NAME, Disk, Source, Texts, Unreadable, root_file
from dsl.limits import LONGEST_BROKEN, MOST_WRONG
from dsl.loaded import Loaded, diagnostics_of
from dsl.recover import read
from dsl.settle import Edit, Settled, digest_of, patched, settle
from dsl.sheet import Places, Sheet
from dsl.spacing import BLANK
from dsl.unit import Unit

__all__ = ["ROOT_NAME", "Loaded", "Loader", "files_read", "load", "load_texts", "root_file", "rule_files"]


def load(path: Path) -> Loaded:
    """Load the root file at `path`, or `sla.rules` in that folder. Raises SlaError when there is no such file."""
    return Loader().load(path)


def load_texts(root: str, files: Mapping[str, str]) -> Loaded:
    """Load from texts by shown path, without touching the disk. Raises SlaError when `root` is not in them."""
    return Loader().load_from(Texts(files), root)


def rule_files(path: Path) -> list[str]:
    """The rule files of the set whose root file is meant, by the paths that are shown, that one first; nothing but includes is read in
    them. Raises SlaError when there is no root file."""
    return _reached(path, "include")


def files_read(path: Path) -> list[str]:
    """The same with the iCalendar files that lists of holidays name."""
    return _reached(path, "include", "holidays")


def _reached(path: Path, *kinds: str) -> list[str]:
    """The files that are named, by declarations of these kinds."""
    root = root_file(path)
    source = Disk(root.parent)
    try:
        text = _read_root(source, root.name)
    except Unreadable:
        return [root.name]

    def naming(path: str, text: str) -> Sheet:
        pieces = cut(without_conflicts(text))
        units = [read(piece) for piece in pieces.texts if piece.lstrip(BLANK).startswith(kinds)]
        return Sheet(path, text, pieces, units, [], units)

    return [*gather(source, root.name, text, naming).texts]


def _read_root(source: Source, root: str) -> str:
    """The root file's text. Raises SlaError where it cannot be had, and Unreadable where it is none."""
    try:
        return source.read(root)
    except FileNotFoundError:
        raise SlaError(f"there is no file {root}") from None
    except Unreadable as problem:
        if problem.code == "E0101":
            raise
        raise SlaError(f"{root} cannot be read: {problem}") from None


class Loader:
    """Loads rule sets, each time keeping what it has read for the next. Not for several threads at once."""

    def __init__(self) -> None:
        self._sheets: dict[str, Sheet] = {}
        self._units: dict[str, Unit] = {}
        self._edits: list[Edit] = []
        self._last: Settled | None = None

    def load(self, path: Path) -> Loaded:
        """Load the root file at `path`, or `sla.rules` in that folder. Raises SlaError when there is none."""
        root = root_file(path)
        return self.load_from(Disk(root.parent), root.name)

    @uncollected()
    def load_from(self, source: Source, root: str) -> Loaded:
        """Load the file `root` of a source and what it includes. Raises SlaError when it cannot be read."""
        try:
            text = _read_root(source, root)
        except Unreadable as problem:
            return _unusable(root, problem)
        self._edits = []
        gathered = gather(source, root, text, self._sheet)
        last = self._last
        if last is not None and _the_same(last.gathered, gathered):
            return last.loaded
        self._last = None  # a patch changes it in place: an interrupted one must not be found here
        settled = patched(last, gathered, self._edits) if last is not None else None
        if settled is None:
            settled = settle(gathered, last)
            self._forget({unit.text for sheet in gathered.sheets.values() for unit in sheet.units})
        self._last = settled
        self._sheets = gathered.sheets
        return settled.loaded

    def _sheet(self, path: str, text: str) -> Sheet:
        last = self._sheets.get(path)
        if last is None:
            return self._fresh(path, text)
        if last.text == text:
            return last
        if last.conflicted or last.unread is not None:
            return self._fresh(path, text)
        pieces, head, tail, count = recut(last.text, last.cut, text)
        middle = [self._unit(piece) for piece in pieces.texts[head : head + count]]
        if any(has_conflict(unit.text) for unit in middle):
            return self._fresh(path, text)
        after = len(last.units) - tail
        before = last.units[head:after]
        while middle and before and middle[0] is before[0]:  # what was cut again and came out the same
            del middle[0], before[0]
        while middle and before and middle[-1] is before[-1]:
            del middle[-1], before[-1]
        units = [self._unit(piece) for piece in pieces.texts[head : head + count]]
        units = [*last.units[:head], *units, *last.units[after:]]
        if any(unit.findings for unit in middle) and _Wrong(units).too_much():
            return self._fresh(path, text)
        self._edits.append(Edit(path, head, count, before, middle))
        special = last.special
        if any(unit.kind != "customer" for unit in (*before, *middle)):
            special = [unit for unit in units if unit.names_files]
        return Sheet(path, text, pieces, units, [], special)

    def _fresh(self, path: str, text: str) -> Sheet:
        pieces = cut(without_conflicts(text))
        units: list[Unit] = []
        unread, wrong = None, _Wrong()
        for start, piece in zip(*pieces, strict=True):
            if wrong.too_much():
                pieces, unread = Cut(pieces.starts[: len(units)], pieces.texts[: len(units)]), start
                break
            unit = self._unit(piece)
            if unit.findings:
                wrong.add(unit)
            units.append(unit)
        special = [unit for unit in units if unit.names_files]
        return Sheet(path, text, pieces, units, [], special, has_conflict(text), unread)

    def _unit(self, text: str) -> Unit:
        unit = self._units.get(text)
        if unit is None:
            unit = self._units[text] = read(text)
        return unit

    def _forget(self, used: set[str]) -> None:
        """Keep units that are in use; edits of a long day must not pile up."""
        if len(self._units) > 2 * len(used) + 1000:
            self._units = {text: unit for text, unit in self._units.items() if text in used}


class _Wrong:
    """How much is wrong in declarations by themselves."""

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        self._errors = self._broken = 0
        for unit in units:
            if unit.findings:
                self.add(unit)

    def add(self, unit: Unit) -> None:
        self._errors += sum(map(is_error, unit.findings))
        self._broken += len(unit.text) if unit.broken else 0

    def too_much(self) -> bool:
        """Whether what follows in their file is left alone."""
        return self._errors >= MOST_WRONG or self._broken >= LONGEST_BROKEN


def _the_same(one: Gathered, other: Gathered) -> bool:
    return one.texts == other.texts and not (one.findings or other.findings)


def _unusable(root: str, problem: Unreadable) -> Loaded:
    texts = {root: problem.text}
    places = Places((), texts)
    diagnostics = diagnostics_of([not_text(root, problem)], places)
    return Loaded(None, diagnostics, texts, digest_of(texts), places)
