"""Rule files that a command writes: shown as a difference, or put in the place of what was there in one step."""

from __future__ import annotations

import codecs
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import click

from dsl.errors import SlaError
from tui.plain import plain
from tui.unified import unified_difference


def encoded(text: str, before: bytes) -> bytes:
    """The text as a file, with a byte order mark where `before` had one."""
    return (codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"") + text.encode()


def show_diff(name: str, before: bytes, after: bytes) -> None:
    """A unified difference on standard output, in colour on a terminal."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in unified_difference(name, before.decode(), after.decode()):
        _show_line(line, colour)


def _show_line(line: str, colour: bool) -> None:
    if sys.stdout.isatty():
        line = plain(line.rstrip("\r\n"), 10_000) + "\n"
    shade = {"-": "red", "+": "green", "@": "cyan"}.get(line[0]) if colour else None
    click.echo(click.style(line, fg=shade) if shade else line, nl=False, color=colour)
    if not line.endswith("\n"):
        click.echo("\n\\ No newline at end of file")


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file in one step, whatever happens; a link goes on pointing to the file.

    Raises SlaError that names the file, which then is as it was.
    """
    target = Path(os.path.realpath(path))
    if not os.access(target, os.W_OK):
        raise SlaError(f"{path} is read-only", help="allow writing to it")
    try:
        _put(target, content)
    except OSError as error:
        raise SlaError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _put(target: Path, content: bytes) -> None:
    before = target.stat()
    fresh = target.with_name(f".{target.name}.sla.tmp")
    with _ours(fresh) as beside:
        try:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
            fresh.chmod(stat.S_IMODE(before.st_mode))
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(fresh, before.st_uid, before.st_gid)
            fresh.replace(target)
        except BaseException:
            fresh.unlink()
            raise


def _ours(path: Path) -> BinaryIO:
    """The file, open and empty, that nobody else writes until it is closed: whoever writes it is waited for, and what a killed process
    left is taken over. Raises OSError."""
    import fcntl

    while True:
        try:
            file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb")  # noqa: PTH123, SIM115
        except PermissionError:
            if not os.path.lexists(path):
                raise
            path.unlink()  # it was left by somebody else
            continue
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            # Else it was put in its place meanwhile.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                file.truncate()
                return file
        file.close()
