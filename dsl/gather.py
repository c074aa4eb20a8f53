"""Follows includes from the root file and collects every file that belongs to a rule set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dsl import syntax
from dsl.finding import Finding, here, in_file
from dsl.include import Source, Unreadable, folder_of, is_pattern, target_of
from dsl.limits import LONGEST_BROKEN, MOST_WRONG
from dsl.sheet import Sheet
from dsl.span import Origin
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
    out = Gathered()
    out.texts[root] = root_text
    _follow(out, source, sheet_of(root, root_text), sheet_of, {source.identity(root): root}, (root,))
    for sheet in out.sheets.values():
        for unit in sheet.special:
            if unit.kind == "holidays" and unit.tree:
                _read_calendars(out, source, sheet, unit)
    return out


def _follow(
    out: Gathered,
    source: Source,
    sheet: Sheet,
    sheet_of: Callable[[str, str], Sheet],
    met: dict[str, str],
    stack: tuple[str, ...],
) -> None:
    out.sheets[sheet.path] = sheet
    if sheet.unread is not None:
        out.file_findings.append(left_alone(sheet.path, sheet.unread))
    for unit in sheet.special:
        if unit.kind != "include" or not unit.tree:
            continue
        word = _include_word(unit.tree)
        at = here(word)
        for shown in _named(out, source, sheet, unit, word, at):
            identity = source.identity(shown)
            known = met.get(identity)
            if known is not None:
                if known in stack and not is_pattern(word.text):
                    chain = " -> ".join((*stack[stack.index(known) :], known))
                    finding = Finding(
                        "E0104",
                        f'"{word.text}" includes itself: {chain}',
                        at,
                        "remove one of these includes; the order of files never matters",
                    )
                    out.findings.append((sheet.path, unit, finding))
                continue
            text = _read(out, source, sheet, unit, word, shown)
            if text is not None:
                met[identity] = shown
                out.texts[shown] = text
                _follow(out, source, sheet_of(shown, text), sheet_of, met, (*stack, shown))


def _include_word(tree: syntax.Declaration) -> syntax.Word:
    line = tree.lines[0]
    assert isinstance(line, syntax.Fact)
    return line.words[0]


def _named(
    out: Gathered, source: Source, sheet: Sheet, unit: Unit, word: syntax.Word, at: Origin
) -> list[str]:
    target = target_of(sheet.path, word.text)
    if target is None:
        finding = Finding(
            "E0103",
            f'"{word.text}" is outside the folder of the root file',
            at,
            "use a path relative to this file, with forward slashes and below the root file's folder",
        )
        out.findings.append((sheet.path, unit, finding))
        return []
    if not is_pattern(word.text):
        out.asked.add(target)
        return [target]
    out.asked.add(folder_of(target))
    found = out.patterns[target] = source.expand(target)
    if not found:
        finding = Finding(
            "W0105",
            f'no file matches "{word.text}"',
            at,
            "correct the pattern, or remove the include until there are such files",
        )
        out.findings.append((sheet.path, unit, finding))
    return found


def _read(
    out: Gathered, source: Source, sheet: Sheet, unit: Unit, word: syntax.Word, shown: str
) -> str | None:
    try:
        return source.read(shown)
    except FileNotFoundError:
        finding = Finding(
            "E0102",
            f'there is no file "{shown}"',
            here(word),
            "paths are relative to the file that names them; correct the path or create the file",
        )
    except Unreadable as problem:
        if problem.code == "E0101":
            out.texts[shown] = problem.text
            out.file_findings.append(not_text(shown, problem))
            return None
        finding = Finding(
            problem.code,
            f'"{shown}" cannot be read: {problem}',
            here(word),
            "make it a readable file below the folder of the root file",
        )
    out.findings.append((sheet.path, unit, finding))
    return None


def not_text(shown: str, problem: Unreadable) -> Finding:
    """The finding for a file that is no UTF-8 text."""
    return Finding(
        "E0101",
        f"{shown} is not a text file: {problem}",
        in_file(shown, problem.position, problem.position + 1),
        "save the file as UTF-8 text",
    )


def left_alone(shown: str, start: int) -> Finding:
    """The finding for a file of which too much is wrong, at the first of what was not looked at."""
    return Finding(
        "E0111",
        f"{MOST_WRONG:,} errors or {LONGEST_BROKEN:,} broken characters stand above in this file",
        in_file(shown, start, start + 1),
        "what follows was not looked at: correct the others first, and see whether this is a rule file",
    )


def _read_calendars(out: Gathered, source: Source, sheet: Sheet, unit: Unit) -> None:
    assert unit.tree is not None
    for line in unit.tree.lines:
        if not isinstance(line, syntax.Fact) or line.keyword != "file":
            continue
        for word in line.words:
            shown = target_of(sheet.path, word.text)
            if shown is None:
                _named(out, source, sheet, unit, word, here(word))
                continue
            out.asked.add(shown)
            text = out.texts.get(shown)
            if text is None:
                text = _read(out, source, sheet, unit, word, shown)
            if text is not None:
                out.texts[shown] = text
                out.calendars[sheet.path, word.text] = (shown, text)
