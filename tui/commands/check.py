"""`sla check`: every problem of the rule files in one pass.

The verdict on unchanged files comes from the cache, without parser, model or time zones: CI and editors ask often.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

from dsl.diagnostic import Diagnostic
from dsl.errors import FINDINGS
from dsl.include import ROOT_NAME, Disk, Draft, Unreadable, decoded, root_file
from dsl.verdict import Verdict, recall, remember, summary
from tui.findings import FORMATS, render, wants_color

_STDIN = "<stdin>"


class _Outcome(NamedTuple):
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    counts: Mapping[str, int]


@click.command(
    epilog="""\b
Examples:
  sla check                          sla.rules of this folder
  sla check site/ --format compact   one line a finding
  sla check - < draft.rules          standard input; includes are looked for in this folder"""
)
@click.argument("path", default=ROOT_NAME, type=click.Path(path_type=str))
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="human",
    show_default=True,
    help="How findings are written.",
)
def command(path: str, format_: str) -> int:
    """Check rule files: PATH is the root file, a folder that holds sla.rules, or - for standard input.

    Exit code 0 when all is well, 1 on any finding, 4 when there is nothing to read.
    """
    outcome = _checked_draft() if path == "-" else _checked(root_file(Path(path)))
    text = render(outcome, format_, color=wants_color())
    if text:
        click.echo(text)
    if outcome.diagnostics:
        return FINDINGS
    if format_ == "human":
        click.echo(summary(outcome.counts))
    return 0


def _checked(root: Path) -> _Outcome:
    recalled = recall(root)
    if recalled is not None:
        return _Outcome(recalled.verdict.diagnostics, recalled.files, recalled.verdict.counts)
    from dsl.load import load

    loaded = load(root)
    counts = loaded.counts()
    remember(root, Verdict(loaded.diagnostics, counts), loaded.files, loaded.patterns)
    return _Outcome(loaded.diagnostics, loaded.files, counts)


def _checked_draft() -> _Outcome:
    from dsl.load import Loader

    content = sys.stdin.buffer.read()
    try:
        text, fault = decoded(content), None
    except Unreadable as problem:
        text, fault = problem.text, problem
    loaded = Loader().load_from(Draft(_STDIN, text, Disk(Path()), fault), _STDIN)
    return _Outcome(loaded.diagnostics, loaded.files, loaded.counts())
