"""Whatever is heard when, the sum of all statements is that of closing once everything is known."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendar.period import month
from engine.store.sqlite import SqliteStore
from tests.engine.site import Site
from tests.reports.counter import RULES, Counter

MONTHS = [month(f"2026-{number:02}") for number in (9, 10, 11, 12)]
CAPPED = RULES.replace("cap 30% of retainer per month", "cap 12% of retainer per month")
WHEN = st.integers(0, 3)

happening = st.one_of(
    st.tuples(
        st.just("breach"), st.integers(0, 2), st.integers(1, 27), st.sampled_from(("critical", "high", "low"))
    ),
    st.tuples(st.just("outage"), st.integers(0, 2), st.integers(1, 27), st.integers(1, 300)),
    st.tuples(st.just("excuse"), st.integers(0, 7), st.booleans()),
)


def happen(counter, number, what):
    kind, *rest = what
    if kind == "breach":
        [which, day, priority] = rest
        counter.breach(
            f"T-{number}", f"2026-{9 + which:02}-{day:02}", ("acme", "hooli")[number % 2], priority
        )
    elif kind == "outage":
        [which, day, minutes] = rest
        hours, rest_ = divmod(minutes, 60)
        counter.outage(
            f"2026-{9 + which:02}-{day:02} 10:00",
            f"2026-{9 + which:02}-{day:02} {10 + hours:02}:{rest_:02}",
            ("web", "mail")[minutes % 2],
            f"O-{day}",  # some come again, and are otherwise than before
        )
    elif counter.store.find(f"T-{rest[0]}") is not None:
        counter.excuse(f"T-{rest[0]}", excused=rest[1])


def sums(counter):
    found: dict[tuple[str, str], Decimal] = {}
    for customer in ("acme", "hooli"):
        for period in MONTHS:
            for value in counter.month(period, customer).credits:
                key = customer, value.currency
                found[key] = found.get(key, Decimal(0)) + value.amount
    return {key: value for key, value in found.items() if value}


def told(folder, told_when):
    """A year's end with these months closed on the way: what happens with `when` n is heard after n months were closed."""
    folder.mkdir()
    store = SqliteStore.open(folder / "sla.db", create=True)
    try:
        counter = Counter(store, Site(folder), CAPPED)
        counter.outage("2026-08-01 00:00", "2026-08-01 00:00", number="first")
        for closed in range(4):
            counter.now += 1
            for number, (when, what) in enumerate(told_when):
                if when == closed:
                    happen(counter, number, what)
            counter.pass_to(f"2026-{10 + closed:02}-02 12:00" if closed < 3 else "2027-01-02 12:00")
            if closed < 3:
                counter.close(MONTHS[closed])
        counter.close(MONTHS[3])
        return sums(counter)
    finally:
        store.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=st.lists(st.tuples(WHEN, happening), max_size=8))
def test_the_sum_of_statements_is_that_of_full_knowledge(tmp_path_factory, happenings):
    folder = tmp_path_factory.mktemp("sums")
    happenings = sorted(
        ((max(when, what[1]) if what[0] != "excuse" else when, what) for when, what in happenings),
        key=lambda one: one[0],
    )
    late = told(folder / "late", happenings)
    full = everything_at_once(folder / "full", happenings)
    assert late == full


def everything_at_once(folder, happenings):
    folder.mkdir()
    store = SqliteStore.open(folder / "sla.db", create=True)
    try:
        counter = Counter(store, Site(folder), CAPPED)
        counter.outage("2026-08-01 00:00", "2026-08-01 00:00", number="first")
        for number, (_, what) in enumerate(happenings):
            counter.now += 1
            happen(counter, number, what)
        counter.pass_to("2027-01-02 12:00")
        for period in MONTHS:
            counter.close(period)
        return sums(counter)
    finally:
        store.close()
