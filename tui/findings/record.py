"""A diagnostic as plain data for programs, and what the formats of other tools have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from dsl.diagnostic import Diagnostic
from dsl.span import Span
from tui.plain import plain


def record(one: Diagnostic) -> dict[str, object]:
    """A diagnostic as plain data; the names are stable."""
    data: dict[str, object] = {
        "code": one.code,
        "severity": one.severity.value,
        "message": one.message,
        "file": one.span.path,
        "span": _span(one.span),
        "labels": [
            {"file": label.span.path, "span": _span(label.span), "text": label.text} for label in one.labels
        ],
        "help": one.help,
        "notes": list(one.notes),
        "fixes": [
            {
                "title": fix.title,
                "applicability": "safe" if fix.safe else "maybe",
                "edits": [
                    {"file": edit.span.path, "span": _span(edit.span), "text": edit.text}
                    for edit in fix.edits
                ],
            }
            for fix in one.fixes
        ],
        "fingerprint": one.fingerprint,
    }
    return data | {"example": one.example} if one.example else data


def _span(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "start": span.start,
        "end": span.end,
    }


def sentence(one: Diagnostic) -> str:
    """What is wrong and how to mend it, in one harmless line."""
    return plain(f"{one.message} ({one.help})" if one.help else one.message, 2000)


def path_of(span: Span, folder: str) -> str:
    """Where a file is for somebody who stands `folder` above the root file's folder."""
    return plain(f"{folder}/{span.path}" if folder and span.path != "<stdin>" else span.path, 2000)


def address_of(span: Span, folder: str) -> str:
    """The same as a relative URI."""
    return quote(path_of(span, folder))


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One fingerprint each, all different: the second of two that read the same gets a number."""
    met: Counter[str] = Counter()
    out: list[str] = []
    for one in diagnostics:
        met[one.fingerprint] += 1
        count = met[one.fingerprint]
        out.append(one.fingerprint if count == 1 else f"{one.fingerprint}-{count}")
    return out
