"""Personal text out of an archive: every file of it, nothing of anybody else's, and again after a death at any step."""

from __future__ import annotations

from itertools import count

import pytest

from engine.archive import erase as archive_erase
from engine.archive import files
from engine.archive import parts as archive
from engine.errors import EngineError
from engine.facts import Event
from engine.store import leaving
from tests.engine.site import at
from tests.engine.store.test_erasing import LATER, NAME, desk, kept

__all__ = ["desk"]

BEFORE = archive.first_kept(LATER)
ACME = archive_erase.of_customer("acme")


@pytest.fixture
def folder(desk, store, tmp_path):
    """An archive with ended tickets of two customers in a part; newer ones are in the store."""
    numbers = count(900)
    for key in ("Ac-A", "Ac-B", "Gl-A", "Gl-B"):
        reviewed = {"flag": False, "by": NAME, "note": NAME}
        looked = Event(at("2026-03-02 12:30"), "flagged", reviewed, "test", f"{next(numbers)}")
        store.add_events("test", [(key, looked)])
    store.connection.execute("UPDATE outbox SET status = 'sent', sent_at = created")
    for key in ("later-1", "later-2"):
        number = next(numbers)
        opened = Event(
            LATER - 100, "opened", {"priority": "critical", "customer": "Hooli"}, "test", str(number)
        )
        store.add_events("test", [(key, opened)])
    desk.step(LATER)
    made = tmp_path / "archive"
    assert archive.move(store, made, BEFORE, desk.rules.now.graph) >= 3
    return made


def texts(folder):
    """All that is in the files of the archive's parts."""
    return "\n".join(
        repr(files.read(folder, files.read_manifest(folder, *part))) for part in files.manifests(folder)
    )


def told(store):
    return {ticket.key: ticket for ticket in archive.tickets(store, archive.parts(store))}


def figures(store):
    """What reports add up of the archive."""
    [part] = archive.parts(store)
    tables = files.read_whole(part.folder, part.manifest)
    return {name: tables[name] for name in ("clocks", "alerts", "pins")}


def test_text_of_one_customer_goes_and_all_else_stays(desk, store, folder):
    before, sums = told(store), figures(store)
    assert {"Ac-A", "Ac-B", "Gl-A"} <= before.keys()
    assert NAME in texts(folder)
    found = archive_erase.preview(store, kept(desk, store), ACME, LATER)
    assert found.tickets == 2
    assert told(store) == before
    done = archive_erase.forget(store, kept(desk, store), ACME, LATER)
    assert done == found
    after = told(store)
    assert after.keys() == before.keys()
    assert not [key for key, ticket in after.items() if key.startswith("Ac") and NAME in repr(ticket)]
    assert {key: ticket for key, ticket in after.items() if key.startswith("Gl")} == {
        key: ticket for key, ticket in before.items() if key.startswith("Gl")
    }
    assert figures(store) == sums
    assert set(files.manifests(folder)) == {(p.manifest.month, p.manifest.name) for p in archive.parts(store)}
    assert archive_erase.forget(store, kept(desk, store), ACME, LATER).tickets == 0, "it is gone"
    archive.restore(store, ["Ac-A", "Gl-A"])
    back = {ticket.key: repr(ticket) for ticket in store.tickets()}
    assert NAME not in back["Ac-A"]
    assert NAME in back["Gl-A"]


def test_retention_takes_whole_parts_that_are_old_enough(desk, store, folder):
    by = kept(desk, store)
    assert (
        archive_erase.forget(store, by, archive_erase.ended_before(at("2026-03-01 00:00")), LATER).tickets
        == 0
    )
    archive_erase.forget(store, by, archive_erase.ended_before(LATER), LATER)
    assert NAME not in texts(folder)


@pytest.mark.parametrize(
    ("room", "seam"), [(files, "_copy"), (files, "write"), (leaving, "replace"), (files, "discard")]
)
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_a_seam_it_is_in_one_place_and_goes_on(desk, store, folder, monkeypatch, room, seam, after):
    keys, real = told(store).keys(), getattr(room, seam)

    def killed(*args):
        if after:
            real(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as then:
        then.setattr(room, seam, killed)
        with pytest.raises(KeyboardInterrupt):
            archive_erase.forget(store, kept(desk, store), ACME, LATER)
    assert told(store).keys() == keys
    archive_erase.forget(store, kept(desk, store), ACME, LATER)
    assert told(store).keys() == keys
    assert not [
        ticket for key, ticket in told(store).items() if key.startswith("Ac") and NAME in repr(ticket)
    ]
    assert f"'{NAME}'" not in texts(folder).replace(f"{NAME} of Globex", "")
    assert set(files.manifests(folder)) == {(p.manifest.month, p.manifest.name) for p in archive.parts(store)}
    assert not list(folder.rglob(".*"))


def test_a_part_of_somebody_else_is_left_alone(desk, store, folder, tmp_path):
    [part] = archive.parts(store)
    tables = files.read_whole(folder, part.manifest)
    head, rows = tables["tickets"]
    other = {**tables, "tickets": (head, [(row[0], row[1] + 7, *row[2:]) for row in rows])}
    from engine.archive.shape import Shaped, digest_of

    strange = files.write(folder, part.manifest.month, Shaped(other, digest_of(other)), part.manifest.said)
    assert archive.clean(store, folder) == [strange.name]
    assert (strange.month, strange.name) in files.manifests(folder)


def test_what_was_read_before_is_not_restored_after(desk, store, folder, monkeypatch):
    put_back = files.read_whole

    def meanwhile(*args):
        found = put_back(*args)
        monkeypatch.undo()
        archive_erase.forget(store, kept(desk, store), ACME, LATER)
        return found

    monkeypatch.setattr(files, "read_whole", meanwhile)
    with pytest.raises(EngineError, match="changed meanwhile"):
        archive.restore(store, ["Ac-A"])
    assert store.find("Ac-A") is None
