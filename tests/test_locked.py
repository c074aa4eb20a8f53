"""What is fetched for the tests is what the lock says, or nothing."""

from __future__ import annotations

import hashlib
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.locked import member


@pytest.fixture
def lock(tmp_path):
    """A lock with one package, whose distribution lies in a folder."""
    content = b"<schema/>"
    distribution = tmp_path / "thing-1.0.tar.gz"
    with tarfile.open(distribution, "w:gz") as archive:
        entry = tarfile.TarInfo("thing-1.0/schemas/thing.xsd")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256(distribution.read_bytes()).hexdigest()
    lock = tmp_path / "uv.lock"
    lock.write_text(
        "[[package]]\n"
        'name = "thing"\n'
        f'sdist = {{ url = "{distribution.as_uri()}", hash = "sha256:{digest}" }}\n'
    )
    return lock


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def test_it_is_fetched_once_by_however_many(lock, folder):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: member("thing", "schemas/thing.xsd", folder, lock), range(8)))
    assert set(found) == {b"<schema/>"}
    (lock.parent / "thing-1.0.tar.gz").unlink()
    assert len(list(folder.iterdir())) == 1
    assert member("thing", "schemas/thing.xsd", folder, lock) == b"<schema/>"


def test_other_bytes_are_refused(lock, folder):
    distribution = lock.parent / "thing-1.0.tar.gz"
    distribution.write_bytes(distribution.read_bytes() + b"\0")
    with pytest.raises(AssertionError, match="is not what"):
        member("thing", "schemas/thing.xsd", folder, lock)
    assert not list(folder.iterdir())


def test_what_cannot_be_had_skips_and_in_ci_fails(lock, folder, monkeypatch):
    (lock.parent / "thing-1.0.tar.gz").unlink()
    monkeypatch.delenv("SLA_TEST_DOWNLOADS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="source distribution of thing cannot be fetched"):
        member("thing", "schemas/thing.xsd", folder, lock)
    monkeypatch.setenv("SLA_TEST_DOWNLOADS", "1")
    with pytest.raises(OSError, match="No such file"):
        member("thing", "schemas/thing.xsd", folder, lock)
