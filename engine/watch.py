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
from collections.abc import Callable, Generator, Iterable
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

_SHARE = 10
"""Looking may take one part in this many of the time, however many events ask for it."""


class _Read(NamedTuple):
    stamp: tuple[int, ...]
    at: int
    digest: bytes


class Watcher:
    """Waits for the content of `root` and of whatever `files` names (files and folders) to change and settle.

    Make it before the first load: what changes from then on is reported. One thread calls `wait`; any thread may
    call `close`. Seconds everywhere. With `events` off it only polls.
    """

    def __init__(
        self,
        root: Path,
        files: Callable[[], Iterable[Path]],
        *,
        events: bool = True,
        poll: float = POLL,
        settle: float = SETTLE,
    ) -> None:
        self._root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow the links that get swapped
        self._files = files
        self._events = events
        self._poll = poll
        self._settle = settle
        self._closed = threading.Event()
        self._reads: dict[Path, _Read] = {}
        self._armed: dict[Path, tuple[int, int] | None] = {}
        self._hints: Generator[set[tuple[Change, str]], None, None] | None = None
        self._suspect = True
        self._next_poll = 0.0
        self._not_before = 0.0
        self._paths = self._named()
        self._folders = _folders_on_the_way(self._root, self._paths)
        self._known = self._look()

    def wait(self, timeout: float) -> bool:
        """True as soon as the content has changed and settled; False after `timeout` seconds or when closed."""
        deadline = time.monotonic() + timeout
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
                self._folders = _folders_on_the_way(self._root, self._paths)
                return True
            seen = again
            if time.monotonic() >= deadline:
                self._suspect = True
                return False
        return False

    # ------------------------------------------------------------ the truth

    def _named(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self._root, *self._files())))

    def _look(self) -> dict[Path, bytes]:
        """A digest for every path that counts. A path that joins or leaves the list is a change as well."""
        began = time.monotonic()
        paths = self._named()
        if paths != self._paths:
            self._paths = paths
            self._folders = _folders_on_the_way(self._root, paths)
        digests = {path: self._digest(path) for path in paths}
        done = time.monotonic()
        self._not_before = done + (done - began) * _SHARE
        return digests

    def _digest(self, path: Path) -> bytes:
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                return _listing(path)
            if not stat.S_ISREG(found.st_mode):
                return b"special"
            stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            read = self._reads.get(path)
            if read is not None and read.stamp == stamp and read.at - max(stamp[3:]) > _FRESH_NS:
                return read.digest
            at = time.time_ns()
            digest = hashlib.sha256(path.read_bytes()).digest()
        except OSError as error:
            return f"error {error.errno}".encode()
        self._reads[path] = _Read(stamp, at, digest)
        return digest

    # ------------------------------------------------------------ the hints

    def _rearm(self) -> None:
        """Watch today's folders: a folder that was replaced is another inode, and the old watch is deaf."""
        if not self._events:
            return
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
        except (
            OSError,
            RuntimeError,
        ):  # no watches left, a folder gone in between, a file system without events
            heard = None
        if heard is None:
            self._hints = None
            self._armed = {}
        return bool(heard)


def _listing(folder: Path) -> bytes:
    """Digest of what an include pattern could find here: rule files and folders by name."""
    with os.scandir(folder) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.name.endswith(".rules") or entry.is_dir())
        )
    return hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).digest()


def _inode(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _folders_on_the_way(root: Path, paths: Iterable[Path]) -> frozenset[Path]:
    """Folders whose entries decide what is read: from the parent of the root file's folder down to every path.

    Where a path goes through a symbolic link, the folder that really holds the file counts too.
    """
    top = root.parent
    folders = {top.parent, top}
    for path in paths:
        if path.is_symlink():
            folders.add(path.resolve().parent)
        for folder in (path, *path.parents):
            if folder in folders:
                break
            if folder == path and not folder.is_dir():
                continue
            folders.add(folder)
            if not folder.is_relative_to(top):
                break
    return frozenset(folders | {folder.resolve() for folder in folders})
