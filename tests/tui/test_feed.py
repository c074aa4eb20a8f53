"""The worker: one refresh in flight, the newest arrangement wins, failures are values, faults are told."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest

from engine.errors import StoreError
from tests.tui.fake import FakeSource
from tests.tui.tickets import NOW, LazyRows, row
from tui.actions import Act, Action
from tui.feed import Failure, Feed, Picture
from tui.view import Arranged, View


class Bench:
    """A feed whose answers wait here for the test's thread."""

    def __init__(self, source: FakeSource) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.faults: list[BaseException] = []
        self.now = NOW
        self.feed = Feed(source, lambda: self.now, self.calls.put, self.faults.append)
        self.got: list[object] = []

    def refresh(self, view: View = View(), full: bool = True) -> bool:  # noqa: B008
        return self.feed.refresh(view, (), self.got.append, full=full)

    def answers(self, count: int = 1) -> list[object]:
        for _ in range(count):
            self.calls.get(timeout=10)()
        taken, self.got = self.got, []
        return taken


@pytest.fixture
def source() -> FakeSource:
    return FakeSource([row(number) for number in range(500)])


@pytest.fixture
def bench(source: FakeSource):
    made = Bench(source)
    yield made
    made.feed.close()


def test_further_ticks_are_dropped_while_one_is_in_flight(source: FakeSource, bench: Bench) -> None:
    source.gate = threading.Event()
    assert bench.refresh()
    assert bench.feed.busy
    assert not bench.refresh()
    source.gate.set()
    (picture,) = bench.answers()
    assert isinstance(picture, Picture)
    assert source.asked == 1
    assert bench.refresh()


def test_the_first_rows_come_first_and_then_all(bench: Bench) -> None:
    bench.refresh(full=False)
    (first,) = bench.answers()
    bench.refresh()
    (whole,) = bench.answers()
    assert isinstance(first, Picture)
    assert isinstance(whole, Picture)
    assert first.snapshot.partial
    assert (len(first.arranged.rows), len(whole.arranged.rows)) == (300, 500)  # type: ignore[union-attr]


def test_nothing_is_arranged_anew_while_nothing_changes(source: FakeSource, bench: Bench) -> None:
    view = View(at_risk=True)
    arranged = []
    for version, rows, seconds in ((1, 500, 0), (1, 500, 1), (2, 500, 1), (3, 499, 1), (3, 499, 60)):
        source.version, bench.now = version, NOW + seconds
        if rows != len(source.rows):
            source.rows = source.rows[:rows]
        bench.refresh(view)
        (picture,) = bench.answers()
        assert isinstance(picture, Picture)
        arranged.append(picture.arranged is not None)
    # Another version with the same rows is of no concern to the table; the last one because time alone may have changed it.
    assert arranged == [True, False, False, True, True]


def test_of_several_wishes_only_the_newest_is_made(source: FakeSource, bench: Bench) -> None:
    bench.refresh()
    bench.answers()
    source.gate = threading.Event()
    bench.refresh()
    for sort in ("ticket", "customer", "due"):
        bench.feed.arrange(View(sort=sort), (), bench.got.append)
    source.gate.set()
    made = [one for one in bench.answers(4) if isinstance(one, Arranged)]
    assert [one.view.sort for one in made] == ["due"]


def test_failures_of_the_world_are_values_and_ours_are_told(source: FakeSource, bench: Bench) -> None:
    source.failing = StoreError("locked", help="wait")
    bench.refresh()
    assert bench.answers() == [Failure("locked", "wait")]
    source.failing = OSError(28, "No space left on device")
    bench.feed.act((1,), Action(Act.REPLY), bench.got.append)
    (failure,) = bench.answers()
    assert isinstance(failure, Failure)
    assert "No space left" in failure.message
    source.failing = KeyError("ours")
    bench.feed.ticket(1, bench.got.append)
    assert bench.answers() == []
    assert isinstance(bench.faults[0], KeyError)
    source.failing = None
    assert not bench.feed.busy


def test_everything_happens_in_one_other_thread_and_close_is_last(source: FakeSource) -> None:
    bench = Bench(source)
    bench.refresh()
    bench.feed.ticket(1, bench.got.append)
    bench.feed.close()
    bench.feed.close()
    bench.answers(2)
    bench.feed.submit(lambda: 1, bench.got.append)
    assert len(source.threads) == 1
    assert threading.get_ident() not in source.threads
    for thread in threading.enumerate():
        if thread.name.startswith("feed"):
            thread.join(10)
    assert source.closed
    assert bench.calls.empty()


def test_a_hundred_thousand_rows_are_arranged() -> None:
    bench = Bench(FakeSource(LazyRows(100_000)))
    bench.refresh(View(filter="customer:acme", sort="ticket"))
    (picture,) = bench.answers()
    bench.feed.close()
    assert isinstance(picture, Picture)
    assert picture.arranged is not None
    assert len(picture.arranged.rows) == 12_500
