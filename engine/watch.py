"""Notices that the rule files on disk have changed and have come to rest. Knows nothing of what is in them.

It stands apart from reloading because the file system lies: events are lost on network mounts, arrive for half-written
files, and stop when a folder is replaced. So an event is only a hint to look now instead of at the next poll; the truth
is a digest of the files' content, and it counts once two looks in a row agree.

Folders are watched one by one and not as a tree: a rule folder often lies beside `.git` or a virtual environment with
tens of thousands of folders, and all that matters is on the way from the root file's parent to the files of the last load.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from watchfiles import Change, watch

POLL = 5.0
"""Seconds between looks when no event asks for one."""

SETTLE = 0.05
"""Seconds between the two looks that must agree."""

_STEP_MS = 20
_GROUP_MS = 200
_LISTEN_MS = 100
_FRESH_NS = 2_000_000_000
"""A file read within this long of its last change may change again without its times showing it."""

_SHARE = 5
"""Looking may take one part in this many of the time, however many events ask for it."""


class _Read(NamedTuple):
    stamp: tuple[int, ...]
    settled: bool  # no later change can have the same stamp
    digest: bytes


class Watcher:
    """Waits for the content of `root` and of whatever `files` names (files and folders) to change and settle.

    Make it before the first load: what changes from then on is reported. One thread calls `wait`; any thread may
    call `close`. Seconds everywhere. With `events` off it only polls.
    """

    def __init__(
        self,
        root: Path,
        files: Callable[[], Sequence[Path]],
        *,
        events: bool = True,
        poll: float = POLL,
        settle: float = SETTLE,
    ) -> None:
        self._root = _absolute(root)
        self._files = files
        self._events = events
        self._poll = poll
        self._settle = settle
        self._closed = threading.Event()
        self._reads: dict[str, _Read] = {}
        self._armed: dict[str, tuple[int, int] | None] = {}
        self._hints: Generator[set[tuple[Change, str]], None, None] | None = None
        self._suspect = True
        self._next_poll = 0.0
        self._not_before = 0.0
        self._paths: tuple[str, ...] = ()
        self._listed: Sequence[Path] = ()
        self._folders: frozenset[str] | None = None
        self._known = self._look()

    def wait(self, timeout: float) -> bool:
        """True as soon as the content has changed and settled; False after `timeout` seconds or when closed."""
        deadline = time.monotonic() + timeout
        self._suspect = self._suspect or self._joined_or_left()
        while not self._closed.is_set():
            now = time.monotonic()
            if (self._suspect and now >= self._not_before) or now >= self._next_poll:
                self._rearm()
                self._suspect = False
                self._next_poll = now + self._poll
                if self._changed(deadline):
                    self._suspect = True  # what was replaced must be watched anew before anybody sleeps
                    return True
            now = time.monotonic()
            if now >= deadline:
                return False
            wake = self._not_before if self._suspect else self._next_poll
            self._listen(max(0.0, min(deadline, wake) - now))
        return False

    def close(self) -> None:
        """End a `wait` in another thread at once; the watcher is of no use afterwards."""
        self._closed.set()

    def _changed(self, deadline: float) -> bool:
        """Look until two looks agree; one that never settles before `deadline` is looked at again next time."""
        seen = self._look()
        while seen != self._known:
            if self._closed.wait(self._settle):
                return False
            again = self._look()
            if again == seen:
                self._known = seen
                self._folders = None
                return True
            seen = again
            if time.monotonic() >= deadline:
                self._suspect = True
                return False
        return False

    # ------------------------------------------------------------ the truth

    def _look(self) -> dict[str, bytes]:
        """A digest for every path that counts. A path that joins or leaves the list is a change as well."""
        began = time.monotonic()
        self._listed = self._files()
        paths = tuple(dict.fromkeys((self._root, *map(_absolute, self._listed))))
        if paths != self._paths:
            self._paths = paths
            self._folders = None
        digests = {path: self._digest(path) for path in paths}
        done = time.monotonic()
        self._not_before = done + (done - began) * _SHARE
        return digests

    def _joined_or_left(self) -> bool:
        """Whether a load since the last look named other paths: these must be watched before they change."""
        files = self._files()
        return files is not self._listed and files != self._listed

    def _digest(self, path: str) -> bytes:
        try:
            found = os.stat(path)  # noqa: PTH116 - ten thousand times in one look
            stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            read = self._reads.get(path)
            if read is not None and read.stamp == stamp and read.settled:
                return read.digest
            if stat.S_ISDIR(found.st_mode):
                return _listing(path)
            if not stat.S_ISREG(found.st_mode):
                return b"special"
            settled = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > _FRESH_NS
            digest = hashlib.sha256(Path(path).read_bytes()).digest()
        except OSError as error:
            return f"error {error.errno}".encode()
        self._reads[path] = _Read(stamp, settled, digest)
        return digest

    # ------------------------------------------------------------ the hints

    def _rearm(self) -> None:
        """Watch today's folders: a folder that was replaced is another inode, and the old watch is deaf."""
        if not self._events:
            return
        if self._folders is None:
            self._folders = _folders_on_the_way(self._root, self._paths)
        today = {folder: _inode(folder) for folder in self._folders}
        if today == self._armed:
            return
        if self._hints is not None:
            self._hints.close()
            self._hints = None
        self._armed = today
        there = [folder for folder, inode in today.items() if inode is not None]
        hints = watch(
            *there,
            watch_filter=None,
            recursive=False,
            step=_STEP_MS,
            debounce=_GROUP_MS,
            rust_timeout=_LISTEN_MS,
            yield_on_timeout=True,
            stop_event=self._closed,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        try:
            next(hints, None)
        except (
            OSError
        ):  # no watches left, a folder gone in between, a file system without events: polling remains
            self._armed = {}
            return
        self._hints = hints

    def _listen(self, seconds: float) -> None:
        """Sleep up to `seconds`, or a tenth of a second where events can be heard, and note any hint."""
        if self._hints is None or self._suspect:
            self._closed.wait(seconds)
            return
        if self._hear():
            self._suspect = True

    def _hear(self) -> bool:
        """Whether there was an event within a tenth of a second. Where events fail, polling remains and tries again."""
        assert self._hints is not None
        try:
            heard = next(self._hints, None)
        except (OSError, RuntimeError):
            # No watches left, a folder gone in between, a file system without events.
            heard = None
        if heard is None:
            self._hints = None
            self._armed = {}
        return bool(heard)


def _absolute(path: Path) -> str:
    text = str(path)
    # resolve() would follow the links that get swapped
    return text if text.startswith(os.sep) else os.path.abspath(text)  # noqa: PTH100


def _parent(path: str) -> str:
    return os.path.dirname(path)  # noqa: PTH120


def _listing(folder: str) -> bytes:
    """Digest of the names that an include pattern could find here; hidden files and editors' copies are none."""
    names = sorted(name for name in os.listdir(folder) if not name.startswith(".") and not name.endswith("~"))  # noqa: PTH208
    return hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).digest()


def _inode(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _folders_on_the_way(root: str, paths: Iterable[str]) -> frozenset[str]:
    """Folders whose entries decide what is read: from the parent of the root file's folder down to every path.

    Where a path goes through a symbolic link, the folder that really holds the file counts too.
    """
    named = set(paths)
    top = _parent(root)
    folders = {_parent(top), top}
    for parent in {_parent(path) for path in named}:
        below = parent
        while below not in folders:
            folders.add(below)
            below = _parent(below) if below.startswith(top) else top
        folders |= _held_elsewhere(parent, named)
    return frozenset(folders | {os.path.realpath(folder) for folder in folders})


def _held_elsewhere(folder: str, named: set[str]) -> set[str]:
    """Of the named entries of a folder: those that are folders, and where those that are links lead."""
    found: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.path in named:
                    if entry.is_symlink():
                        found.add(_parent(os.path.realpath(entry.path)))
                    if entry.is_dir():
                        found.add(entry.path)
    except OSError:
        pass
    return found
