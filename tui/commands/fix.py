"""`sla fix`: applies the safe fixes that findings offer, until none is left, and names the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import click

from dsl.diagnostic import Diagnostic
from dsl.errors import FINDINGS, SlaError
from dsl.include import Disk, Drafts, decoded, root_file
from dsl.listed import listed
from dsl.load import Loader
from dsl.mend import Mended, before, mended
from dsl.span import Lines
from dsl.suppress import without_suppressed
from dsl.verdict import counted
from tui import rewrite
from tui.findings.human import compact
from tui.plain import plain
from tui.rule_path import rule_path

_MOST_ROUNDS = 100


class _Fixed(NamedTuple):
    """Texts by shown path before and after, the rounds of fixes between them, and what is left to a person."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    rounds: tuple[Mended, ...]
    left: tuple[Diagnostic, ...]


@click.command(
    epilog="""\b
Examples:
  sla fix --dry-run        show what would change; exit code 1 if anything would, or is left
  sla fix                  change the files, and name what is left"""
)
@rule_path
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change.")
def command(rules_path: Path, dry_run: bool) -> int:
    """Apply the safe fixes: those that keep what the author plainly meant.

    PATH is the root file, or a folder that holds sla.rules. Findings that are left are listed, with what could mend
    them where a person has to choose. Exit code 0 when nothing is left, else 1.
    """
    root = root_file(rules_path)
    fixed = _fixed(root, datetime.now(UTC).date())
    changed = [shown for shown, text in fixed.after.items() if text != fixed.before[shown]]
    for shown in changed:
        file = root.parent / shown
        found = file.read_bytes()
        if decoded(found) != fixed.before[shown]:
            raise SlaError(f"{file} was changed meanwhile", help="run sla fix again")
        after = rewrite.encoded(fixed.after[shown], found)
        if dry_run:
            rewrite.show_diff(str(file), found, after)
        else:
            rewrite.replace(file, after)
            click.echo(f"fixed {plain(file)}")
    original = {path: Lines(path, text) for path, text in fixed.before.items()}
    left = listed(fixed.left)
    for one in left:
        there = before(one.span, fixed.rounds, original[one.span.path]) if dry_run else one.span
        click.echo(compact(replace(one, span=there)), err=dry_run)
        for fix in one.fixes:
            click.echo(f"  could be mended: {plain(fix.title)}", err=dry_run)
    would = "would be " if dry_run else ""
    applied = sum(len(one.applied) for one in fixed.rounds)
    again = (
        "; run it again, for more of them" if any(fix.safe for one in fixed.left for fix in one.fixes) else ""
    )
    told = f", of which {len(left)} are listed" if len(left) < len(fixed.left) else ""
    summary = f"{counted(applied, 'finding')} {would}fixed, {len(fixed.left)} left{told}{again}"
    click.echo(summary, err=True)
    return FINDINGS if fixed.left or (dry_run and changed) else 0


def _fixed(root: Path, today: date) -> _Fixed:
    """Fix in rounds, in memory: what one fix uncovers, the next round may mend."""
    loader, disk = Loader(), Disk(root.parent)
    loaded = loader.load(root)
    files = original = dict(loaded.files)
    rounds: list[Mended] = []
    left = without_suppressed(loaded.every_diagnostic(), files, today)
    for _ in range(_MOST_ROUNDS):
        outcome = mended(left, files)
        if outcome.files == files:
            break
        loaded = loader.load_from(Drafts(outcome.files, disk), root.name)
        rounds.append(outcome)
        files = outcome.files
        left = without_suppressed(loaded.every_diagnostic(), loaded.files, today)
        files = {**loaded.files, **files}
        original = {**loaded.files, **original}
    return _Fixed(original, files, tuple(rounds), left)
