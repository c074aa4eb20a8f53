"""Findings as a GitLab code quality report: the subset of the CodeClimate format that merge requests show."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dsl.diagnostic import Diagnostic, Severity
from tui.findings.record import fingerprints, path_of, sentence

_SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def code_quality(diagnostics: Sequence[Diagnostic], folder: str) -> str:
    """A JSON array; GitLab tells findings apart by their fingerprints."""
    entries = [
        {
            "description": sentence(one),
            "check_name": one.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITY[one.severity],
            "location": {"path": path_of(one.span, folder), "lines": {"begin": one.span.line}},
        }
        for one, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False)
