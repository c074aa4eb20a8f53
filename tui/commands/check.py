"""`sla check`: every problem of the rule files in one pass.

The verdict on unchanged files comes from the cache, without parser, model or time zones: CI and editors ask often. What
depends on the day or on a revision of git is taken from the verdict afterwards, and never kept.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from dsl.diagnostic import Diagnostic, Severity
from dsl.errors import FINDINGS
from dsl.include import Disk, Drafts, Unreadable, decoded, root_file
from dsl.suppress import has_suppressions, without_suppressed
from dsl.touched import Before, touched
from dsl.verdict import Verdict, recall, remember, summary
from tui.date_param import DateParam
from tui.fragment import refuse_part
from tui.reporting import failing_as_finding, format_option, report
from tui.rule_path import rule_path

if TYPE_CHECKING:
    from dsl.loaded import Loaded

_STDIN = "<stdin>"
_STDIN_ARGUMENT = Path("-")


class _Outcome(NamedTuple):
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    counts: Mapping[str, int]


@click.command(
    epilog="""\b
Examples:
  sla check                                 sla.rules, here or in a folder above
  sla check site/ --format compact          one line a finding
  sla check --changed-since origin/main     what this branch touches or brings
  sla check --format gitlab > quality.json  a report for a merge request
  sla check - < draft.rules                 standard input; includes are looked for in this folder"""
)
@rule_path
@format_option
@click.option(
    "--changed-since",
    metavar="REF",
    help="Report only what was changed since this git revision, or since the branch left it.",
)
@click.option(
    "--today",
    type=DateParam(),
    help="Compare the dates of suppressions with this day.  [default: today, UTC]",
)
def command(rules_path: Path, format_: str, changed_since: str | None, today: date | None) -> int:
    """Check rule files: PATH is the root file, a folder that holds sla.rules, or - for standard input.

    Exit code 0 when all is well, 1 on any finding, 3 or 4 when there is nothing to look at.
    """
    if rules_path == _STDIN_ARGUMENT and changed_since is not None:
        raise click.UsageError("standard input (-) has no history; --changed-since needs a file")
    day = today or datetime.now(UTC).date()
    with failing_as_finding(format_, rules_path, "sla check"):
        root = None if rules_path == _STDIN_ARGUMENT else root_file(rules_path)
        outcome = _checked_draft() if root is None else _checked(root)
        if root is not None and any(one.severity is Severity.ERROR for one in outcome.diagnostics):
            refuse_part(root, "sla check")
        left = without_suppressed(outcome.diagnostics, outcome.files, day)
        if root is not None and changed_since is not None:
            left = touched(left, outcome.files, _before(root, changed_since, day))
    outcome = outcome._replace(diagnostics=left)
    report(outcome, format_, root)
    if outcome.diagnostics:
        return FINDINGS
    if format_ in ("human", "plain"):
        click.echo(summary(outcome.counts))
    return 0


def _before(root: Path, name: str, today: date) -> Before:
    """What a check would have found in the files of a revision."""
    from dsl.load import Loader
    from dsl.revision import fork_point, revision

    with revision(root.parent, fork_point(root.parent, name)) as source:
        try:
            source.read(root.name)
        except FileNotFoundError:
            return Before((), {})
        loaded = Loader().load_from(source, root.name)
    return Before(without_suppressed(_found(loaded), loaded.files, today), loaded.files)


def _checked(root: Path) -> _Outcome:
    recalled = recall(root)
    if recalled is not None:
        return _Outcome(recalled.verdict.diagnostics, recalled.files, recalled.verdict.counts)
    from dsl.load import load

    loaded = load(root)
    counts = loaded.counts()
    found = _found(loaded)
    remember(root, Verdict(found, counts), loaded.files, loaded.patterns)
    return _Outcome(found, loaded.files, counts)


def _found(loaded: Loaded) -> tuple[Diagnostic, ...]:
    """What suppressions may leave of many findings is told too, however many come before it."""
    return loaded.every_diagnostic() if has_suppressions(loaded.files) else loaded.diagnostics


def _checked_draft() -> _Outcome:
    from dsl.load import Loader

    content = sys.stdin.buffer.read()
    try:
        text, fault = decoded(content), None
    except Unreadable as problem:
        text, fault = problem.text, problem
    loaded = Loader().load_from(Drafts({_STDIN: text}, Disk(Path()), fault), _STDIN)
    return _Outcome(_found(loaded), loaded.files, loaded.counts())
