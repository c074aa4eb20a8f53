"""Findings as people and programs read them: one record, the diagnostic, and every output made from it.

Each format is a pure function of diagnostics and the texts that they point into; `render` is the one door.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Protocol

from dsl.diagnostic import Diagnostic
from dsl.listed import listed
from tui.findings.human import compact, human, spoken
from tui.findings.record import record
from tui.plain import json_text

__all__ = ["FORMATS", "FOR_PEOPLE", "Findings", "record", "render", "wants_color"]

FORMATS = ("human", "compact", "plain", "json", "sarif", "junit", "github", "markdown", "gitlab")
FOR_PEOPLE = ("human", "compact", "plain")


class Findings(Protocol):
    """What is rendered: diagnostics, and the texts that they point into by shown path."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...
    @property
    def files(self) -> Mapping[str, str]: ...


def render(
    found: Findings,
    format_: str = "human",
    *,
    color: bool = False,
    folder: str = "",
    title: str = "sla check",
) -> str:
    """The diagnostics that are told in one of FORMATS, without a newline at the end.

    Of nothing, formats for people and `github` give "", the others a document that says so. Files are named relative to
    the root file's folder for people; formats that other programs match with a repository put `folder`, with forward
    slashes, before them. `title` is the command that found it.
    """
    diagnostics = listed(found.diagnostics)
    match format_:
        case "human":
            return human(diagnostics, found.files, color=color)
        case "compact":
            return "\n".join(map(compact, diagnostics))
        case "plain":
            return "\n\n".join(map(spoken, diagnostics))
        case "json":
            return json_text([record(one) for one in diagnostics])
        case "sarif":
            from tui.findings.sarif import sarif

            return sarif(diagnostics, folder)
        case "junit":
            from tui.findings.junit import junit

            return junit(diagnostics, found.files, folder, title)
        case "github":
            from tui.findings.github import workflow_commands

            return workflow_commands(diagnostics, folder)
        case "markdown":
            from tui.findings.github import step_summary

            return step_summary(diagnostics, folder, title)
        case "gitlab":
            from tui.findings.gitlab import code_quality

            return code_quality(diagnostics, folder)
    raise ValueError(f"{format_} is not one of {', '.join(FORMATS)}")


def wants_color() -> bool:
    """Colour on a terminal, unless NO_COLOR is set to anything."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
