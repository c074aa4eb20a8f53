"""Follows includes from the root file and collects every file that belongs to a rule set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from dsl import syntax
from dsl.finding import Finding, Ranged, here, in_file
from dsl.include import Source, Unreadable, folder_of, is_pattern, target_of
from dsl.limits import LONGEST_BROKEN, MOST_PATTERNS, MOST_WRONG
from dsl.sheet import Sheet
from dsl.suggest import chained
from dsl.unit import Unit


@dataclass(slots=True)
class Gathered:
    """All files of a rule set, in the order in which they were met. `calendars` are iCalendar files by the
    file that names them and the path as written there: the path as shown, and the text."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    calendars: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    findings: list[tuple[str, Unit, Finding]] = field(default_factory=list)  # in a unit of a file
    file_findings: list[Finding] = field(default_factory=list)
    patterns: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # files by name and folders of patterns, there or not


def gather(source: Source, root: str, root_text: str, sheet_of: Callable[[str, str], Sheet]) -> Gathered:
    """Read everything that the root file includes, directly or not."""
    search = _Search(source, sheet_of)
    with suppress(_Enough):
        search.follow(root, root_text)
        search.read_calendars()
    return search.out


class _Enough(Exception):  # noqa: N818 - it ends the search and is no error
    """More is named than a person names, or so much is wrong that nobody would read on."""


