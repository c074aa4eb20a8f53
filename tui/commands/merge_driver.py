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
from tui.plain import plain

_BOM = "\ufeff"


@click.command(
    epilog="""\b
Example: what `sla init --git` sets, once for each clone:
  git config merge.sla.driver 'sla merge-driver %O %A %B --marker-size %L --path %P'"""
)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.option("--marker-size", type=click.IntRange(1, 100), default=7, help="Length of conflict markers.")
@click.option("--path", "shown", default="", help="What the file is called, for messages.")
def command(base: Path, ours: Path, theirs: Path, marker_size: int, shown: str) -> int:
    """Merge two changes of a rule file by declarations, into OURS.

    Both sides may add or change different customers anywhere. What both changed is merged line by line; where that
    fails, conflict markers stand in that declaration only and the exit code is 1.
    """
    contents = [path.read_bytes() for path in (base, ours, theirs)]
    lines = _line_merge(marker_size)
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


def _line_merge(marker_size: int) -> Callable[[str, str, str], tuple[str, bool]]:
    """The merge of lines that git has."""

    def merged(base: str, ours: str, theirs: str) -> tuple[str, bool]:
        with TemporaryDirectory(prefix="sla-merge-") as folder:
            names = ("ours", "base", "theirs")
            for name, text in zip(names, (ours, base, theirs), strict=True):
                Path(folder, name).write_bytes(text.encode())
            arguments = ["git", "merge-file", "-p", f"--marker-size={marker_size}"]
            for name in names:
                arguments += ["-L", name]
            try:
                done = subprocess.run([*arguments, *names], cwd=folder, capture_output=True, check=False)
            except FileNotFoundError:
                raise SlaError("there is no git here", help="merge the file by hand") from None
        if not 0 <= done.returncode < 128:
            raise SlaError(f"git merge-file: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.stdout.decode(), done.returncode > 0

    return merged
