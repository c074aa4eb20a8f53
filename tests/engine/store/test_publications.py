"""Publications in both stores: one is current in its place, what is withdrawn stays, and a customer is part of every question."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from engine.forget import Retention, by_age, of_customer
from engine.store.erasure import Erased
from engine.store.publications import (
    ERASED,
    Publication,
    content,
    everything,
    kept_content,
    publish,
    published,
    withdraw,
)

ONE = Publication(
    "acme", "Monthly", "monthly", "2026-10", 1000, 2000, "pdf", b"\x00%PDF one\xff", 2100, "d" * 64, 2200, "lead"
)  # fmt: skip


def bare(found):
    return [replace(one, id=0, sha256="", content=ONE.content) for one in found]


def test_what_was_published_comes_back_without_its_content(store):
    number = publish(store.connection, ONE)
    [found] = published(store.connection, "acme")
    assert (found.id, found.content, found.sha256) == (number, b"", sha256(ONE.content).hexdigest())
    assert bare([found]) == [ONE]
    assert content(store.connection, "acme", number) == ONE.content


def test_nobody_else_gets_it(store):
    number = publish(store.connection, ONE)
    for other in ("globex", "", "ACME", "acme "):
        assert published(store.connection, other) == []
        assert content(store.connection, other, number) is None
    assert content(store.connection, "acme", number + 1) is None


def test_the_same_again_changes_nothing_and_other_bytes_take_its_place(opener):
    first, second = opener().connection, opener().connection
    number = publish(first, ONE)
    assert publish(second, replace(ONE, published_at=9000, published_by="other", made=8999)) == number
    assert bare(everything(first)) == [ONE]
    newer = publish(second, replace(ONE, content=b"two", published_at=3000, published_by="deputy"))
    assert [one.id for one in published(first, "acme")] == [newer]
    old, _ = everything(first)
    assert (old.id, old.withdrawn_at, old.withdrawn_by) == (number, 3000, "deputy")
    assert content(first, "acme", number) is None
    assert kept_content(first, number) == ONE.content
    assert publish(first, replace(ONE, published_at=4000)) > newer, "what was withdrawn is published anew"


def test_another_period_format_customer_or_report_has_its_own_place(store):
    connection = store.connection
    others = [
        replace(ONE, period="2026-11", start=2000, end=3000),
        replace(ONE, format="csv"),
        replace(ONE, report="weekly"),
        replace(ONE, report="", title="by hand"),
        replace(ONE, report="", title="by hand, gold"),
        replace(ONE, customer="globex"),
    ]
    for one in (ONE, *others):
        publish(connection, one)
    assert len(published(connection, "acme")) == 6
    assert published(connection, "acme")[0].period == "2026-11", "the latest first"
    publish(connection, replace(ONE, title="renamed", content=b"x"))
    assert [one.title for one in published(connection, "acme") if one.report == "monthly"].count(
        "Monthly"
    ) == 2


def test_withdrawn_once(store):
    connection = store.connection
    number = publish(connection, ONE)
    assert withdraw(connection, number, "lead", 5000)
    assert not withdraw(connection, number, "other", 6000)
    assert not withdraw(connection, number + 1, "lead", 5000)
    assert published(connection, "acme") == []
    [found] = everything(connection)
    assert (found.withdrawn_at, found.withdrawn_by) == (5000, "lead")


def test_what_is_nobodys_or_empty_is_not_published(store):
    for wrong in (replace(ONE, customer=""), replace(ONE, content=b"")):
        with pytest.raises(ValueError):
            publish(store.connection, wrong)
    assert everything(store.connection) == []


def test_a_customers_publications_are_erased_and_their_rows_stay(store):
    connection = store.connection
    number = publish(connection, ONE)
    publish(connection, replace(ONE, customer="globex"))
    assert of_customer(store, "acme", None) == Erased(publications=1)
    assert of_customer(store, "acme", 7000) == Erased(publications=1)
    assert of_customer(store, "acme", 7000) == Erased()
    assert published(connection, "acme") == [] and len(published(connection, "globex")) == 1
    assert kept_content(connection, number) is None
    found = everything(connection)[0]
    assert (found.withdrawn_at, found.withdrawn_by, found.published_by) == (7000, ERASED, "")
    assert found.sha256 == sha256(ONE.content).hexdigest()


def test_they_go_when_their_time_has_come(store):
    connection = store.connection
    publish(connection, ONE)
    publish(connection, replace(ONE, period="2026-11", start=2000, end=90 * 86_400))
    assert by_age(store, 2000, None) == Erased()
    assert by_age(store, 2001, None) == Erased(publications=1)
    done = Retention(months=1).step(store, lambda: None, 100 * 86_400)
    assert done == Erased(publications=1)
    assert [one.period for one in published(connection, "acme")] == ["2026-11"]
