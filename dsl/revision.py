"""Rule files as they were at a revision of git: a source of texts like the disk."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from dsl.errors import USAGE, SlaError
from dsl.include import Texts, decoded

_RULES = (".rules", ".ics")


class Revision(NamedTuple):
    """The files below a folder in the commit `commit`. `blobs` are all of them by shown path, `texts` what was read."""

    folder: Path
    commit: str
    blobs: dict[str, str]
    texts: dict[str, bytes]

    def read(self, shown: str) -> str:
        if shown not in self.blobs:
            raise FileNotFoundError(shown)
        if shown not in self.texts:
            self.texts[shown] = _git(self.folder, "cat-file", "blob", self.blobs[shown])
        return decoded(self.texts[shown])

    def expand(self, pattern: str) -> list[str]:
        return Texts(dict.fromkeys(self.blobs, "")).expand(pattern)

    def identity(self, shown: str) -> str:
        return shown


def revision(folder: Path, name: str) -> Revision:
    """The revision that git calls `name`, seen from `folder`. Raises SlaError where there is none."""
    commit = _commit(folder, name)
    listed = _git(folder, "ls-tree", "-r", "-z", commit).decode("utf-8", "replace")
    blobs: dict[str, str] = {}
    for entry in listed.split("\0"):
        head, _, path = entry.partition("\t")
        mode, _, rest = head.partition(" ")
        if mode.startswith("100"):  # a link of git's has another mode, and leads who knows where
            blobs[path] = rest.split(" ")[1]
    wanted = {path: blob for path, blob in blobs.items() if path.endswith(_RULES)}
    return Revision(folder, commit, blobs, _contents(folder, wanted))


def fork_point(folder: Path, name: str) -> str:
    """The commit at which what is checked out left `name`, or `name` itself where git cannot tell."""
    commit = _commit(folder, name)
    try:
        return _git(folder, "merge-base", commit, "HEAD").decode().strip()
    except SlaError:
        return commit


def _commit(folder: Path, name: str) -> str:
    if name.startswith("-"):
        raise SlaError(f"{name!r} is not a git revision", exit_code=USAGE)
    _git(folder, "rev-parse", "--git-dir")
    try:
        return _git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except SlaError:
        raise SlaError(
            f"git knows no revision {name!r}",
            help="in CI, fetch the branch that is compared with, and enough of its history",
            exit_code=USAGE,
        ) from None


def _contents(folder: Path, blobs: dict[str, str]) -> dict[str, bytes]:
    """All contents in one question to git."""
    answer = _git(folder, "cat-file", "--batch", given="\n".join(blobs.values()).encode()) if blobs else b""
    out: dict[str, bytes] = {}
    position = 0
    for path in blobs:
        line_end = answer.index(b"\n", position)
        size = int(answer[position:line_end].split()[2])
        out[path] = answer[line_end + 1 : line_end + 1 + size]
        position = line_end + 2 + size
    return out


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise SlaError("there is no git here", help="install git, or leave the option out") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise SlaError(f"git {arguments[0]}: {said or 'failed'}")
    return done.stdout
