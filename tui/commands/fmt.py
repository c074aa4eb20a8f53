"""`sla fmt`: brings rule files into their one layout, on disk or from standard input to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import click

from dsl.cut import cut, strays
from dsl.errors import FINDINGS, SlaError
from dsl.format import Refusal, format_text
from dsl.include import Unreadable, decoded, root_here
from dsl.load import rule_files
from dsl.span import Lines
from tui.named_path import NamedPath
from tui.plain import plain
from tui.rewrite import encoded, replace, show_diff

_STDIN = "-"
_MOST_TOLD = 20


class _Kept(NamedTuple):
    """What was left as it is, from 1, and why."""

    line: int
    column: int
    why: str


class _File(NamedTuple):
    """A file before and after, BOM and all."""

    name: str
    before: bytes
    after: bytes
    kept: list[_Kept]


@click.command(
    epilog="""\b
Examples:
  sla fmt                        sla.rules, here or in a folder above, and what it includes
  sla fmt rules/customers        every *.rules file below a folder
  sla fmt --check --diff         change nothing, show what would change, exit 1 if anything
  sla fmt - < draft.rules        standard input to standard output"""
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=NamedPath(readable=False, path_type=str))
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change and exit 1.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Format rule files: white space only.

    PATH is a file, a folder (every *.rules file below it) or - for standard input; without one, sla.rules, here or
    in a folder above, and the files that it includes, or else every *.rules file below this folder. What does not parse stays as
    it is, is named, and makes the exit code 1, as does a file that is no text.
    """
    if _STDIN in paths and len(paths) > 1:
        raise click.UsageError("standard input (-) cannot be formatted together with files")
    codes = [0]
    changed = total = 0
    for path in _wanted(paths):
        total += 1
        try:
            file = _formatted(path)
            codes.append(_settle(path, file, check=check, diff=diff))
            changed += file.before != file.after
        except SlaError as error:
            _complain(str(error), error.help)
            codes.append(error.exit_code)
    if paths != (_STDIN,):
        what = "would change" if check or diff else "formatted"
        click.echo(f"{changed} of {total} files {what}", err=True)
    return max(codes)


def _settle(path: Path | None, file: _File, *, check: bool, diff: bool) -> int:
    """Show or write one file, name what was left alone, and answer its exit code."""
    dry = check or diff
    differs = file.before != file.after
    if dry and differs:
        _show(file, named=check, diff=diff)
    elif path is None and not dry:
        sys.stdout.buffer.write(file.after)
    elif path is not None and differs:
        replace(path, file.after)
        click.echo(f"formatted {plain(file.name)}")
    for one in file.kept[:_MOST_TOLD]:
        _complain(
            f"{file.name}:{one.line}:{one.column}: {one.why} and was left as it is",
            "sla check says what is wrong",
        )
    if len(file.kept) > _MOST_TOLD:
        _complain(f"{file.name}: there is more that does not parse; the first {_MOST_TOLD} are told")
    return FINDINGS if file.kept or (check and differs) else 0


def _wanted(paths: tuple[str, ...]) -> Iterator[Path | None]:
    """The files to format, each once; None is standard input."""
    seen: set[str] = set()
    for path in (found for given in paths or (None,) for found in _files(given)):
        key = "" if path is None else os.path.realpath(path)
        if key not in seen:
            seen.add(key)
            yield path


def _files(given: str | None) -> list[Path] | list[None]:
    if given == _STDIN:
        return [None]
    if given is None and (root := root_here()).is_file():
        files = (root.parent / shown for shown in rule_files(root))
        return [path for path in files if path.is_file()]
    path = Path(given or ".")
    if not path.is_dir():
        return [path]
    found = sorted(
        Path(folder, name)
        for folder, folders, names in os.walk(path, onerror=_raise)
        for name in _rule_files(folders, names)
    )
    if not found:
        raise SlaError(
            f"there is no rule file in or below the folder {path}", help="rule files are called *.rules"
        )
    return found


def _rule_files(folders: list[str], names: list[str]) -> list[str]:
    folders[:] = [folder for folder in folders if not folder.startswith(".")]
    return [name for name in names if name.endswith(".rules") and not name.startswith(".")]


def _raise(error: OSError) -> None:
    raise error


def _formatted(path: Path | None) -> _File:
    """Read and format. Raises SlaError for what is no text or cannot be read."""
    name = "<stdin>" if path is None else str(path)
    try:
        if path is not None and path.exists() and not path.is_file():
            raise SlaError(f"{name} is not a file")
        before = sys.stdin.buffer.read() if path is None else path.read_bytes()
    except OSError as error:
        raise SlaError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    try:
        text = decoded(before)
    except Unreadable as problem:
        at = Lines(name, problem.text).span(problem.position, problem.position)
        raise SlaError(f"{at}: not a text file: {problem}", help=problem.help, exit_code=FINDINGS) from None
    formatted = format_text(text)
    return _File(name, before, encoded(formatted.text, before), _kept(text, formatted.refused))


def _kept(text: str, refused: Iterable[Refusal]) -> list[_Kept]:
    """What was not formatted, in its order; of braces that close nothing one more than are told."""
    lines = Lines("", text)
    braces = [lines.span(start, start) for start in islice(strays(text, cut(text)), _MOST_TOLD + 1)]
    return sorted(
        [
            *(_Kept(one.line, one.column, f"{plain(one.head, 100)!r} does not parse") for one in refused),
            *(_Kept(one.line, one.column, "this brace closes nothing") for one in braces),
        ]
    )


def _show(file: _File, *, named: bool, diff: bool) -> None:
    if named:
        click.echo(f"would format {plain(file.name)}", err=diff)
    if diff:
        show_diff(file.name, file.before, file.after)


def _complain(message: str, help_: str = "") -> None:
    click.echo(f"sla: {plain(message, 2000)}", err=True)
    if help_:
        click.echo(f"  help: {plain(help_, 2000)}", err=True)
