"""The rules in force as lines, and everything that is wrong with the ones on disk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from dsl.diagnostic import Diagnostic, Severity
from dsl.span import Span
from engine.snapshot import RulesStatus, Snapshot
from reports.render.sheet import Cell
from tui.coloured import coloured
from tui.excerpt import excerpt
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, cells_of, clip, fit, wrap
from tui.moment import day_clock, span
from tui.plain import plain


def rules_page(snapshot: Snapshot | None, now: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """The screen, also while there is nothing to show yet."""
    if snapshot is None:
        return [(), (("Loading the rules.", "muted"),)]
    rules = snapshot.rules
    out: list[Line] = [()]
    if rules.broken:
        count = f"{len(rules.broken)} finding{'s' if len(rules.broken) > 1 else ''}"
        out += [
            (
                ("The rules on disk are broken. ", "breached"),
                (f"Generation {rules.generation} stays in force.", "strong"),
            ),
            ((f"{count}; mend the files and save, or revert them, and they are taken up at once.", "muted"),),
            (),
        ]
        for diagnostic in rules.broken:
            out += [*diagnostic_lines(diagnostic, rules.sources, glyphs, cells), ()]
    out.append((("In force", "heading"),))
    facts = (
        ("generation", str(rules.generation)),
        ("digest", rules.digest),
        ("git revision", rules.revision or "not in a git work tree"),
        (
            "in force since",
            f"{day_clock(rules.loaded_at, zone)} ({span(now - rules.loaded_at)} ago)"
            if rules.loaded_at
            else "-",
        ),
        ("root", rules.root),
    )
    out += [((fit(name, 16), "muted"), (glyphs.text(plain(value, 300)), "")) for name, value in facts]
    out += [(), (("What the last reload moved", "heading"),)]
    if rules.moved:
        for words in rules.moved:
            lines = wrap(glyphs.text(plain(words, 1000)), max(20, cells - 2))
            out += [
                ((f"{glyphs.dot} " if not at else "  ", "off"), (line, "")) for at, line in enumerate(lines)
            ]
    else:
        out.append((("nothing that this console has seen", "muted"),))
    out += [(), ((f"Files ({len(rules.files)})", "heading"),)]
    out += [((glyphs.text(plain(name, 400)), ""),) for name in rules.files]
    return out


def diagnostic_lines(
    diagnostic: Diagnostic, sources: Mapping[str, str], glyphs: Glyphs, cells: int
) -> list[Line]:
    """One finding: what, where, the line in question, the other places with theirs, and what to do."""
    role = "breached" if diagnostic.severity is Severity.ERROR else "warning"
    out: list[Line] = [
        (
            (f"{diagnostic.severity.value} {plain(diagnostic.code, 20)}  ", role),
            (glyphs.text(plain(str(diagnostic.span), 300)), "key"),
        )
    ]
    out += _words("", diagnostic.message, "strong", glyphs, cells)
    out += excerpt_lines(diagnostic.span, sources, "^", role, glyphs, cells)
    for label in diagnostic.labels:
        out += _words("see ", f"{label.span} {label.text}", "muted", glyphs, cells)
        out += excerpt_lines(label.span, sources, "-", "muted", glyphs, cells)
    for note in diagnostic.notes:
        out += _words("note ", note, "muted", glyphs, cells)
    if diagnostic.help:
        out += _words("help ", diagnostic.help, "met", glyphs, cells)
    return out


def _words(lead: str, words: str, role: str, glyphs: Glyphs, cells: int) -> list[Line]:
    lines = wrap(glyphs.text(plain(words, 1000)), max(20, cells - 2 - len(lead)))
    return [
        (("  " + (lead if not at else " " * len(lead)), "muted"), (line, role))
        for at, line in enumerate(lines)
    ]


def excerpt_lines(
    span: Span, sources: Mapping[str, str], mark: str, role: str, glyphs: Glyphs, cells: int
) -> list[Line]:
    """The line of a rule file in its colours, and marks below what is meant; nothing where the file is not at hand."""
    if span.path not in sources:
        return []
    number = f"  {span.line} | "
    shown = excerpt(span, sources, max(20, cells - len(number)))
    line = glyphs.text(shown.text)
    before, meant = (cells_of(line[:end]) for end in (shown.start, shown.start + shown.width))
    under = " " * (len(number) - 2) + "| " + " " * before
    return [
        clip(((number, "muted"), *coloured(line)), cells),
        clip(((under, "muted"), (mark * max(meant - before, 1), role)), cells),
    ]


def rules_sheet(rules: RulesStatus) -> Sheet:
    """The findings, or the files in force where there is none."""
    if not rules.broken:
        return Sheet(
            "rules",
            ("generation", "digest", "file"),
            [(rules.generation, rules.digest, f) for f in rules.files],
        )
    header = ("severity", "code", "file", "line", "column", "message", "help")
    rows: list[tuple[Cell, ...]] = [
        (d.severity.value, d.code, d.span.path, d.span.line, d.span.column, d.message, d.help)
        for d in rules.broken
    ]
    return Sheet("diagnostics", header, rows)
