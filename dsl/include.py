"""Where rule text comes from: the files below the root file's folder, or texts that were stored.

A rule file can name other files but never reach outside the root file's folder, neither by `..` nor through a
symbolic link. Paths are shown relative to that folder, with forward slashes.
"""

from __future__ import annotations

import glob
import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, Protocol

from dsl.errors import SlaError

ROOT_NAME = "sla.rules"
_REPOSITORY = ".git"
_ALONE = re.compile(r"(?<!\r)\r+(?![\r\n]|\Z)")
_ELSEWHERE = re.compile(r"[A-Za-z]:|[a-z]+://")
_FOLDERS = r"(?:(?!\.)[^/]+/)*"
LARGEST = 16_000_000
"""Bytes of a file: a hundred thousand customers. What is larger was not written by people."""


OUTSIDE = "it leads outside the folder of the root file"
NOWHERE = "it is a link to a file that is not there"


class Unreadable(Exception):  # noqa: N818 - it is caught where it is a finding, not an error
    """Why a file has no text; `position` is where its bytes stop being UTF-8, `text` what could be decoded, `help` what makes it text."""

    def __init__(
        self,
        reason: str,
        *,
        code: str = "E0107",
        text: str = "",
        position: int = 0,
        help: str = "save the file as UTF-8 text",  # noqa: A002
    ) -> None:
        super().__init__(reason)
        self.help = help
        self.code = code
        self.text = text
        self.position = position


class Source(Protocol):
    """Files by the path that is shown."""

    def read(self, shown: str) -> str:
        """The text. Raises FileNotFoundError and Unreadable."""
        ...

    def expand(self, pattern: str) -> list[str]:
        """Shown paths that match a pattern, sorted."""
        ...

    def identity(self, shown: str) -> str:
        """The same for two paths that lead to one file."""
        ...


class Disk(NamedTuple):
    """The files below `folder`."""

    folder: Path

    def read(self, shown: str) -> str:
        path = self.folder / shown
        if not _inside(path, self.folder):
            raise Unreadable(OUTSIDE, code="E0103")
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                folder = stat.S_ISDIR(found.st_mode)
                raise Unreadable(f"it is a {'folder' if folder else 'pipe or a device'} and not a file")
            if found.st_size > LARGEST:
                raise Unreadable(f"it is larger than {LARGEST // 1_000_000} MB; divide it into several files")
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink():
                raise Unreadable(NOWHERE) from None
            raise FileNotFoundError(shown) from None
        except OSError as error:
            raise Unreadable((error.strerror or str(error)).lower()) from None
        return decoded(content)

    def expand(self, pattern: str) -> list[str]:
        if "**" in pattern:
            return matching(pattern, _below(self.folder, folder_of(pattern)))
        # Path.glob goes into hidden folders, where Kubernetes keeps a second copy of every file.
        found = glob.glob(pattern, root_dir=self.folder)  # noqa: PTH207
        return sorted(path.replace(os.sep, "/") for path in found if not (self.folder / path).is_dir())

    def identity(self, shown: str) -> str:
        return os.path.realpath(self.folder / shown)


class Texts(NamedTuple):
    """Stored text by shown path."""

    files: Mapping[str, str]

    def read(self, shown: str) -> str:
        try:
            return self.files[shown]
        except KeyError:
            raise FileNotFoundError(shown) from None

    def expand(self, pattern: str) -> list[str]:
        return matching(pattern, self.files)

    def identity(self, shown: str) -> str:
        return shown


def root_here() -> Path:
    """`sla.rules` of this folder, else of the nearest one above it, up to the top of the repository; relative to this folder.

    Where there is none it is what this folder lacks.
    """
    here = Path(ROOT_NAME)
    if here.is_file():
        return here
    try:
        return Path(os.path.relpath(next(roots_above(Path.cwd()), here)))
    except OSError:  # the folder is gone
        return here


def roots_above(folder: Path) -> Iterator[Path]:
    """The files `sla.rules` in an absolute folder and in those above it, nearest first, up to the top of the repository or to where
    nothing may be read."""
    with suppress(PermissionError):
        for above in (folder, *folder.parents):
            if (above / ROOT_NAME).is_file():
                yield above / ROOT_NAME
            if (above / _REPOSITORY).exists():
                return


def root_of(path: Path) -> Path:
    """The root file that `path`, a file or a folder, means, whether or not there is one."""
    return path / ROOT_NAME if path.is_dir() else path


