"""Rule files of a git revision, read without a checkout.

Links are followed as on a disk, and never out of the folder of the root file. Nothing of the repository is run: trees are
listed and blobs read by their ids.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from dsl.errors import USAGE, SlaError
from dsl.include import NOWHERE, OUTSIDE, Unreadable, decoded, matching

_LINK = "120000"
_FOLLOWED = 40
_TOP = "."
_NO_GIT = "git is not installed, and only git can read a revision"


class Entry(NamedTuple):
    """A file of a tree: `link` is where a symbolic link leads, "" for a file."""

    blob: str
    link: str


class Revision:
    """The files below a folder as a commit has them; `files` by path from that folder."""

    def __init__(self, files: Mapping[str, Entry], asking: IO[bytes], answers: IO[bytes]) -> None:
        self._files = files
        self._asking = asking
        self._answers = answers
        self._folders = {_TOP, *(folder for path in files for folder in _parents(path))}
        self._shown: list[str] | None = None

    def read(self, shown: str) -> str:
        path = self._followed(shown)
        if path is None:
            raise Unreadable(OUTSIDE, code="E0103")
        if path in self._folders:
            raise Unreadable("it is a folder and not a file")
        if path not in self._files:
            if shown in self._files:
                raise Unreadable(NOWHERE)
            raise FileNotFoundError(shown)
        return decoded(self._blob(self._files[path].blob))

    def expand(self, pattern: str) -> list[str]:
        if self._shown is None:
            self._shown = sorted(self._all())
        return matching(pattern, self._shown)

    def identity(self, shown: str) -> str:
        return self._followed(shown) or shown

    def _blob(self, name: str) -> bytes:
        self._asking.write(f"{name}\n".encode())
        self._asking.flush()
        head = self._answers.readline().split()
        if len(head) != 3:
            raise SlaError(f"git cannot read the object {name}")
        content = self._answers.read(int(head[2]))
        self._answers.read(1)
        return content

    def _followed(self, shown: str) -> str | None:
        """The path without links; None if it leads outside or in a circle."""
        path = posixpath.normpath(shown)
        for _ in range(_FOLLOWED):
            if path == ".." or path.startswith(("../", "/")):
                return None
            link = next(
                (part for part in (*_parents(path), path) if part in self._files and self._files[part].link),
                "",
            )
            if not link:
                return path
            target = posixpath.join(posixpath.dirname(link), self._files[link].link)
            path = posixpath.normpath(target + path[len(link) :])
        return None

    def _all(self) -> Iterator[str]:
        """Every path that leads to a file, through links too; a link that leads outside or nowhere is there, and refused when read."""
        for path, entry in self._files.items():
            target = self._followed(path) if entry.link else path
            if target is None or target not in self._folders:
                yield path
            else:
                top = "" if target == _TOP else f"{target}/"
                for other in self._files:
                    if other.startswith(top) and self._followed(other) not in self._folders:
                        yield posixpath.join(path, other[len(top) :])


def _parents(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


@contextmanager
def revision(folder: Path, name: str) -> Iterator[Revision]:
    """The files below `folder` as the git revision `name` has them. Raises SlaError where there is no such revision."""
    commit = (
        _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        .decode()
        .strip()
    )
    listed = _git(folder, "ls-tree", "-r", "-z", commit).decode("utf-8", "replace")
    with subprocess.Popen(
        _command(folder, "cat-file", "--batch"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_environment(),
    ) as batch:
        assert batch.stdin is not None
        assert batch.stdout is not None
        links: dict[str, str] = {}
        files: dict[str, Entry] = {}
        for line in filter(None, listed.split("\0")):
            about, path = line.split("\t", 1)
            mode, kind, blob = about.split()
            if kind == "blob":
                files[path] = Entry(blob, "")
                if mode == _LINK:
                    links[path] = blob
        source = Revision(files, batch.stdin, batch.stdout)
        for path, blob in links.items():
            files[path] = Entry(blob, source._blob(blob).decode("utf-8", "replace"))  # noqa: SLF001
        yield source
        batch.stdin.close()


def fork_point(folder: Path, name: str) -> str:
    """The commit at which what is checked out left `name`. Raises SlaError where there is no such revision, or no such commit."""
    _git(folder, "rev-parse", "--git-dir")
    if not is_revision(folder, name):
        raise unknown(folder, name)
    try:
        return _git(folder, "merge-base", "--end-of-options", name, "HEAD").decode().strip()
    except SlaError:
        raise SlaError(
            f"git knows no commit from which both {name!r} and what is checked out come",
            help=_shallow(folder) or "name a revision that this branch comes from",
            exit_code=USAGE,
        ) from None


def unknown(folder: Path, name: str) -> SlaError:
    """What to say of a revision that the repository of `folder` does not have."""
    help_ = _shallow(folder) or "in CI, fetch the branch that is compared with, and enough of its history"
    if not name.strip():
        help_ = "the name is empty: is a variable set that should hold it?"
    return SlaError(f"git knows no revision {name!r}", help=help_, exit_code=USAGE)


def _shallow(folder: Path) -> str:
    """What to do where the clone lacks history; "" where it has all of it."""
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return ""
    return "this clone is shallow: `git fetch --unshallow` gets its history; in CI, fetch all of it"


def is_repository(folder: Path) -> bool:
    """Whether `folder` is in a repository. Raises SlaError where git does not want to look into it."""
    try:
        _git(folder, "rev-parse", "--git-dir")
    except SlaError as trouble:
        if str(trouble).startswith((_NO_GIT, "not a git repository")):
            return False
        raise
    return True


def is_revision(folder: Path, name: str) -> bool:
    """Whether git knows a commit by that name in the repository of `folder`."""
    try:
        _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except SlaError:
        return False
    return True


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            _command(folder, *arguments),
            capture_output=True,
            check=False,
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise SlaError(_NO_GIT) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if not said:
            raise SlaError(f"git {arguments[0]} failed")
        raise SlaError(said[0].removeprefix("fatal: "), help=" ".join(" ".join(said[1:]).split()))
    return done.stdout


def _command(folder: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(folder), *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