class _Search:
    def __init__(self, source: Source, sheet_of: Callable[[str, str], Sheet]) -> None:
        self.out = Gathered()
        self._source = source
        self._sheet_of = sheet_of
        self._first: dict[str, str] = {}
        self._by_identity: dict[str, str] = {}

    def follow(self, root: str, text: str) -> None:
        """Take in the root file and whatever it includes, what a file includes right after it."""
        trail: dict[str, Iterator[tuple[str, str]]] = {}  # the files that include each other, the root first
        trail[self._met(root)] = self._included(self._take(root, text), trail)
        while trail:
            found = next(trail[next(reversed(trail))], None)
            if found is None:
                trail.popitem()
            else:
                trail[found[0]] = self._included(self._take(*found), trail)

    def read_calendars(self) -> None:
        """Take in the iCalendar files that lists of holidays name."""
        for sheet in self.out.sheets.values():
            for unit in sheet.special:
                for line in unit.tree.lines if unit.kind == "holidays" and unit.tree else ():
                    if isinstance(line, syntax.Fact) and line.keyword == "file":
                        for word in line.words:
                            self._read_calendar(sheet, unit, word)

    def _read_calendar(self, sheet: Sheet, unit: Unit, word: syntax.Word) -> None:
        shown = target_of(sheet.path, word.text)
        if shown is None:
            self._outside(sheet, unit, word)
            return
        self.out.asked.add(shown)
        text = self.out.texts.get(shown)
        if text is None:
            text = self._read(sheet, unit, word, shown)
        if text is not None:
            self.out.texts[shown] = text
            self.out.calendars[sheet.path, word.text] = (shown, text)

    def _take(self, shown: str, text: str) -> Sheet:
        sheet = self.out.sheets[shown] = self._sheet_of(shown, text)
        self.out.texts[shown] = text
        if sheet.unread is not None:
            self.out.file_findings.append(left_alone(shown, sheet.unread))
        return sheet

    def _met(self, shown: str) -> str:
        """The path by which that file was met first."""
        first = self._first.get(shown)
        if first is None:
            first = self._by_identity.setdefault(self._source.identity(shown), shown)
            self._first[shown] = first
        return first

    def _included(self, sheet: Sheet, trail: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        """Path and text of each file that a file includes and that was not taken in before."""
        for unit in sheet.special:
            if unit.kind != "include" or not unit.tree:
                continue
            word = _include_word(unit.tree)
            for shown in self._named(sheet, unit, word):
                first = self._met(shown)
                if first not in self.out.sheets:
                    text = None if shown in self.out.texts else self._read(sheet, unit, word, shown)
                    if text is not None:
                        yield first, text
                elif first in trail and not is_pattern(word.text):
                    paths = [*trail, first]
                    self._wrong(sheet, unit, _circle(word, paths[paths.index(first) :]))

    def _named(self, sheet: Sheet, unit: Unit, word: syntax.Word) -> list[str]:
        """The paths that an include means, as shown."""
        target = target_of(sheet.path, word.text)
        if target is None:
            self._outside(sheet, unit, word)
            return []
        if not is_pattern(word.text):
            self.out.asked.add(target)
            return [target]
        found = self.out.patterns.get(target)
        if found is None:
            self.out.asked.add(folder_of(target))
            found = self.out.patterns[target] = self._source.expand(target)
        if not found:
            self._wrong(
                sheet,
                unit,
                Finding(
                    "W0105",
                    f'no file matches "{word.text}"',
                    here(word),
                    "correct the pattern, or remove the include until there are such files",
                ),
            )
        if len(self.out.patterns) > MOST_PATTERNS:
            self._enough(sheet, unit, word, f"more than {MOST_PATTERNS:,} patterns are included")
        return found

    def _outside(self, sheet: Sheet, unit: Unit, word: syntax.Word) -> None:
        self._wrong(
            sheet,
            unit,
            Finding(
                "E0103",
                f'"{word.text}" is no path below the folder of the root file',
                here(word),
                "use a path relative to this file, with forward slashes and below the root file's folder",
            ),
        )

    def _read(self, sheet: Sheet, unit: Unit, word: syntax.Word, shown: str) -> str | None:
        try:
            return self._source.read(shown)
        except FileNotFoundError:
            finding = Finding(
                "E0102",
                f'there is no file "{shown}"',
                here(word),
                "paths are relative to the file that names them; correct the path or create the file",
            )
        except Unreadable as problem:
            if problem.code == "E0101":
                self.out.texts[shown] = problem.text
                self.out.file_findings.append(not_text(shown, problem))
                return None
            finding = Finding(
                problem.code,
                f'"{shown}" cannot be read: {problem}',
                here(word),
                "make it a readable file below the folder of the root file",
            )
        self._wrong(sheet, unit, finding)
        return None

    def _wrong(self, sheet: Sheet, unit: Unit, finding: Finding) -> None:
        if len(self.out.findings) == MOST_WRONG:
            self._enough(
                sheet, unit, finding.at, f"more than {MOST_WRONG:,} files that are named cannot be taken in"
            )
        self.out.findings.append((sheet.path, unit, finding))

    def _enough(self, sheet: Sheet, unit: Unit, at: Ranged, message: str) -> NoReturn:
        finding = Finding(
            "E0111",
            message,
            here(at),
            "no more files were looked for: correct these first; a pattern such as `customers/*.rules` names many at once",
        )
        self.out.findings.append((sheet.path, unit, finding))
        raise _Enough


def _include_word(tree: syntax.Declaration) -> syntax.Word:
    line = tree.lines[0]
    assert isinstance(line, syntax.Fact)
    return line.words[0]


def _circle(word: syntax.Word, paths: list[str]) -> Finding:
    return Finding(
        "E0104",
        f'"{word.text}" includes itself: {chained(paths)}',
        here(word),
        "remove one of these includes; the order of files never matters",
    )


def not_text(shown: str, problem: Unreadable) -> Finding:
    """The finding for a file that is no text."""
    return Finding(
        "E0101",
        f"{shown} is not a text file: {problem}",
        in_file(shown, problem.position, problem.position + 1),
        problem.help,
    )


def left_alone(shown: str, start: int) -> Finding:
    """The finding for a file of which too much is wrong, at the first of what was not looked at."""
    return Finding(
        "E0111",
        f"{MOST_WRONG:,} errors or {LONGEST_BROKEN:,} broken characters stand above in this file",
        in_file(shown, start, start + 1),
        "what follows was not looked at: correct the others first, and see whether this is a rule file",
    )