def root_file(path: Path) -> Path:
    """The root file that `path` means. Raises SlaError when there is none."""
    root = root_of(path)
    if not root.exists() or (root != path and not root.is_file()):
        lacking = f"file {path}" if root == path else f"{ROOT_NAME} in the folder {path}"
        raise SlaError(
            f"there is no {lacking}", help=f"name a rule file, or a folder that holds a file {ROOT_NAME}"
        )
    return root


class Drafts(NamedTuple):
    """Texts by shown path that are not on the disk, over the files that are."""

    texts: Mapping[str, str]
    below: Disk
    fault: Unreadable | None = None

    def read(self, shown: str) -> str:
        if shown not in self.texts:
            return self.below.read(shown)
        if self.fault:
            raise self.fault
        return self.texts[shown]

    def expand(self, pattern: str) -> list[str]:
        return self.below.expand(pattern)

    def identity(self, shown: str) -> str:
        return self.below.identity(shown)


class Buffers(NamedTuple):
    """Texts that are being edited, over the files on the disk."""

    texts: Mapping[str, str]
    below: Disk

    def read(self, shown: str) -> str:
        text = self.texts.get(shown)
        return self.below.read(shown) if text is None else text

    def expand(self, pattern: str) -> list[str]:
        return sorted({*self.below.expand(pattern), *matching(pattern, self.texts)})

    def identity(self, shown: str) -> str:
        return self.below.identity(shown)


def decoded(content: bytes) -> str:
    """Text of a rule file. Raises Unreadable for what is not UTF-8, holds a NUL, or has lines that editors see and we do not."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        shown = content.decode(errors="replace")
        position = len(content[: error.start].decode(errors="replace"))
        raise Unreadable(
            f"byte {content[error.start]:#04x} is not UTF-8", code="E0101", text=shown, position=position
        ) from None
    if "\0" in text:
        position = text.index("\0")
        raise Unreadable("it holds a NUL byte, so it is no text", code="E0101", text=text, position=position)
    if "\r" in text and (alone := _ALONE.search(text)):
        raise Unreadable(
            "a line ends in a carriage return alone, as on old Macs",
            code="E0101",
            text=text,
            position=alone.start(),
            help="save it with line ends of Unix or Windows, or convert it: tr '\\r' '\\n' < OLD > NEW",
        )
    return text.removeprefix("\ufeff")


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """The shown paths that a pattern matches, sorted."""
    matches = _glob_expression(pattern).fullmatch
    return sorted(path for path in paths if matches(path))


def is_pattern(written: str) -> bool:
    """Whether an include may stand for any number of files."""
    return any(character in written for character in "*?[")


def folder_of(pattern: str) -> str:
    """The folder under which all that a pattern can match lies, as shown; "" is the root file's."""
    names = pattern.split("/")[:-1]
    return "/".join(takewhile(lambda name: not is_pattern(name), names))


def target_of(including: str, written: str) -> str | None:
    """The shown path (or pattern) that `written` in the file `including` means; None when it leads outside."""
    if not written.strip() or written.startswith(("/", "~")) or "\\" in written or _ELSEWHERE.match(written):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(including), written))
    return None if path == ".." or path.startswith("../") else path


def _below(folder: Path, top: str) -> Iterator[str]:
    """Whatever is no folder in `top` and below it, by its path from `folder`; hidden folders are left out.

    Through links too, but no link below another one: they may lead in circles. One that leads outside is there, and refused when read.
    """
    todo = [(top, False)]
    while todo:
        shown, linked = todo.pop()
        with suppress(OSError), os.scandir(folder / shown) as entries:
            for entry in entries:
                path = posixpath.join(shown, entry.name)
                link = entry.is_symlink()
                if not entry.is_dir() or (link and not _inside(folder / path, folder)):
                    yield path
                elif not entry.name.startswith(".") and not (link and linked):
                    todo.append((path, linked or link))


def _inside(path: Path, folder: Path) -> bool:
    root = os.path.realpath(folder)
    return os.path.commonpath((root, os.path.realpath(path))) == root


def _glob_expression(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    pieces = re.findall(r"\*\*/|\*+|\?|\[!?\]?[^\]]*\]|.", pattern)
    for number, piece in enumerate(pieces, 1):
        match piece:
            case "**/":
                out.append(_FOLDERS)
            case "?":
                out.append("[^/]")
            case _ if piece.startswith("*"):
                at_start = not out or out[-1] == "/" or out[-1].endswith("/)*")
                if at_start and piece == "**" and number == len(pieces):
                    out.append(_FOLDERS)
                out.append(r"(?!\.)[^/]*" if at_start else "[^/]*")
            case _ if piece.startswith("[") and len(piece) > 1:
                out.append("[^" + piece[2:] if piece.startswith("[!") else piece)
            case _:
                out.append(re.escape(piece))
    return re.compile("".join(out))
