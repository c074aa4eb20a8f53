"""Remembers what a check found, so that checking unchanged files costs reading them and nothing else.

A verdict is kept under the digest of everything that could change it: the text of all files, what the patterns of
includes match, and the program itself. Neither the parser nor the model is imported to answer from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dsl.cache_folder import cache_folder, replace_file
from dsl.include import Disk, Unreadable, root_here, root_of

if TYPE_CHECKING:
    from dsl.diagnostic import Diagnostic
    from dsl.span import Span

SUPPRESSION = "sla:ignore"
"""What every comment that puts a finding aside holds; such comments are findings when their day has come."""

_KEPT = 200
_DECIDING = ("holidays-", "tzdata-", "icalendar-", "lark-", "recurring_ical")
_ABOUT_FILES = frozenset(("E0101", "E0102", "E0103", "E0107"))  # may mend themselves without an edit


class Verdict(NamedTuple):
    """What a check found: diagnostics as plain data (empty when all is well) and the counts of the summary."""

    diagnostics: tuple[Diagnostic, ...]
    counts: dict[str, int]


class Recalled(NamedTuple):
    """A verdict that still holds, with the texts that it is about."""

    verdict: Verdict
    files: dict[str, str]


def recall(root: Path) -> Recalled | None:
    """The verdict on a root file if nothing has changed since, None otherwise."""
    try:
        path = _entry(root)
        if path is None:
            return None
        entry = json.loads(path.read_bytes())
        source = Disk(root.parent)
        if entry["program"] != program():
            return None
        if any(source.expand(pattern) != found for pattern, found in entry["patterns"].items()):
            return None
        files = {shown: source.read(shown) for shown in entry["files"]}
        if _fingerprint(files) != entry["fingerprint"]:
            return None
        return Recalled(
            Verdict(tuple(_unpacked(one) for one in entry["diagnostics"]), entry["counts"]), files
        )
    except (OSError, Unreadable, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(
    root: Path, verdict: Verdict, files: Mapping[str, str], patterns: Mapping[str, list[str]]
) -> None:
    """Keep a verdict; where there is no cache, nothing happens."""
    path = _entry(root)
    if path is None or any(one.code in _ABOUT_FILES for one in verdict.diagnostics):
        return
    entry = {
        "program": program(),
        "patterns": dict(patterns),
        "files": list(files),
        "fingerprint": _fingerprint(files),
        "diagnostics": [_packed(one) for one in verdict.diagnostics],
        "counts": verdict.counts,
    }
    replace_file(path, json.dumps(entry).encode())
    _tidy(path.parent)


def _packed(one: Diagnostic) -> list[Any]:
    return [
        one.code,
        one.severity.value,
        one.message,
        _range(one.span),
        [(_range(label.span), label.text) for label in one.labels],
        one.help,
        one.notes,
        [(fix.title, [(_range(edit.span), edit.text) for edit in fix.edits], fix.safe) for fix in one.fixes],
        one.context,
    ]


def _unpacked(data: list[Any]) -> Diagnostic:
    from dsl.diagnostic import Diagnostic, Edit, Fix, Label, Severity
    from dsl.span import Span

    code, severity, message, span, labels, help_, notes, fixes, context = data
    return Diagnostic(
        code,
        Severity(severity),
        message,
        Span(*span),
        tuple(Label(Span(*where), text) for where, text in labels),
        help_,
        tuple(notes),
        tuple(
            Fix(title, tuple(Edit(Span(*where), text) for where, text in edits), safe)
            for title, edits, safe in fixes
        ),
        context=context,
    )


def _range(span: Span) -> tuple[str | int, ...]:
    return (span.path, span.start, span.end, span.line, span.column, span.end_line, span.end_column)


def _entry(root: Path) -> Path | None:
    folder = cache_folder()
    if folder is None:
        return None
    name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]
    return folder / f"verdict-{name}.json"


def _fingerprint(files: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for shown, text in files.items():
        content = text.encode("utf-8", "surrogatepass")
        whole.update(f"{shown}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()


def program() -> str:
    """Changes whenever a check might find something else: the program's files and what it reads zones and
    holidays from."""
    here = Path(__file__).parent
    own = sorted([*here.glob("*"), *here.glob("checks/*")])
    states = [
        f"{path.name}:{state.st_mtime_ns}:{state.st_size}"
        for path in own
        if path.suffix in (".py", ".lark", ".toml") and (state := path.stat())
    ]
    packages = sorted(
        entry.name
        for folder in sys.path
        if folder.endswith("site-packages")
        for entry in Path(folder).glob("*.dist-info")
        if entry.name.startswith(_DECIDING)
    )
    return hashlib.sha256("\n".join([sys.version, *states, *packages]).encode()).hexdigest()


def _tidy(folder: Path) -> None:
    """Keep the most recent verdicts only; another process may be tidying too."""
    try:
        kept = sorted(folder.glob("verdict-*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_KEPT]:
            path.unlink(missing_ok=True)
    except OSError:
        return


def summary(counts: Mapping[str, int]) -> str:
    """One line that says what was checked."""
    parts = [counted(number, noun) for noun, number in counts.items() if number and noun != "file"]
    return f"ok: {', '.join(parts) or 'no declarations'} in {counted(counts['file'], 'file')}"


def counted(number: int, noun: str) -> str:
    """`1 tier`, `2 tiers`, `3 priorities`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def unchanged(arguments: Sequence[str]) -> str:
    """The summary for `sla check [PATH]` of files that are well and have not changed; "" where more is asked.

    It answers before the machinery of commands is imported, which would cost more than the check.
    """
    if len(arguments) > 1 or any(not argument or argument.startswith("-") for argument in arguments):
        return ""
    given = arguments[0] if arguments else os.environ.get("SLA_RULES")
    recalled = recall(root_of(Path(given) if given else root_here()))
    well = (
        recalled is not None
        and not recalled.verdict.diagnostics
        and not any(SUPPRESSION in text for text in recalled.files.values())
    )
    return summary(recalled.verdict.counts) if recalled and well else ""
