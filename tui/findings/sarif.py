"""Findings as SARIF 2.1.0, which code scanning services take; made to the OASIS specification."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dsl.codes import pages
from dsl.diagnostic import Diagnostic, Fix
from dsl.span import Span
from tui.findings.record import address_of, fingerprints, sentence
from tui.plain import plain
from tui.version import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(diagnostics: Sequence[Diagnostic], folder: str) -> str:
    """A SARIF log of one run; columns count characters and ends are exclusive, as in our own spans."""
    codes = sorted({one.code for one in diagnostics})
    run = {
        "tool": {
            "driver": {"name": "tiercel", "version": __version__, "rules": [_rule(code) for code in codes]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(one, codes.index(one.code), fingerprint, folder)
            for one, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, object]:
    page = pages()[code]
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.what},
        "help": {"text": f"{page.why}\n\nsla explain {code}"},
        "defaultConfiguration": {"level": page.severity.value},
    }


def _result(one: Diagnostic, index: int, fingerprint: str, folder: str) -> dict[str, object]:
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": one.severity.value,
        "message": {"text": sentence(one)},
        "locations": [{"physicalLocation": _physical(one.span, folder)}],
        "relatedLocations": [
            {
                "id": number,
                "physicalLocation": _physical(label.span, folder),
                "message": {"text": plain(label.text)},
            }
            for number, label in enumerate(one.labels)
        ],
        "partialFingerprints": {"tiercel/v1": fingerprint},
        "fixes": [_fix(fix, folder) for fix in one.fixes],
    }


def _physical(span: Span, folder: str) -> dict[str, object]:
    return {"artifactLocation": {"uri": address_of(span, folder)}, "region": _region(span)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _fix(fix: Fix, folder: str) -> dict[str, object]:
    changes: dict[str, list[dict[str, object]]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        changes.setdefault(address_of(edit.span, folder), []).append(replacement)
    return {
        "description": {"text": plain(fix.title)},
        "artifactChanges": [
            {"artifactLocation": {"uri": uri}, "replacements": replacements}
            for uri, replacements in changes.items()
        ],
    }
