"""Files that a locked package publishes in its source distribution only: fetched from where `uv.lock` says, and held to its hash."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import tomllib
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest

LOCK = Path(__file__).resolve().parents[1] / "uv.lock"


def member(package: str, path: str, folder: Path, lock: Path = LOCK) -> bytes:
    """The file `path` of the distribution, which is kept in `folder` once it is there.

    Where it cannot be had the test skips; with SLA_TEST_DOWNLOADS set, as in CI, that is an error.
    """
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    source = next(one["sdist"] for one in packages if one["name"] == package)
    digest = source["hash"].removeprefix("sha256:")
    kept = folder / f"{digest}.tar.gz"
    content = kept.read_bytes() if kept.exists() else _fetched(package, source["url"])
    assert hashlib.sha256(content).hexdigest() == digest, f"{source['url']} or {kept} is not what {lock} says"
    _keep(content, kept)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        (name,) = (name for name in archive.getnames() if name.partition("/")[2] == path)
        file = archive.extractfile(name)
        assert file is not None
        return file.read()


def _fetched(package: str, address: str) -> bytes:
    for attempt in range(3):
        try:
            with urlopen(address, timeout=30) as answer:
                return answer.read()
        except (OSError, HTTPException) as error:
            if attempt == 2:
                if os.environ.get("SLA_TEST_DOWNLOADS"):
                    raise
                pytest.skip(f"the source distribution of {package} cannot be fetched: {error}")
    raise AssertionError


def _keep(content: bytes, kept: Path) -> None:
    """In one step: other workers write the same file at the same time."""
    if kept.exists():
        return
    descriptor, name = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(kept)
