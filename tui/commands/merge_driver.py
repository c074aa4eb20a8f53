"""`sla merge-driver`: what git asks when two branches changed one rule file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from dsl.conflict import has_conflict
from dsl.errors import FINDINGS, SlaError
from dsl.include import Unreadable, decoded
from dsl.merge import merge
from tui.named_path import NamedPath
from tui.plain import plain

_BOM = "\ufeff"
_LABELS = ("base", "ours", "theirs")


def _labels(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """What git calls the versions; before 2.44 it leaves `%S` and the like as they are, and an empty one names nothing."""
    return tuple(
        name if not label or label.startswith("%") else label
        for name, label in zip(_LABELS, given, strict=True)
    )


@click.command(
    epilog="""\b
Example: what `sla init --git` lets git run, once for each clone:
  sla merge-driver %O %A %B --marker-size %L --path %P --labels %S %X %Y"""
)
@click.argument("base", type=NamedPath())
@click.argument("ours", type=NamedPath())
@click.argument("theirs", type=NamedPath())
@click.option("--marker-size", type=click.IntRange(1, 100), default=7, help="Length of conflict markers.")
@click.option(
    "--labels",
    nargs=3,
    default=_LABELS,
    metavar="BASE OURS THEIRS",
    callback=_labels,
    help="What the conflict markers say.",
)
@click.option("--path", "shown", default="", help="What the file is called, for messages.")
def command(
    base: Path, ours: Path, theirs: Path, marker_size: int, labels: tuple[str, ...], shown: str
) -> int:
    """Merge two changes of a rule file by declarations, into OURS.

    Both sides may add or change different customers anywhere. What both changed is merged line by line; where that
    fails, conflict markers stand in that declaration only and the exit code is 1.
    """
    contents = [path.read_bytes() for path in (base, ours, theirs)]
    lines = _line_merge(marker_size, labels)
    try:
        texts = [decoded(content) for content in contents]
    except Unreadable as problem:
        raise SlaError(f"{shown or ours} is not a rule file: {problem}", help="merge it by hand") from None
    if any(map(has_conflict, texts)):
        text, conflict = lines(*texts)
        names: tuple[str, ...] = (shown or str(ours),) if conflict else ()
    else:
        ends = "\r\n" if "\r\n" in texts[1] else "\n"
        merged = merge(*[text.replace("\r\n", "\n") for text in texts], merge_lines=lines)
        text, names = merged.text.replace("\n", ends), merged.conflicts
    mark = _BOM if contents[1].startswith(_BOM.encode()) else ""
    ours.write_bytes((mark + text).encode())
    for name in names:
        click.echo(f"sla: conflict in {plain(name)}{f' of {plain(shown)}' if shown else ''}", err=True)
    return FINDINGS if names else 0


def _line_merge(marker_size: int, labels: tuple[str, ...]) -> Callable[[str, str, str], tuple[str, bool]]:
    """The merge of lines that git has, with the conflict style that is set for the folder we stand in."""

    def merged(*texts: str) -> tuple[str, bool]:
        with TemporaryDirectory(prefix="sla-merge-") as folder:
            base, ours, theirs = (Path(folder, name) for name in _LABELS)
            for path, text in zip((base, ours, theirs), texts, strict=True):
                path.write_bytes(text.encode())
            arguments = ["git", "merge-file", "-p", f"--marker-size={marker_size}"]
            for label in (labels[1], labels[0], labels[2]):
                arguments += ["-L", label]
            try:
                done = subprocess.run([*arguments, ours, base, theirs], capture_output=True, check=False)
            except FileNotFoundError:
                raise SlaError("there is no git here", help="merge the file by hand") from None
        if not 0 <= done.returncode < 128:
            raise SlaError(f"git merge-file: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.stdout.decode(), done.returncode > 0

    return merged
