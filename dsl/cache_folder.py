"""The one folder of the user's cache that we write to and read from: ours alone, or not used at all.

What lies there is unpickled, so a folder that somebody else could write to is refused.
"""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from pathlib import Path

_PLATFORM: str = sys.platform


@cache
def cache_folder() -> Path | None:
    """The folder, with mode 0700 and owned by us; None where there can be none."""
    override = os.environ.get("SLA_CACHE_DIR")
    try:
        folder = Path(override) if override else _users_cache()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
        if hasattr(os, "getuid"):
            if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid():
                return None
            mode = stat.S_IMODE(state.st_mode)
            if mode & 0o022:
                return None  # others may have put something into it
            if mode != 0o700:
                folder.chmod(0o700)
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    return folder


def _users_cache() -> Path:
    if _PLATFORM == "linux":  # what platformdirs answers there, without its 20 ms of imports
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base if base.startswith("/") else Path.home() / ".cache") / "tiercel"
    from platformdirs import user_cache_path

    return user_cache_path("tiercel", appauthor=False)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file of the cache whole or not at all; a cache that cannot be written is no cache."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
