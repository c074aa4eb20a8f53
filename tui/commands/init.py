"""`sla init`: lays out a new site with rules that work, and what CI and git need around them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from importlib.resources import files
from pathlib import Path

import click

from dsl.errors import FINDINGS, SlaError, advised
from dsl.revision import is_repository
from tui.named_path import NamedPath
from tui.plain import plain

LAYOUT = {
    "sla.rules": "sla.rules",
    "rules/calendars.rules": "rules/calendars.rules",
    "rules/tiers.rules": "rules/tiers.rules",
    "rules/customers/acme.rules": "rules/customers/acme.rules",
    "README.md": "readme.md",
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".github/workflows/sla.yml": "github/sla.yml",
    ".gitlab-ci.yml": "gitlab-ci.yml",
}
"""Files of a new site, and where each comes from in `rules/starter`."""

AT_THE_TOP = frozenset((".pre-commit-config.yaml", ".github/workflows/sla.yml", ".gitlab-ci.yml"))
"""Files that count only at the top of a repository."""

DRIVERS = {
    "diff.sla.xfuncname": "^([a-z][^{]*[^{[:space:]])",
    "merge.sla.driver": (
        "sla merge-driver %O %A %B --marker-size %L --path %P --labels %S %X %Y"
        ' || { grep -q "^<<<" %A && exit 1; echo "sla did not merge, git does by lines:" %P >&2;'
        " git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B || exit 1; }"
    ),
}
"""What git is to know of a clone: how a hunk is named, and how rule files are merged. Where `sla` cannot be started git would take a
file without markers for ours, so the merge of lines steps in."""


@click.command(
    epilog="""\b
Examples:
  sla init our-slas            a new site in a new folder
  sla init --git               the same in this folder, and tell git about it
Run it again in a clone with --git: what is there stays as it is."""
)
@click.argument("folder", default=".", type=NamedPath())
@click.option("--git", is_flag=True, help="Set the drivers for differences and merges in this clone.")
def command(folder: Path, git: bool) -> int:
    """Lay out a new site in FOLDER: rules that pass `sla check`, CI for GitHub and GitLab, and git attributes.

    In a folder of a repository CI and hooks are left out: they count only at its top. Nothing is overwritten: where one of its files is there already nothing is written, and the exit code is 1. With
    --git in a site that is laid out already, only git is told.
    """
    top = _top_above(folder)
    layout = {name: source for name, source in LAYOUT.items() if top is None or name not in AT_THE_TOP}
    there = _no_folder(folder) or list(
        dict.fromkeys(filter(None, (_in_the_way(folder, name) for name in layout)))
    )
    if there and not (git and "sla.rules" in there):
        click.echo(f"sla: {', '.join(map(plain, there))} already there; nothing was written", err=True)
        help_ = "name another folder, or move what is there"
        if git:
            help_ += "; to tell git about rules that are laid out elsewhere, name their folder: sla init FOLDER --git"
        click.echo(f"  help: {help_}", err=True)
        return FINDINGS
    if git:
        _look_for_repository(folder)
    if not there:
        _lay_out(folder, layout)
        for name in layout:
            click.echo(f"wrote {plain(folder / name)}")
        if top is not None:
            below = plain(os.path.relpath(folder.absolute(), top))
            click.echo(
                f"\nleft out, for they count only at the top of a repository ({plain(top)}): CI and hooks"
            )
            click.echo("let those that are there run:")
            for words in (["check"], ["fmt", "--check"], ["test"]):
                click.echo(f"  {advised('sla', *words, below)}")
    if git:
        for key, value in DRIVERS.items():
            _configure(folder, key, value)
            click.echo(f"git config {key}")
        return _unused(folder)
    click.echo("\ntell git, once for each clone (or: sla init --git):")
    for key, value in DRIVERS.items():
        click.echo(f"  {advised('git', 'config', key, value)}")
    return 0


def _top_above(folder: Path) -> Path | None:
    """The top of the repository that the folder, there or not yet, is below; None at the top itself, and without one."""
    path = folder.absolute()
    if (path / ".git").exists():
        return None
    return next((above for above in path.parents if (above / ".git").exists()), None)


def _starter(source: str) -> str:
    return files("rules").joinpath("starter", source).read_text(encoding="utf-8")


def _no_folder(folder: Path) -> list[str]:
    """The folder itself, or one that it would be in, where that is something else."""
    return [str(path) for path in (folder, *folder.parents) if os.path.lexists(path) and not path.is_dir()]


def _in_the_way(folder: Path, name: str) -> str:
    """What keeps a file of the layout from being written: itself, or what is no folder where it needs one; "" if nothing."""
    for path in reversed((Path(name), *Path(name).parents[:-1])):
        if os.path.lexists(folder / path) and (path == Path(name) or not (folder / path).is_dir()):
            return path.as_posix()
    return ""


def _lay_out(folder: Path, layout: Mapping[str, str]) -> None:
    """Write all of the files or none of them. Raises SlaError that names the one that cannot be written."""
    with ExitStack() as undo:
        for name, source in layout.items():
            path = folder / name
            try:
                _write(path, _starter(source), undo)
            except OSError as error:
                why = (error.strerror or str(error)).lower()
                raise SlaError(
                    f"{path} cannot be written: {why}; what was written is gone again",
                    help="run it again when there is room for it and it may be written",
                ) from error
        undo.pop_all()


def _write(path: Path, text: str, undo: ExitStack) -> None:
    """Write a file that is not there, in folders that may not be there. Raises OSError; `undo` takes away what was made."""
    for above in reversed(path.parents):
        if not above.exists():
            above.mkdir()
            undo.callback(_if_possible, above.rmdir)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        undo.callback(_if_possible, path.unlink)
        file.write(text)


def _if_possible(deed: Callable[[], None]) -> None:
    with suppress(OSError):  # somebody may have put something there meanwhile
        deed()


def _look_for_repository(folder: Path) -> None:
    """Raises SlaError where git knows no repository of a folder that may not be there yet, or does not want to look into it."""
    here = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    if shutil.which("git") is None:
        raise SlaError("there is no git here", help="install git, or leave --git out")
    if not is_repository(here):
        raise SlaError(
            f"{here} is in no git repository",
            help=f"make the folder a repository first: {advised('git', 'init', folder)}",
        )


def _configure(folder: Path, key: str, value: str) -> None:
    done = subprocess.run(
        ["git", "config", key, value], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SlaError(f"git config: {done.stderr.strip().removeprefix('fatal: ') or 'failed'}")


def _unused(folder: Path) -> int:
    """Say where attributes keep git from using what it was told; the exit code."""
    asked = ["git", "check-attr", "-z", "diff", "merge", "--", "sla.rules"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    values = done.stdout.split("\0")[2::3]
    if values == ["sla", "sla"]:
        return 0
    line = next(line for line in _starter("gitattributes").splitlines() if line.startswith("*.rules"))
    click.echo("sla: git does not use them: its attributes do not name them for rule files", err=True)
    click.echo(f"  help: add this line to {plain(folder / '.gitattributes')}: {line}", err=True)
    return FINDINGS
