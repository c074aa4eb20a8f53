"""Findings for GitHub: workflow commands that become annotations of a pull request, and Markdown for a step's summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsl.diagnostic import Diagnostic
from tui.findings.human import totals
from tui.findings.record import path_of, sentence
from tui.plain import markdown, plain

_MOST_ROWS = 500  # a step's summary holds a megabyte


def workflow_commands(diagnostics: Sequence[Diagnostic], folder: str) -> str:
    """One workflow command a finding. GitHub shows ten of a kind for each step."""
    return "\n".join(_annotation(one, folder) for one in diagnostics)


def _annotation(one: Diagnostic, folder: str) -> str:
    place = {"file": path_of(one.span, folder), "line": one.span.line, "endLine": one.span.end_line}
    if one.span.line == one.span.end_line:
        place |= {"col": one.span.column, "endColumn": one.span.end_column}
    place |= {"title": f"tiercel {one.code}"}
    words = ",".join(f"{name}={_property(str(value))}" for name, value in place.items())
    return f"::{one.severity} {words}::{_data(sentence(one))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def step_summary(diagnostics: Sequence[Diagnostic], folder: str, title: str) -> str:
    """A heading that says how it went, and a table of the findings."""
    if not diagnostics:
        return f"### {markdown(title)}: all is well\n"
    lines = [
        f"### {markdown(title)}: {totals(diagnostics)}",
        "",
        "| | code | where | what |",
        "| --- | --- | --- | --- |",
    ]
    for one in diagnostics[:_MOST_ROWS]:
        where = markdown(f"{path_of(one.span, folder)}:{one.span.line}")
        lines.append(f"| {one.severity} | {one.code} | {where} | {_rich(sentence(one))} |")
    if len(diagnostics) > _MOST_ROWS:
        lines.append(f"\n{len(diagnostics) - _MOST_ROWS} more")
    return "\n".join(lines) + "\n"


def _rich(text: str) -> str:
    """What our messages have between backticks as code; all else, and what is in there, is only text."""
    parts = re.split(r"`([^`]*)`", plain(text, 2000))
    return "".join(
        f"<code>{markdown(part)}</code>" if number % 2 else markdown(part)
        for number, part in enumerate(parts)
    )
